import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltVQVAE
import GestaltVideo

/// A summary of a checkpoint or model folder, made without reading weights: the model's kind and
/// sizes, hyperparameters, and the epoch and step of its training.
///
/// ```swift
/// print(try CheckpointSummary(of: "bair_gpt.ckpt"))
/// // VideoGPT prior, 16 frames of 64×64, 93.6 M parameters, epoch 12, step 100000
/// ```
public struct CheckpointSummary: Sendable, Equatable {
    /// The kind of model that the tensors belong to.
    public enum Kind: Sendable, Equatable {
        case videoGPTPrior, videoGPTTokenizer
        /// A model of Gestalt, by the kind that its folder or checkpoint names.
        case gestalt(String)
        /// Tensors of an unknown model.
        case tensors
        /// An optimizer's state without a model.
        case optimizer
        case nothing
    }

    public let path: String
    public let kind: Kind
    public let fileKind: FileKind
    /// Frames of a clip; nil where the file does not record it.
    public internal(set) var frames: Int?
    public internal(set) var height: Int?
    public internal(set) var width: Int?
    /// The sizes of a video model's tokenizer; values listed in ``missingSettings`` are guesses.
    public internal(set) var tokenizer: VQVAEConfiguration?
    /// The sizes of a prior, likewise; nil for a tokenizer alone.
    public internal(set) var prior: PriorConfiguration?
    public let epoch: Int?
    public let step: Int?
    /// All tensors of the model, including those that are not read.
    public let members: [FileMember]
    /// Elements of the floating-point tensors, without running statistics, masks and counters.
    public let parameterCount: Int
    /// Hyperparameters by name, as written in the file.
    public let settings: [Setting]
    /// Settings required to open the file, each with its likely value.
    public internal(set) var missingSettings: [String] = []
    /// Prefixes removed from the tensors' names on opening (`module.`).
    public internal(set) var removed: [String] = []
    /// All parts of a PyTorch checkpoint that hold tensors: models, optimizers.
    public let parts: [PyTorchPart]

    /// A hyperparameter.
    public struct Setting: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    /// - Throws: `FileError` for a file that is missing, broken or not a checkpoint; for a folder
    ///   also `ModelFolderError` and `ConfigurationError`.
    public init(of path: String) throws {
        let kind: FileKind
        do throws(FileFailure) {
            kind = try FileKind(of: path)
        } catch {
            throw FileError(error)
        }
        guard kind == .folder else {
            self = try Self(file: StateFile(path), path)
            return
        }
        let folder = ModelFolder(path)
        if !FileManager.default.fileExists(atPath: folder.configurationPath),
            let index = try ShardedTensors.index(in: path)
        {
            self = try Self(file: StateFile(index), path)
            return
        }
        self = try Self(folder: folder)
    }

    private init(folder: ModelFolder) throws {
        path = folder.path
        fileKind = .folder
        kind = .gestalt(try folder.kind())
        (epoch, step, parts) = (nil, nil, [])
        members = try SafeTensorsFile(contentsOf: folder.weightsPath).members
        parameterCount = Self.parameterCount(members)
        settings = try folder.settings().map { Setting(name: $0.name, value: $0.value) }
        if kind == .gestalt(VideoPredictorConfiguration.kind) {
            let configuration = try folder.configuration(VideoPredictorConfiguration.self)
            frames = configuration.clipLength
            (height, width) = (configuration.frameHeight, configuration.frameWidth)
            tokenizer = configuration.tokenizer.as(VQVAEConfiguration.self)
            prior = configuration.prior
        } else if kind == .gestalt(VQVAEConfiguration.kind) {
            tokenizer = try folder.configuration(VQVAEConfiguration.self)
        }
    }

    private init(file: StateFile, _ path: String) throws {
        self.path = path
        fileKind = file.kind
        parts = file.checkpoint?.parts ?? []
        let root = file.checkpoint?.root
        epoch = root?["epoch"]?.integer
        step =
            root?["global_step"]?.integer ?? root?["step"]?.integer ?? root?["iteration"]?.integer
            ?? file.metadata["step"].flatMap(Int.init)
        settings = file.settings.all.map { Setting(name: $0.name, value: $0.value) }
        let model = try? file.model(file.settings)
        if let model {
            kind = model.content == .predictor ? .videoGPTPrior : .videoGPTTokenizer
            removed = model.removed
        } else {
            kind = Self.kind(file)
        }
        if let model, model.isElsewhere, let part = parts.first(where: { $0.path == model.place }) {
            members = file.checkpoint.map { part.members(of: $0) } ?? []
        } else {
            members = file.members
        }
        parameterCount = Self.parameterCount(members)
        frames = (try? file.settings.integer("sequence_length")) ?? nil
        height = (try? file.settings.integer("resolution")) ?? nil
        width = height
        if let model { measure(model) }
    }

    /// Returns the kind of a file that holds no VideoGPT model.
    private static func kind(_ file: StateFile) -> Kind {
        if file.metadata["format"] == "gestalt" || file.metadata["optimizer"] != nil {
            return .gestalt(file.metadata["kind"] ?? "model")
        }
        if let kind = file.metadata["kind"] { return .gestalt(kind) }
        if !file.members.isEmpty { return .tensors }
        return file.checkpoint?.parts.isEmpty == false ? .optimizer : .nothing
    }

    /// Derives the clip's size from the grid of codes and the strides, where both are known.
    private mutating func measure(_ model: StateFile.Model) {
        var sizes = model.sizes
        switch model.content {
        case .tokenizer:
            guard let configuration = try? sizes.tokenizer(below: "", latent: nil) else { return }
            tokenizer = configuration
        case .predictor:
            guard let configuration = try? sizes.predictor() else { return }
            tokenizer = configuration.tokenizer.as(VQVAEConfiguration.self)
            prior = configuration.prior
            if sizes.missing.allSatisfy({ !$0.hasPrefix("downsample") }) {
                frames = configuration.clipLength
                (height, width) = (configuration.frameHeight, configuration.frameWidth)
            }
        }
        missingSettings = sizes.missing
    }

    private static let statistics = [
        "running_mean", "running_var", "num_batches_tracked", "attn.mask", "codebook.N",
        "codebook.z_avg", "runningMean", "runningVariance", "codebook.usage", "codebook.sums",
        "isInitialized",
    ]

    private static func parameterCount(_ members: [FileMember]) -> Int {
        members.filter { member in
            member.type.contains("float") && !statistics.contains(where: member.name.hasSuffix)
        }.reduce(0) { sum, member in
            let count = (member.shape ?? [0]).reduce(1) {
                $0.multipliedReportingOverflow(by: $1).partialValue
            }
            return sum.addingReportingOverflow(count).partialValue
        }
    }
}

extension PyTorchPart {
    /// Returns the tensors as rows of a listing.
    fileprivate func members(of file: PyTorchFile) -> [FileMember] {
        names.map { name in
            let info = try? file.info(path.isEmpty ? name : path + "." + name)
            return FileMember(
                name: name, type: info?.type.description ?? "tensor", shape: info?.shape,
                byteCount: info?.byteCount, problem: info == nil ? "not read" : nil)
        }
    }
}
