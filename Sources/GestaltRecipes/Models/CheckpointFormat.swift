import GestaltIO
import GestaltMAGVIT
import GestaltModels
import GestaltPrior
import GestaltVideo

/// A format of another program's models: reading and writing of its files.
///
/// `try CheckpointFormats.register(OwnFormat.self)` makes a type of your own known: its files are
/// then opened wherever a model is, and `gestalt convert MODEL FILE --to own` writes them.
public protocol CheckpointFormat: Sendable {
    /// The name, one word: `videogpt`.
    static var name: String { get }
    /// Whether a file or folder holds a model in this format.
    static func holds(_ path: String) -> Bool
    /// Reads a model.
    /// - Parameters:
    ///   - settings: those that the files do not state, by the program's names.
    ///   - notice: called with remarks for the user.
    /// - Throws: errors that name the file, the expected and the found content.
    static func read(
        _ path: String, settings: [String: String], notice: (String) -> Void
    ) throws -> any StoredModel
    /// Writes a model.
    /// - Throws: errors for a model that the program does not support, and of writing.
    static func write(_ model: any StoredModel, to path: String) throws
}

/// The formats of other programs' models.
public enum CheckpointFormats {
    public static let registry = Registry<any CheckpointFormat.Type>("format of checkpoints")

    /// Registers a format under its name.
    /// - Throws: `RegistryError.duplicate` when the name is taken.
    public static func register<Format: CheckpointFormat>(
        _ type: Format.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Format.name)
    }

    /// Returns the format of a path; VideoGPT's, whose errors explain themselves, for an unknown
    /// one.
    static func format(of path: String) -> any CheckpointFormat.Type {
        registry.all.first { $0.name != VideoGPTFormat.name && $0.holds(path) }
            ?? VideoGPTFormat.self
    }

    static func registerBuiltIns() {
        // A name that a program registered earlier is kept.
        try? register(VideoGPTFormat.self)
        try? register(Magvit2Format.self)
    }
}

/// VideoGPT's checkpoints, and safetensors files in its names.
enum VideoGPTFormat: CheckpointFormat {
    static let name = "videogpt"

    static func holds(_ path: String) -> Bool { (try? VideoModel(at: path)) != nil }

    static func read(
        _ path: String, settings: [String: String], notice: (String) -> Void
    ) throws -> any StoredModel {
        try VideoModel(at: path, settings: settings, notice: notice).stored
    }

    static func write(_ model: any StoredModel, to path: String) throws {
        guard let video = VideoModel(model) else {
            throw ModelMismatch(needed: .tokenizer, found: model.title)
        }
        try video.write(videoGPT: path)
    }
}

/// Tokenizers of `magvit2-pytorch`, and safetensors files in its names.
enum Magvit2Format: CheckpointFormat {
    static let name = StagedConfiguration.kind

    static func holds(_ path: String) -> Bool { StagedTokenizer.isMagvit2(file: path) }

    static func read(
        _ path: String, settings: [String: String], notice: (String) -> Void
    ) throws -> any StoredModel {
        try StagedTokenizer(magvit2File: path, settings: settings)
    }

    static func write(_ model: any StoredModel, to path: String) throws {
        guard let tokenizer = model as? StagedTokenizer else {
            throw Magvit2Error.unsupported(
                path: path,
                reason: "\(model.title) of kind \(model.kind); it has tokenizers of kind "
                    + "\(StagedConfiguration.kind), as read from its own checkpoints")
        }
        try tokenizer.write(magvit2: path)
    }
}
