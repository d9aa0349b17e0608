import Foundation
import TestSupport

extension TemporaryFolder {
    /// Creates a folder inside.
    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path(name), withIntermediateDirectories: true)
    }

    /// Writes text as file `name` and returns its path.
    func write(_ text: String, as name: String) -> String { write(Array(text.utf8), as: name) }
}
