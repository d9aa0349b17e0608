#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the file system has under a path, links followed.
public enum PathStatus: Sendable {
    case file, folder
    /// A pipe, a device or a socket.
    case other

    /// - Throws: ``FileFailure`` when there is nothing, or it cannot be seen.
    public init(_ path: String) throws(FileFailure) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileFailure(path: path, action: .open) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }
}
