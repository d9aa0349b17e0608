import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor

/// The model in a checkpoint of a run: the weight average if the run has one.
///
/// Checkpoints name the kind and the configuration of their model in their metadata, so that the
/// file is sufficient.
package struct CheckpointModel {
    package let kind: String
    package let step: Int
    package var path: String { file.path }
    private let file: SafeTensorsFile
    private let configuration: [UInt8]

    package static let kindKey = "kind"
    package static let configurationKey = "configuration"

    package static func isCheckpoint(_ file: SafeTensorsFile) -> Bool {
        file.metadata["step"] != nil && file.metadata["seed"] != nil
            && file.names.contains { $0.hasPrefix("model.") }
    }

    /// - Throws: ``TrainingError/checkpoint(path:expected:found:)`` for a file that does not
    ///   specify its model.
    package init(_ file: SafeTensorsFile) throws(TrainingError) {
        guard let kind = file.metadata[Self.kindKey],
            let configuration = file.metadata[Self.configurationKey]
        else {
            throw .checkpoint(
                path: file.path,
                expected: "a checkpoint with its model's configuration in its metadata",
                found: "none, as earlier versions wrote it; finish the run and take its folder")
        }
        self.kind = kind
        self.file = file
        self.configuration = Array(configuration.utf8)
        step = try Checkpoint.step(of: file)
    }

    /// - Throws: `ConfigurationError`, `FileError`;
    ///   ``TrainingError/checkpoint(path:expected:found:)`` for tensors that do not match.
    package func read<Model: StoredModel>() throws -> Model {
        let configuration = try StrictJSON.decode(
            Model.Configuration.self, from: configuration, defaults: Model.Configuration.defaults,
            path: path)
        do {
            try configuration.validate()
        } catch let error as ConfigurationError {
            throw error.at(path)
        }
        var random = RandomStream.placeholders
        var model = Model(configuration, random: &random)
        let prefix = file.names.contains { $0.hasPrefix("average.") } ? "average." : "model."
        try model.mapState { key, current in
            let shape = file.contains(prefix + key) ? try file.info(prefix + key).shape : nil
            guard shape == current.shape.dimensions else {
                throw TrainingError.checkpoint(
                    path: path, expected: "\(prefix)\(key) of shape \(current.shape)",
                    found: shape.map { "shape \($0)" } ?? "none")
            }
            return try file.tensor(prefix + key)
        }
        return model
    }
}

extension Checkpoint {
    package static func step(of file: SafeTensorsFile) throws(TrainingError) -> Int {
        guard let text = file.metadata["step"], let step = Int(text), step >= 0 else {
            throw .checkpoint(
                path: file.path, expected: "a training checkpoint with step in its metadata",
                found: file.metadata["step"].map { "“\($0)”" } ?? "none")
        }
        return step
    }

    /// Returns the metadata read by ``CheckpointModel``; empty for a model that cannot be stored in
    /// a folder.
    package static func modelMetadata(_ model: some Module) throws -> [String: String] {
        func metadata(_ model: some StoredModel) throws -> [String: String] {
            let bytes = try StrictJSON.encode(model.configuration)
            return [
                CheckpointModel.kindKey: type(of: model).Configuration.kind,
                CheckpointModel.configurationKey: String(decoding: bytes, as: UTF8.self),
            ]
        }
        guard let stored = model as? any StoredModel else { return [:] }
        return try metadata(stored)
    }
}
