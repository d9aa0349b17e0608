import Foundation
import GestaltIO

extension OutputFolder {
    /// Checks that a folder is new or empty, so that nothing of another origin is replaced or mixed
    /// in; creates nothing.
    ///
    /// - Parameter ignored: names in the folder that do not count.
    /// - Throws: `FileFailure`.
    static func checkIsNew(_ path: String, ignoring ignored: Set<String> = []) throws(FileFailure) {
        try check(path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard names.allSatisfy(ignored.contains) else {
            throw FileFailure(
                path: path, action: .create, reason: "the folder exists and is not empty")
        }
    }
}
