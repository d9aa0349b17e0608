import Foundation
import GestaltFiles
import GestaltIO
import GestaltTensor

/// A model on disk: what it is made of, its weights, and a card for people.
///
/// ```
/// config.json          {"format": 1, "kind": "…", "configuration": {…}}
/// model.safetensors    every parameter and buffer, by its path in the model
/// README.md            what it was trained on and how it scores
/// ```
/// Each file appears complete or not at all.
public struct ModelFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var configurationPath: String { path + "/config.json" }
    public var weightsPath: String { path + "/model.safetensors" }
    public var cardPath: String { path + "/README.md" }

    /// The version of this layout.
    public static let format = 1

    /// What kind of model stands here, before it is known how to read its configuration.
    /// - Throws: ``FileError``, ``ConfigurationError``, ``ModelFolderError``.
    public func kind() throws -> String { try parts().kind }

    /// The model's configuration, valid.
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

    /// The weights, in the order they are asked for.
    ///
    /// - Parameter expected: every parameter and buffer of the model, with its shape.
    /// - Throws: ``FileError``; ``ModelFolderError`` for a tensor that is missing, of another
    ///   shape, or that no part of the model asks for.
    public func tensors(_ expected: [(path: String, shape: Shape)]) throws -> [Tensor<Float>] {
        let file = try SafeTensors.open(weightsPath)
        let known = Set(expected.map(\.path))
        for member in file.members where !known.contains(member.name) {
            throw ModelFolderError.unexpectedTensor(path: weightsPath, key: member.name)
        }
        let present = Set(file.members.map(\.name))
        return try expected.map { key, shape in
            guard present.contains(key) else {
                throw ModelFolderError.missingTensor(path: weightsPath, key: key, shape: shape)
            }
            let found = try file.info(key).shape
            guard found == shape.dimensions else {
                throw ModelFolderError.wrongShape(
                    path: weightsPath, key: key, expected: shape, found: found)
            }
            return try file.tensor(key)
        }
    }
}

extension ModelFolder {
    /// Writes the three files; makes the folder where there is none. What else stands in it stays.
    ///
    /// - Parameters:
    ///   - tensors: every parameter and buffer by path.
    ///   - card: Markdown.
    /// - Throws: ``FileError``, ``ConfigurationError``, what `validate()` throws, and what the
    ///   file system says when the folder cannot be made.
    public func write<Configuration: ModelConfiguration>(
        _ configuration: Configuration, tensors: [(path: String, value: Tensor<Float>)],
        card: String
    ) throws {
        try configuration.validate()
        let bytes = try StrictJSON.encode(
            Header(
                format: Self.format, kind: Configuration.kind,
                configuration: StrictJSON.tree(of: StrictJSON.encode(configuration), path: nil)))
        try translatingFailures { () throws(FileFailure) in try OutputFolder.make(path) }
        try SafeTensors.write(
            tensors.map { (name: $0.path, tensor: $0.value) },
            metadata: ["format": "gestalt", "kind": Configuration.kind], to: weightsPath)
        try translatingFailures { () throws(FileFailure) in
            try AtomicFile.write(Array(card.utf8), to: cardPath)
            try AtomicFile.write(bytes, to: configurationPath)
        }
    }

    /// What `config.json` holds around the configuration.
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
