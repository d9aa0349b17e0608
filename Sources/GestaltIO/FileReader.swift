#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A regular file read from front to back.
///
/// Folders, pipes and devices are rejected: their length is unknown, and all readers check the
/// sizes recorded in a file against its length.
public final class FileReader {
    public let path: String
    /// Length of the file when it was opened.
    public let byteCount: Int
    /// Bytes read so far.
    public private(set) var position = 0
    let descriptor: Int32

    /// - Throws: ``FileFailure`` when the file is missing, unreadable or not a regular file.
    public init(path: String) throws(FileFailure) {
        let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw FileFailure(path: path, action: .open) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = FileFailure(path: path, action: .open)
            close(descriptor)
            throw failure
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileFailure(path: path, action: .open, reason: "it is not a regular file")
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Bytes between the position and the end of the file as of its opening.
    public var remaining: Int { max(0, byteCount - position) }

    /// Fills `buffer` from the current position; reads fewer bytes only at the end of the file.
    ///
    /// - Returns: the number of bytes read, 0 at the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = retrying {
                sysRead(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
            }
            guard count >= 0 else { throw FileFailure(path: path, action: .read) }
            if count == 0 { break }
            filled += count
        }
        position += filled
        return filled
    }

    /// Reads the whole file.
    ///
    /// - Throws: ``FileFailure`` when it cannot be read or is longer than `limit` bytes.
    public static func bytes(
        path: String, limit: Int = 1 << 31
    ) throws(FileFailure) -> [UInt8] {
        let reader = try FileReader(path: path)
        guard reader.byteCount <= limit else {
            throw FileFailure(
                path: path, action: .read,
                reason: "it has \(reader.byteCount) bytes, more than the \(limit) allowed")
        }
        var failure: FileFailure?
        let bytes = [UInt8](unsafeUninitializedCapacity: reader.byteCount) { buffer, count in
            do throws(FileFailure) {
                count = try reader.read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

// Inside the class the name `read` means its own method.
private func sysRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
