import Foundation

/// What lies in a folder of the file system.
enum Folder {
    static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }

    static func exists(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// Names of files and of folders, hidden ones left out, in natural order.
    static func contents(
        _ path: String
    ) throws(ClipError) -> (files: [String], folders: [String]) {
        guard exists(path) else {
            throw .notFound(path: path, expected: "a folder", found: "nothing")
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(path: path, reason: "cannot list the folder: \(error)")
        }
        let visible = names.filter { !$0.hasPrefix(".") }.sorted(by: isNaturallyOrdered)
        let folders = visible.filter { exists(path + "/" + $0) }
        return (visible.filter { !folders.contains($0) }, folders)
    }

    /// The first few names, for error messages.
    static func summary(_ path: String) throws(ClipError) -> String {
        let (files, folders) = try contents(path)
        let names = folders.map { $0 + "/" } + files
        if names.isEmpty { return "an empty folder" }
        return names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    }
}
