import Foundation
import GestaltFiles
import GestaltIO
import GestaltTensor

/// A model on disk: its configuration, its weights, and a model card.
///
/// ```
/// config.json          {"format": 1, "kind": "…", "configuration": {…}}
/// model.safetensors    every parameter and buffer, by its path in the model
/// README.md            training data and scores
/// ```
/// Each file is replaced atomically.
public struct ModelFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var configurationPath: String { path + "/config.json" }
    public var weightsPath: String { path + "/model.safetensors" }
    public var cardPath: String { path + "/README.md" }

    /// The version of this layout.
    public static let format = 1

    /// Returns the kind of the stored model, without decoding its configuration.
    /// - Throws: ``FileError``, ``ConfigurationError``, ``ModelFolderError``.
    public func kind() throws -> String { try parts().kind }

    /// Returns the model's validated configuration.
    /// - Throws: ``FileError``, ``ConfigurationError``, ``ModelFolderError``, and what
    ///   `validate()` throws.
    public func configuration<Configuration: ModelConfiguration>(
        _ type: Configuration.Type = Configuration.self
    ) throws -> Configuration {
        let (kind, content) = try parts()
        guard kind == Configuration.kind else {
            throw ModelFolderError.wrongKind(
                path: configurationPath, expected: Configuration.kind, found: kind)
        }
        let configuration = try StrictJSON.decode(
            Configuration.self, from: content, defaults: Configuration.defaults,
            path: configurationPath)
        do {
            try configuration.validate()
        } catch let error as ConfigurationError {
            throw error.at(configurationPath)
        }
        return configuration
    }

    /// Returns the weights, in the order of `expected`.
    ///
    /// - Parameter expected: the path of every parameter and buffer of the model, with its shape.
    /// - Throws: ``FileError``; ``StateMismatch`` with all tensors that are missing, of another
    ///   shape, or not part of the model.
    public func tensors(_ expected: [(name: String, shape: Shape)]) throws -> [Tensor<Float>] {
        let table = TensorTable(try SafeTensorsFile(contentsOf: weightsPath))
        try LoadReport(of: table, expected: expected).requireComplete(path: weightsPath)
        return try expected.map { try table.tensor($0.name) }
    }
}

extension ModelFolder {
    /// Writes the three files; creates the folder if needed and leaves other files in it alone.
    ///
    /// - Parameters:
    ///   - tensors: every parameter and buffer by path.
    ///   - storage: the element type of the stored weights.
    ///   - card: Markdown.
    /// - Throws: ``FileError``, ``ConfigurationError``, errors of `validate()`, and file system
    ///   errors when the folder cannot be created.
    public func write<Configuration: ModelConfiguration>(
        _ configuration: Configuration, tensors: [NamedTensor<Float>],
        storage: WeightStorage = .float32, card: String
    ) throws {
        try configuration.validate()
        let bytes = try StrictJSON.encode(
            Header(
                format: Self.format, kind: Configuration.kind,
                configuration: StrictJSON.tree(of: StrictJSON.encode(configuration), path: nil)))
        try translatingFailures { () throws(FileFailure) in try OutputFolder.make(path) }
        try SafeTensors.write(
            tensors.map { (name: $0.name, tensor: storage.stored($0.tensor)) },
            metadata: ["format": "gestalt", "kind": Configuration.kind], to: weightsPath)
        try translatingFailures { () throws(FileFailure) in
            try AtomicFile.write(Array(card.utf8), to: cardPath)
            try AtomicFile.write(bytes, to: configurationPath)
        }
    }

    /// The envelope of the configuration in `config.json`.
    private struct Header: Codable {
        var format: Int
        var kind: String
        var configuration: JSONTree
    }

    // A configuration is a few hundred bytes.
    private static let largestConfiguration = 1 << 20

    func parts() throws -> (kind: String, content: [UInt8]) {
        let bytes = try translatingFailures { () throws(FileFailure) in
            try FileReader.bytes(path: configurationPath, limit: Self.largestConfiguration)
        }
        let header: Header = try StrictJSON.decode(from: bytes, path: configurationPath)
        guard header.format == Self.format else {
            throw ModelFolderError.unsupportedFormat(
                path: configurationPath, expected: Self.format, found: header.format)
        }
        return (header.kind, try StrictJSON.encode(header.configuration))
    }
}
