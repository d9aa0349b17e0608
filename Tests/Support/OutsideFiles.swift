import Foundation

/// Folders with test data that do not belong to the repository, named by environment variables.
/// A test that needs one is skipped with a message:
///
/// ```swift
/// @Test(
///     .tags(.peer),
///     .enabled(if: OutsideFiles.fixtures.isThere, "\(OutsideFiles.fixtures.message)"))
/// ```
package enum OutsideFiles: String, Sendable {
    case fixtures = "GESTALT_FIXTURES"
    case data = "GESTALT_DATA"
    case corpus = "GESTALT_CORPUS"

    /// The folder, nil when the variable is not set or names none.
    package var folder: URL? {
        guard let path = ProcessInfo.processInfo.environment[rawValue] else { return nil }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else { return nil }
        return URL(fileURLWithPath: path, isDirectory: true)
    }

    package var isThere: Bool { folder != nil }

    package var message: String {
        let folder =
            self == .corpus
            ? "that scripts/corpus/make.sh filled" : "with the files this test reads"
        return "set \(rawValue) to the folder \(folder)"
    }

    /// A file of the folder.
    package func file(_ path: String) -> URL? { folder?.appendingPathComponent(path) }
}
