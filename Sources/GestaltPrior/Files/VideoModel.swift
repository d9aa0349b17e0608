import Foundation
import GestaltFiles
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltVQVAE

/// A video model from disk, whoever wrote it: a tokenizer alone, or with its prior.
///
/// ```swift
/// let model = try VideoModel(at: "bair_gpt.ckpt", settings: ["heads": "4"])
/// let codes = model.tokenizer.encode(clips)
/// ```
public enum VideoModel: Sendable {
    case tokenizer(VideoTokenizer)
    case predictor(VideoPredictor)

    /// Reads the folder of a model, a checkpoint of VideoGPT's PyTorch program, or a safetensors file
    /// in its names and layouts; files are recognized by their content, whatever their names.
    ///
    /// - Parameter settings: hyper-parameters by VideoGPT's names, see ``VideoGPTSettings/names``;
    ///   they stand in for what a bare state dictionary does not tell, and go before what a
    ///   checkpoint tells.
    /// - Throws: `FileError` for a file that is missing or broken; `ModelFolderError` and
    ///   `ConfigurationError` for a folder of something else; `VideoGPTError` when the state does
    ///   not fit, or settings are missing, each listed.
    public init(at path: String, settings: [String: String] = [:]) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            self = try Self(checkpoint: path, settings: settings)
            return
        }
        guard settings.isEmpty else {
            throw VideoGPTError.setting(
                path: path, name: settings.keys.min()!,
                expected: "no settings for the folder of a model, which tells all", found: "some")
        }
        let folder = ModelFolder(path)
        switch try folder.kind() {
        case VideoPredictorConfiguration.kind:
            self = .predictor(try VideoPredictor(folder: path))
        case TokenizerConfiguration.kind: self = .tokenizer(try VideoTokenizer(folder: path))
        case let kind:
            throw ModelFolderError.wrongKind(
                path: folder.configurationPath,
                expected: "\(TokenizerConfiguration.kind)” or “\(VideoPredictorConfiguration.kind)",
                found: kind)
        }
    }

    private static func kind(of path: String) throws(FileError) -> FileKind {
        do throws(FileFailure) {
            return try FileKind(of: path)
        } catch {
            throw FileError(error)
        }
    }

    private init(checkpoint path: String, settings given: [String: String]) throws {
        let table: TensorTable
        let stored: VideoGPTSettings
        switch try Self.kind(of: path) {
        case .safeTensors:
            let file = try SafeTensors.open(path)
            guard file.metadata["format"] != "gestalt" else {
                throw VideoGPTError.unknownModel(
                    path: path, expected: "a file in VideoGPT's names, or the folder of a model",
                    found: "the weights of a model folder")
            }
            table = try TensorTable(file)
            stored =
                try file.metadata["hyper_parameters"].map {
                    try VideoGPTSettings(path: path, json: $0)
                } ?? VideoGPTSettings(path: path)
        case .torchArchive, .torchSequence:
            let file = try PyTorchFile.open(path)
            table = try TensorTable(file)
            stored = VideoGPTSettings(path: path, arguments: file.hyperParameters)
        case let kind:
            throw VideoGPTError.unknownModel(
                path: path,
                expected: "the folder of a model, a PyTorch checkpoint or a safetensors file",
                found: kind.description)
        }
        self = try Self(videoGPT: table, try stored.setting(given))
    }

    init(videoGPT table: TensorTable, _ settings: VideoGPTSettings) throws {
        var sizes = VideoGPTSizes(table, settings)
        var random = RandomStream.blank
        switch try sizes.content() {
        case .tokenizer:
            let configuration = try sizes.tokenizer(below: "", latent: nil)
            try Self.requireComplete(sizes)
            try configuration.validate()
            var tokenizer = VideoTokenizer(configuration, random: &random)
            try tokenizer.load(videoGPT: table)
            self = .tokenizer(tokenizer)
        case .predictor:
            let tokenizer = try sizes.tokenizer(below: "vqvae.", latent: try sizes.latent())
            let prior = try sizes.prior(tokenizer)
            try Self.requireComplete(sizes)
            let configuration = VideoPredictorConfiguration(tokenizer: tokenizer, prior: prior)
            do {
                try configuration.validate()
            } catch let error as ConfigurationError {
                throw error.at(table.path)
            }
            var predictor = VideoPredictor(configuration, random: &random)
            try predictor.load(videoGPT: table)
            self = .predictor(predictor)
        }
    }

    private static func requireComplete(_ sizes: VideoGPTSizes) throws(VideoGPTError) {
        guard sizes.missing.isEmpty else {
            throw .missingSettings(path: sizes.table.path, settings: sizes.missing)
        }
    }

    public var tokenizer: VideoTokenizer {
        switch self {
        case .tokenizer(let tokenizer): tokenizer
        case .predictor(let predictor): predictor.tokenizer
        }
    }

    /// The whole, nil for a tokenizer alone.
    public var predictor: VideoPredictor? {
        guard case .predictor(let predictor) = self else { return nil }
        return predictor
    }
}

extension TensorTable {
    /// The state dictionary of a PyTorch checkpoint.
    public init(_ file: PyTorchFile) throws(FileError) {
        var entries: [(name: String, shape: [Int])] = []
        for name in file.names { entries.append((name, try file.info(name).shape)) }
        self.init(path: file.path, entries: entries) { (name) throws(FileError) in
            try file.tensor(name)
        }
    }
}
