import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltVQVAE
import GestaltVideo

/// What a checkpoint or a model's folder is, without its weights being read: the model's kind and
/// sizes, hyper-parameters, and how far it was trained.
///
/// ```swift
/// print(try CheckpointSummary(of: "bair_gpt.ckpt"))
/// // VideoGPT prior, 16 frames of 64×64, 93.6 M parameters, epoch 12, step 100000
/// ```
public struct CheckpointSummary: Sendable, Equatable {
    /// What the tensors are.
    public enum Kind: Sendable, Equatable {
        case videoGPTPrior, videoGPTTokenizer
        /// A model of Gestalt's, by the kind that its folder or checkpoint states.
        case gestalt(String)
        /// Tensors of a model that is not known here.
        case tensors
        /// An optimizer's state and no model.
        case optimizer
        case nothing
    }

    public let path: String
    public let kind: Kind
    public let fileKind: FileKind
    /// Frames of a clip; nil where the file does not state it.
    public internal(set) var frames: Int?
    public internal(set) var height: Int?
    public internal(set) var width: Int?
    /// The sizes of a video model's tokenizer; what ``missingSettings`` lists is a guess in it.
    public internal(set) var tokenizer: VQVAEConfiguration?
    /// The sizes of a prior, likewise; nil for a tokenizer alone.
    public internal(set) var prior: PriorConfiguration?
    public let epoch: Int?
    public let step: Int?
    /// All tensors of the model, those that are not read too.
    public let members: [FileMember]
    /// Elements of the floating-point tensors; running statistics, masks and counters do not count.
    public let parameterCount: Int
    /// Hyper-parameters by name, in the file's own words.
    public let settings: [Setting]
    /// What has to be stated to open it, each with what it would be.
    public internal(set) var missingSettings: [String] = []
    /// What is left out of the names of tensors when it is opened (`module.`).
    public internal(set) var removed: [String] = []
    /// Everything with tensors in a checkpoint of PyTorch: models, optimizers.
    public let parts: [PyTorchPart]

    /// A hyper-parameter.
    public struct Setting: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    /// - Throws: `FileError` for a file that is missing, broken or no checkpoint; for a folder,
    ///   `ModelFolderError` and `ConfigurationError`, too.
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
        members = try SafeTensors.open(folder.weightsPath).members
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

    /// What a file that holds no VideoGPT model is.
    private static func kind(_ file: StateFile) -> Kind {
        if file.metadata["format"] == "gestalt" || file.metadata["optimizer"] != nil {
            return .gestalt(file.metadata["kind"] ?? "model")
        }
        if let kind = file.metadata["kind"] { return .gestalt(kind) }
        if !file.members.isEmpty { return .tensors }
        return file.checkpoint?.parts.isEmpty == false ? .optimizer : .nothing
    }

    /// Takes the clip's size from the grid of codes and the strides, where both are stated.
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
    /// The tensors as a listing shows them.
    fileprivate func members(of file: PyTorchFile) -> [FileMember] {
        names.map { name in
            let info = try? file.info(path.isEmpty ? name : path + "." + name)
            return FileMember(
                name: name, type: info?.type.description ?? "tensor", shape: info?.shape,
                byteCount: info?.byteCount, problem: info == nil ? "not read" : nil)
        }
    }
}
