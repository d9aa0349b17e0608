import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Creation of a result's folder.
public enum OutputFolder {
    /// Creates the folder `path` and its parents, and checks that it is writable: called at the
    /// start, not after an hour of work.
    /// - Throws: ``FileFailure`` with the part that could not be created, or the folder.
    public static func make(_ path: String) throws(FileFailure) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            var status = stat()
            if stat(made, &status) == 0 {
                guard status.st_mode & S_IFMT == S_IFDIR else {
                    throw FileFailure(path: made, action: .create, reason: "it is not a folder")
                }
                continue
            }
            guard mkdir(made, 0o777) == 0 || errno == EEXIST else {
                throw FileFailure(path: made, action: .create)
            }
        }
        guard access(path, W_OK | X_OK) == 0 else { throw FileFailure(path: path, action: .write) }
    }

    /// Checks that the folder `path` is new or empty, so that nothing of another origin is replaced
    /// or mixed in; creates nothing.
    /// - Parameter ignored: names in the folder that do not count.
    /// - Throws: ``FileFailure`` with the obstacle, or the folder.
    public static func checkIsNew(
        _ path: String, ignoring ignored: Set<String> = []
    ) throws(FileFailure) {
        try check(path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard names.allSatisfy(ignored.contains) else {
            throw FileFailure(path: path, action: .create, reason: "it exists and is not empty")
        }
    }
}
