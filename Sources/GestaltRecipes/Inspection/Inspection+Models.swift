import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltVQVAE
import GestaltVideo

extension Inspection {
    /// Describes a folder with a `config.json`: kind, sizes, model card, tensors.
    mutating func describeModel(_ folder: ModelFolder) throws {
        kind = "model"
        let model = try folder.kind()
        add("model", model)
        let summary = try CheckpointSummary(of: path)
        let parameters = summary.parameterCount
        add("parameters", parameters)
        addMembers("tensors", summary.members)
        what = "a model, " + (try sentence(model, folder)) + ", \(rounded(parameters)) parameters"
        if let card = FileManager.default.contents(atPath: folder.cardPath) {
            let lines = String(decoding: card, as: UTF8.self).split(separator: "\n")
            add("card", lines.filter { !$0.hasPrefix("#") }.prefix(3).joined(separator: " "))
        }
    }

    /// Returns the summary of a model of a known kind; else its kind.
    private mutating func sentence(_ kind: String, _ folder: ModelFolder) throws -> String {
        BuiltIns.register()
        guard let type = ModelKinds.registry[kind] else {
            remarks.append(
                "this program does not know models of kind “\(kind)”; it knows "
                    + ModelKinds.registry.names.joined(separator: ", "))
            return kind
        }
        return try describe(configuration(of: type, folder))
    }

    private func configuration<Model: StoredModel>(
        of type: Model.Type, _ folder: ModelFolder
    ) throws -> any ModelConfiguration { try folder.configuration(Model.Configuration.self) }

    mutating func describe(_ configuration: any ModelConfiguration) -> String {
        facts += configuration.facts
        return configuration.summary
    }
}
