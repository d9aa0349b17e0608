import Foundation
import GestaltIO

/// The files of a folder and of the folders in it.
package struct FolderListing: Sendable {
    /// Paths relative to the folder, with forward slashes, in ascending order; hidden files and
    /// folders are omitted.
    package let files: [String]

    // Beyond it something else than a data set was named: a whole disk, a loop of links.
    private static let maximumDepth = 32

    /// Lists a folder.
    /// - Parameter isRecursive: whether files of folders in it are listed, too.
    /// - Throws: ``FileFailure`` when the folder cannot be read.
    package init(_ path: String, isRecursive: Bool = true) throws(FileFailure) {
        var files: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try Self.names(path + "/" + folder) where !name.hasPrefix(".") {
                let relative = folder + name
                // A dangling link is neither a file nor a folder.
                switch try? PathStatus(path + "/" + relative) {
                case .file: files.append(relative)
                case .folder where isRecursive:
                    let depth = relative.utf8.count { $0 == UInt8(ascii: "/") }
                    if depth < Self.maximumDepth { folders.append(relative + "/") }
                case .folder, .other, nil: break
                }
            }
        }
        self.files = files.sorted()
    }

    private static func names(_ path: String) throws(FileFailure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw FileFailure(path: path, action: .open, reason: "the folder cannot be listed")
        }
    }
}
