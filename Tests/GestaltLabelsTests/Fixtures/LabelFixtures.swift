import Foundation
import GestaltFiles
import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

/// Label files of many tools with the masks expected of them, found through GESTALT_FIXTURES.
enum LabelFixtures {
    /// The folder; nil when the variable is not set or the folder has no labels.
    static let folder: URL? = {
        guard let folder = OutsideFiles.fixtures.file("labels"),
            FileManager.default.fileExists(atPath: folder.path)
        else { return nil }
        return folder
    }()

    static var isThere: Bool { folder != nil }

    static let message = "set GESTALT_FIXTURES to the folder with labels"

    static func path(_ name: String) -> String {
        folder.map { $0.appendingPathComponent(name).path } ?? name
    }

    /// Decodes a JSON file of the folder; nil when there is no folder.
    static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) -> Value? {
        guard folder != nil, let data = FileManager.default.contents(atPath: path(name)) else {
            return nil
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            Issue.record("\(name): \(error)")
            return nil
        }
    }
}
