import ArgumentParser
import Foundation
import GestaltModels
import GestaltRecipes
import GestaltTraining

/// `gestalt inspect`: the kind and the contents of a file or folder.
struct Inspect: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Identify a file or folder, and show its contents.",
        discussion: """
            Models, training runs and folders of clips; safetensors, npy, npz, PyTorch \
            checkpoints, TFRecord, images, films, JSON and logs. Files are recognized by content, not by \
            name. Nothing in a checkpoint is executed.
            """)

    @Argument(help: "A file, a folder, or the name of a pre-trained model.", completion: .file())
    var path: String
    @Flag(help: "Print the result as JSON.") var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        let isPretrained = PretrainedModels.isName(path) && PretrainedModels.names.contains(path)
        let inspection = try Inspection(
            of: isPretrained ? PretrainedModels.path(of: path) : path)
        if json { return try printJSON(inspection.object) }
        print("\(path): \(inspection.what)")
        for fact in inspection.facts {
            print("\(fact.key.replacing("_", with: " ")): \(fact.value)")
        }
        for table in inspection.tables where !table.rows.isEmpty {
            print()
            print("\(table.name.replacing("_", with: " ")): \(table.rows.count)")
            // Columns without any content are omitted.
            let columns = table.columns.indices.filter { column in
                table.rows.contains { !$0[column].description.isEmpty }
            }
            printTable(
                columns.map { table.columns[$0].replacing("_", with: " ") },
                table.rows.map { row in columns.map { row[$0].description } })
        }
        for remark in inspection.remarks { printError("note: \(remark)") }
    }
}

extension Inspection {
    /// The inspection as JSON: facts and tables by their keys.
    fileprivate var object: [String: Any] {
        var object: [String: Any] = [
            "path": path, "kind": kind, "what": what, "remarks": remarks,
        ]
        for fact in facts { object[fact.key] = fact.value.object }
        for table in tables {
            object[table.name] = table.rows.map { row in
                Dictionary(uniqueKeysWithValues: zip(table.columns, row.map(\.object)))
            }
        }
        return object
    }
}

extension Inspection.Value {
    fileprivate var object: Any {
        switch self {
        case .text(let text): text
        case .integer(let number): number
        case .number(let number): number.isFinite ? number : NSNull()
        case .list(let values): values.map(\.object)
        }
    }
}
