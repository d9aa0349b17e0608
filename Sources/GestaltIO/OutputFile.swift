#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Checks and folders for a result's file.
public enum OutputFile {
    /// Checks that `path` can be written, after creating missing folders; creates nothing.
    /// Called before long work, so that a wrong path does not waste it.
    /// - Throws: ``FileFailure`` with the folder or the file in the way.
    public static func check(_ path: String) throws(FileFailure) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                let kind = status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is no file"
                throw FileFailure(path: path, action: .create, reason: kind)
            }
        }
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw FileFailure(path: path, action: .create, reason: "it is not the name of a file")
        }
        try OutputFolder.check(OutputFolder.parent(of: path))
    }

    /// Creates the folders above `path`.
    /// - Throws: ``FileFailure`` with the folder that could not be created.
    public static func makeFolder(of path: String) throws(FileFailure) {
        try OutputFolder.make(OutputFolder.parent(of: path))
    }
}

extension OutputFolder {
    /// Checks that the folder `path` exists and is writable, or that it can be created; creates
    /// nothing.
    /// - Throws: ``FileFailure`` with the obstacle.
    public static func check(_ path: String) throws(FileFailure) {
        var existing = path.isEmpty ? "." : path
        var status = stat()
        while stat(existing, &status) != 0 {
            guard errno == ENOENT || errno == ENOTDIR, existing != ".", existing != "/" else {
                throw FileFailure(path: existing, action: .create)
            }
            // A dangling link: nothing can be created under its name.
            if lstat(existing, &status) == 0 { throw FileFailure(path: existing, action: .create) }
            existing = parent(of: existing)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw FileFailure(path: existing, action: .create, reason: "it is not a folder")
        }
        guard access(existing, W_OK | X_OK) == 0 else {
            throw FileFailure(path: existing, action: .write)
        }
    }

    /// Returns the folder above `path`, `.` for a bare name.
    static func parent(of path: String) -> String {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        var above = trimmed[..<slash]
        while above.count > 1, above.last == "/" { above.removeLast() }
        return above.isEmpty ? "/" : String(above)
    }
}
