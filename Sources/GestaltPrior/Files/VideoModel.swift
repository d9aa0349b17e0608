import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// A video model read from disk: a tokenizer alone, or with its prior.
///
/// ```swift
/// let model = try VideoModel(at: "bair_gpt.ckpt", settings: ["heads": "4"])
/// let codes = model.tokenizer.encode(clips)
/// ```
public struct VideoModel: Sendable {
    /// The stored model: a ``VideoPredictor``, a tokenizer, or another package's model with a
    /// tokenizer.
    public let stored: any StoredModel
    public let tokenizer: any VideoTokenizer

    /// `nil` for a model that neither is nor contains a tokenizer.
    public init?(_ model: any StoredModel) {
        stored = model
        if let tokenizer = model as? any VideoTokenizer {
            self.tokenizer = tokenizer
        } else if let whole = model as? any TokenizerContaining {
            tokenizer = whole.tokenizer
        } else {
            return nil
        }
    }

    public init(_ tokenizer: any VideoTokenizer) {
        (stored, self.tokenizer) = (tokenizer, tokenizer)
    }

    public init(_ predictor: VideoPredictor) {
        (stored, tokenizer) = (predictor, predictor.tokenizer)
    }

    /// The predictor; `nil` for a tokenizer alone.
    public var predictor: VideoPredictor? { stored as? VideoPredictor }

    /// The predictor of any kind; `nil` for a tokenizer alone.
    public var clipPredictor: (any ClipPredictor)? { stored as? any ClipPredictor }

    /// Registers the kinds of this module; later calls do nothing.
    public static func registerKinds() { _ = registration }

    private static let registration: Void = {
        // A kind that a program registered earlier under this name is kept.
        try? ModelKinds.register(VQVAE.self)
        try? ModelKinds.register(VideoPredictor.self)
        try? FrameNetworks.register(FrameEncoderConfiguration.self)
        try? FrameNetworks.register(DenseFrameEncoder.Configuration.self)
    }()

    /// Reads a model folder, a checkpoint of VideoGPT's PyTorch program, or a safetensors file in
    /// its names and layouts; files are recognized by their content, whatever their names.
    ///
    /// A sharded checkpoint is opened by its index, or by the folder with the index. Prefixes that
    /// wrappers add to tensor names (`module.`, `_orig_mod.`, …) are removed where the names match
    /// the model's without them.
    ///
    /// - Parameters:
    ///   - settings: hyperparameters by VideoGPT's names, see ``VideoGPTSettings/names``; they
    ///     supply what a bare state dictionary lacks and override what a checkpoint records.
    ///   - notice: called with a sentence about removed prefixes, or about the part of a file with
    ///     several models that is read.
    /// - Throws: `FileError` for a file that is missing or broken; `ModelFolderError` and
    ///   `ConfigurationError` for a folder of another kind; `VideoGPTError` when the state does not
    ///   fit, or settings are missing or wrong, each listed.
    public init(
        at path: String, settings: [String: String] = [:], notice: (String) -> Void = { _ in }
    ) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            self = try Self(checkpoint: path, settings: settings, notice)
            return
        }
        let folder = ModelFolder(path)
        if !FileManager.default.fileExists(atPath: folder.configurationPath),
            let index = try ShardedTensors.index(in: path)
        {
            self = try Self(checkpoint: index, settings: settings, notice)
            return
        }
        guard settings.isEmpty else {
            throw VideoGPTError.needlessSettings(path: path, names: settings.keys.sorted())
        }
        Self.registerKinds()
        let type = try ModelKinds.type(try folder.kind(), in: folder.configurationPath)
        guard let model = Self(try type.init(folder: path)) else {
            throw ModelMismatch(
                path: path, needed: .tokenizer, found: "a model of kind “\(try folder.kind())”")
        }
        self = model
    }

    private init(
        checkpoint path: String, settings given: [String: String], _ notice: (String) -> Void
    ) throws {
        let file = try StateFile(path)
        guard file.metadata["format"] != "gestalt" else {
            throw VideoGPTError.unknownModel(
                path: path, expected: "a file in VideoGPT's names, or the folder of a model",
                found: "the weights of a model folder")
        }
        let model = try file.model(try file.settings.setting(given))
        do {
            self = try Self(videoGPT: model.sizes, model.content)
        } catch let mismatch as StateMismatch {
            throw VideoGPTError.state(mismatch)
        }
        if let remark = model.remark { notice(remark) }
    }

    private init(videoGPT found: VideoGPTSizes, _ content: VideoGPTSizes.Content) throws {
        var sizes = found
        var random = RandomStream.placeholders
        switch content {
        case .tokenizer:
            try sizes.settings.checkTokenizer()
            let configuration = try sizes.tokenizer(below: "", latent: nil)
            try Self.requireComplete(sizes)
            try configuration.validate()
            var tokenizer = VQVAE(configuration, random: &random)
            try tokenizer.load(videoGPT: sizes.table)
            self.init(tokenizer)
        case .predictor:
            let configuration = try sizes.predictor()
            try Self.requireComplete(sizes)
            do {
                try configuration.validate()
            } catch let error as ConfigurationError {
                throw error.at(sizes.table.path)
            }
            var predictor = VideoPredictor(configuration, random: &random)
            try predictor.load(videoGPT: sizes.table)
            self.init(predictor)
        }
    }

    private static func requireComplete(_ sizes: VideoGPTSizes) throws(VideoGPTError) {
        guard sizes.missing.isEmpty else {
            throw .missingSettings(path: sizes.table.path, settings: sizes.missing)
        }
    }
}
