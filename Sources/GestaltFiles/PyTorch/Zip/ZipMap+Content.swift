internal import CZlib

/// The content of entries.
extension ZipMap.Entry {
    /// Calls `body` with the content, its CRC-32 checked when `isVerified` is false. Stored entries
    /// are not copied.
    ///
    /// - Throws: ``FileError`` when the content is broken.
    func withContent<Result>(
        of archive: UnsafeRawBufferPointer, path: String, isVerified: Bool = false,
        _ body: (UnsafeRawBufferPointer) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let stored = UnsafeRawBufferPointer(rebasing: archive[range])
        if !isDeflated {
            if !isVerified { try check(stored, path) }
            return try body(stored)
        }
        let content = try inflated(stored, path)
        return try content.withUnsafeBufferPointer { (buffer) throws(FileError) in
            let bytes = UnsafeRawBufferPointer(buffer)
            try check(bytes, path)
            return try body(bytes)
        }
    }

    private func check(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(FileError) {
        var sum: UInt = 0
        // zlib counts in 32 bits.
        var start = 0
        while start < bytes.count {
            let count = min(1 << 30, bytes.count - start)
            sum = crc32(sum, bytes.baseAddress! + start, UInt32(count))
            start += count
        }
        guard UInt32(sum) == checksum else {
            throw .malformed(
                path: path, format: "zip archive",
                expected: "the CRC-32 \(String(checksum, radix: 16)) of \(name)",
                found: String(sum, radix: 16))
        }
    }

    private func inflated(
        _ stored: UnsafeRawBufferPointer, _ path: String
    ) throws(FileError) -> [UInt8] {
        var stream = z_stream()
        // Negative: raw deflate, without a zlib header.
        let started = inflateInit2_(
            &stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard started == Z_OK else {
            throw broken(path, "memory to unpack", "zlib's status \(started)")
        }
        defer { inflateEnd(&stream) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(1 << 20, byteCount + 1))
        var (taken, status) = (0, Z_OK)
        while status == Z_OK {
            // Grows with the data, so that a false size costs nothing.
            let (given, room) = (min(1 << 30, stored.count - taken), chunk.count)
            let left = chunk.withUnsafeMutableBufferPointer { target in
                stream.next_in = UnsafeMutablePointer(
                    mutating: (stored.baseAddress! + taken).assumingMemoryBound(to: UInt8.self))
                stream.avail_in = UInt32(given)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(room)
                status = inflate(&stream, Z_NO_FLUSH)
                return Int(stream.avail_out)
            }
            taken += given - Int(stream.avail_in)
            content += chunk[..<(room - left)]
            guard content.count <= byteCount else { break }
        }
        guard status == Z_STREAM_END, content.count == byteCount else {
            throw broken(
                path, "\(byteCount) deflated bytes of \(name)",
                "\(content.count) and zlib's status \(status)")
        }
        return content
    }

    private func broken(_ path: String, _ expected: String, _ found: String) -> FileError {
        .malformed(path: path, format: "zip archive", expected: expected, found: found)
    }
}
