import Foundation
import GestaltIO
import GestaltModels
import GestaltPretrained

/// The trained models that come with the package, opened by name wherever a model is named.
///
/// ```swift
/// let network = try OpenedModel(at: "robot-push-small/foreground").segmentation()
/// let same = try OpenedModel(at: "robot-push-small", for: .segmentation)
/// let folder = try PretrainedModels.path(of: "robot-push-small/encoder")
/// ```
/// They are sets of models trained on the same clips: `Models/SET/MODEL/` in the repository, with
/// `Models/SET/models.json` as the list. With a ``ModelUse`` the name of a set selects its model
/// for that purpose. A file or folder of the same name on disk takes precedence.
public enum PretrainedModels {
    /// The set that commands use where no model is named.
    public static let usualSet = "robot-push-small"

    /// The full names of all models, `robot-push-small/encoder`; empty where the program was moved
    /// away from its resources.
    public static var names: [String] {
        sets.flatMap { set in set.models.map { set.name(of: $0) } }
    }

    /// The sets in the order of their names.
    public static var sets: [PretrainedSet] {
        guard let folder = PretrainedFolder.path(),
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        else { return [] }
        return names.sorted().compactMap { try? PretrainedSet(name: $0, in: folder) }
    }

    /// Returns the folder of a model.
    ///
    /// - Parameters:
    ///   - name: a full name, or that of a set.
    ///   - use: the purpose for which a set's model is chosen.
    /// - Throws: ``PretrainedModelError``.
    public static func path(
        of name: String, for use: ModelUse? = nil
    ) throws(PretrainedModelError) -> String {
        let name = try fullName(of: name, for: use)
        guard let folder = PretrainedFolder.path() else {
            throw .moved(name: name, expected: PretrainedFolder.expectation)
        }
        return folder + "/" + name
    }

    /// Returns the full name of a model.
    /// - Throws: as ``path(of:for:)``.
    public static func fullName(
        of name: String, for use: ModelUse? = nil
    ) throws(PretrainedModelError) -> String {
        let sets = sets
        guard !sets.isEmpty || !name.hasPrefix(usualSet) else {
            throw .moved(name: name, expected: PretrainedFolder.expectation)
        }
        if names.contains(name) { return name }
        guard let set = sets.first(where: { $0.name == name }) else {
            throw .unknown(name: name, known: sets.map(\.name) + names)
        }
        guard let use, let model = set.models.first(where: { $0.uses.contains(use) }) else {
            throw .unclear(set: name, use: use, models: set.models.map { set.name(of: $0) })
        }
        return set.name(of: model)
    }

    /// Returns the model that serves a purpose in ``usualSet``; nil where none does.
    public static func usual(for use: ModelUse) -> String? { try? fullName(of: usualSet, for: use) }

    /// Whether a path names one of the models or sets, rather than a file or folder: nothing of
    /// that name is on disk.
    public static func isName(_ path: String) -> Bool {
        guard !FileManager.default.fileExists(atPath: path) else { return false }
        let first = path.split(separator: "/", omittingEmptySubsequences: false).first
        // A misspelled name is a bare word: `robot-push-smal`.
        let isWord = !path.contains("/") && !path.contains(".") && !path.isEmpty
        return isWord || sets.contains { $0.name == first ?? "" }
    }
}

/// A set of pre-trained models; its `models.json`.
public struct PretrainedSet: Sendable, Equatable {
    public let name: String
    /// The clips that the models were trained on, a noun phrase for messages.
    public let data: String
    public let models: [Model]

    /// A model of a set.
    public struct Model: Codable, Sendable, Equatable {
        /// The name of its folder: `foreground`.
        public let name: String
        /// What it does, a noun phrase for listings.
        public let about: String
        /// The purposes for which the name of the set selects it.
        public let uses: [ModelUse]
    }

    private struct Listing: Codable {
        let data: String
        let models: [Model]
    }

    /// Reads the list of a set.
    /// - Throws: `FileFailure`, `ConfigurationError`.
    init(name: String, in folder: String) throws {
        let path = "\(folder)/\(name)/models.json"
        let listing = try StrictJSON.decode(
            Listing.self, from: FileReader.bytes(path: path, limit: 1 << 20), path: path)
        self.name = name
        (data, models) = (listing.data, listing.models)
    }

    /// Returns the full name of a model.
    public func name(of model: Model) -> String { name + "/" + model.name }
}

/// A purpose, which selects a model where the name of a set of pre-trained models is passed.
public struct ModelUse: RawRepresentable, Codable, Hashable, Sendable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    /// Masks of frames.
    public static let segmentation: ModelUse = "segmentation"
    /// Futures of clips: tokenizer and prior.
    public static let prediction: ModelUse = "prediction"
    /// Codes and reconstructions of clips.
    public static let tokenizer: ModelUse = "tokenizer"
    /// Maps and pictures that a dense encoder forecasts from single frames.
    public static let forecast: ModelUse = "forecast"

    /// Latents of an encoder or a feature source, by the first word of its name: `dense`, `prior`.
    public init(latents name: ComponentName) { rawValue = name.kind }
}

/// A pre-trained model that cannot be found.
public enum PretrainedModelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No model has the name, and no file or folder either.
    case unknown(name: String, known: [String])
    /// The name of a set, without a purpose, or with one that none of its models serves.
    case unclear(set: String, use: ModelUse?, models: [String])
    /// The program was moved away from its resources.
    case moved(name: String, expected: String)

    public var description: String {
        switch self {
        case .unknown(let name, let known):
            "\(name): no such file or folder, and no pre-trained model"
                + (known.isEmpty ? "" : "; known: " + known.joined(separator: ", "))
        case .unclear(let set, let use, let models):
            "\(set) is a set of models\(use.map { ", none of them for “\($0.rawValue)”" } ?? ""); "
                + "expected one of " + models.joined(separator: ", ")
        case .moved(let name, let expected):
            "\(name): expected the models of the package in \(expected), found neither: the program "
                + "was moved without them; make install PREFIX=… copies both"
        }
    }
}
