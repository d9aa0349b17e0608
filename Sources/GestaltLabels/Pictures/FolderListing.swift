import Foundation
import GestaltIO

/// The files of a folder and of the folders in it.
package struct FolderListing: Sendable {
    /// Paths relative to the folder, with forward slashes, in ascending order; hidden files and
    /// folders are omitted, and a folder that links reach twice is listed once.
    package let files: [String]

    /// Lists a folder.
    /// - Parameter isRecursive: whether files of folders in it are listed, too.
    /// - Throws: ``FileFailure`` when the folder cannot be read.
    package init(_ path: String, isRecursive: Bool = true) throws(FileFailure) {
        var files: [String] = []
        var folders = [""]
        // Links may lead back: each folder is listed once.
        var listed: Set<String> = []
        while let folder = folders.popLast() {
            let place = URL(fileURLWithPath: path + "/" + folder).resolvingSymlinksInPath().path
            guard listed.insert(place).inserted else { continue }
            for name in try Self.names(path + "/" + folder) where !name.hasPrefix(".") {
                let relative = folder + name
                // A dangling link is neither a file nor a folder.
                switch try? PathStatus(path + "/" + relative) {
                case .file: files.append(relative)
                case .folder where isRecursive: folders.append(relative + "/")
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
