/// gzip (RFC 1952) of bytes in memory.
public enum Gzip {
    /// Inflates one or several members.
    ///
    /// - Throws: ``MediaError`` when `bytes` are truncated, corrupt, followed by anything but
    ///   another member, or give more than `limit` bytes; errors call them `name`.
    public static func decompress(
        _ bytes: [UInt8], limit: Int = 1 << 30, name: String = "gzip data"
    ) throws(MediaError) -> [UInt8] {
        let source = try GzipSource(MemorySource(bytes, name: name))
        let result = try source.bytes(limit)
        guard try source.bytes(1).isEmpty else {
            throw .tooLarge(
                path: name, format: "gzip", limit: "\(limit) bytes inflated", found: "more")
        }
        return result
    }

    /// Deflates into one member, at `level` 0 (stored) to 9 (smallest).
    public static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        var result: [UInt8] = []
        Deflater(level: level).append(bytes, isLast: true) { result += $0 }
        return result
    }
}
