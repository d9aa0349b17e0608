#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The kind of file system entry at a path, links followed.
public enum PathStatus: Sendable {
    case file, folder
    /// A pipe, a device or a socket.
    case other

    /// - Throws: ``FileFailure`` when there is no entry, or it is inaccessible.
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
