import Foundation

/// The contents of a folder of the file system.
package enum Folder {
    package static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }

    package static func exists(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// Names of files and of folders, hidden ones left out, in natural order. Names that are no
    /// UTF-8 are left out, too; see ``unreadableNames(_:)``.
    package static func contents(
        _ path: String
    ) throws(ClipError) -> (files: [String], folders: [String]) {
        guard exists(path) else {
            throw .notFound(path: path, expected: "a folder", found: "nothing")
        }
        let visible = try names(path).readable.filter { !$0.hasPrefix(".") }
            .sorted(by: isNaturallyOrdered)
        var (files, folders): ([String], [String]) = ([], [])
        for name in visible {
            if exists(path + "/" + name) { folders.append(name) } else { files.append(name) }
        }
        return (files, folders)
    }

    /// The number of entries whose names are no UTF-8, of which no path can be made.
    package static func unreadableNames(_ path: String) throws(ClipError) -> Int {
        try names(path).unreadable
    }

    private static func names(
        _ path: String
    ) throws(ClipError) -> (readable: [String], unreadable: Int) {
        guard let folder = opendir(path) else {
            throw .unreadable(
                path: path, reason: "cannot list the folder: " + String(cString: strerror(errno)))
        }
        defer { closedir(folder) }
        var (names, unreadable): ([String], Int) = ([], 0)
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(
                    to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)
                ) { String(validatingCString: $0) }
            }
            if let name { names.append(name) } else { unreadable += 1 }
        }
        return (names.filter { $0 != "." && $0 != ".." }, unreadable)
    }

    /// The first few names, for error messages.
    package static func summary(_ path: String) throws(ClipError) -> String {
        let (files, folders) = try contents(path)
        let names = folders.map { $0 + "/" } + files
        if names.isEmpty { return "an empty folder" }
        return names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    }

    /// The last part of a path.
    package static func name(_ path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }

    /// The ending of a name in lower case, without the dot.
    package static func ending(_ name: String) -> String {
        (name as NSString).pathExtension.lowercased()
    }

    /// The name without its ending.
    package static func stem(_ name: String) -> String { (name as NSString).deletingPathExtension }
}
