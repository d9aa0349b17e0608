import GestaltChecks
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is written atomically: other readers never see partial content.
///
/// Bytes go to a new file in the target's folder; ``commit(flushes:)`` flushes them to the disk and renames
/// the file over the target in one step. A full disk, an unwritable folder or an abandoned writer
/// leaves the target unchanged, and no partial file next to it.
public final class AtomicFile {
    public let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private var isCommitted = false

    // Distinguishes the temporary files of writers in one process.
    private static let serial = Atomic<Int>(0)

    /// - Throws: ``FileFailure`` when the folder is missing or not writable, or when `path` names
    ///   something that is not a regular file: a rename over a device would replace the device.
    public init(path: String) throws(FileFailure) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw FileFailure(path: path, action: .create, reason: "it is not a regular file")
        }
        let number = Self.serial.add(1, ordering: .relaxed).newValue
        let temporaryPath = "\(path).part-\(getpid())-\(number)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = retrying { open(temporaryPath, flags, 0o666) }
        guard descriptor >= 0 else { throw FileFailure(path: path, action: .create) }
        self.path = path
        self.temporaryPath = temporaryPath
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporaryPath) }
    }

    /// Appends all of `bytes`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
        require(descriptor >= 0, "AtomicFile.write: \(path) is committed already")
        var written = 0
        while written < bytes.count {
            let count = retrying {
                sysWrite(descriptor, bytes.baseAddress! + written, bytes.count - written)
            }
            guard count >= 0 else { throw FileFailure(path: path, action: .write) }
            written += count
        }
    }

    /// Appends all of `bytes`.
    public func write(_ bytes: [UInt8]) throws(FileFailure) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileFailure) in
            try write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Flushes to the disk and renames the file to its target.
    ///
    /// - Parameter flushes: whether to wait for the disk, so that the file also survives a power
    ///   failure; not worth it for one of thousands that can be made again.
    public func commit(flushes: Bool = true) throws(FileFailure) {
        require(descriptor >= 0, "AtomicFile.commit: \(path) is committed already")
        guard !flushes || retrying({ fsync(descriptor) }) == 0 else {
            throw FileFailure(path: path, action: .synchronize)
        }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw FileFailure(path: path, action: .write) }
        guard rename(temporaryPath, path) == 0 else {
            throw FileFailure(path: path, action: .rename)
        }
        isCommitted = true
        if flushes { synchronizeFolder() }
    }

    /// Writes `bytes` as the whole content of `path`.
    ///
    /// - Parameter flushes: as for ``commit(flushes:)``.
    public static func write(
        _ bytes: [UInt8], to path: String, flushes: Bool = true
    ) throws(FileFailure) {
        let file = try AtomicFile(path: path)
        try file.write(bytes)
        try file.commit(flushes: flushes)
    }

    // The rename itself survives a power failure only once the folder is on the disk. Some file
    // systems refuse to flush a folder; the file is whole either way, so a refusal is no error.
    private func synchronizeFolder() {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }
}

// Inside the class the name `write` means its own methods.
private func sysWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
