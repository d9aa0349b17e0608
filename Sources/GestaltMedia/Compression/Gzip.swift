/// gzip compression (RFC 1952) of bytes in memory.
public enum Gzip {
    /// Inflates one or several members. Zeros or other bytes after the last member are ignored, as
    /// by `gzip -d`.
    ///
    /// - Throws: ``MediaError`` when `bytes` are truncated, corrupt, or decompress to more than
    ///   `limit` bytes; errors refer to them as `name`.
    public static func decompress(
        _ bytes: [UInt8], limit: Int = 1 << 30, name: String = "gzip data"
    ) throws(MediaError) -> [UInt8] {
        var warnings: [MediaWarning] = []
        return try decompress(bytes, limit: limit, name: name, warnings: &warnings)
    }

    /// Inflates like ``decompress(_:limit:name:)``, and adds a warning about bytes after the last
    /// member.
    public static func decompress(
        _ bytes: [UInt8], limit: Int = 1 << 30, name: String = "gzip data",
        warnings: inout [MediaWarning]
    ) throws(MediaError) -> [UInt8] {
        let source = try InflatingSource(MemorySource(bytes, name: name), format: .gzip)
        let result = try source.bytes(limit)
        guard try source.bytes(1).isEmpty else {
            throw .tooLarge(
                path: name, format: "gzip", limit: "\(limit) bytes inflated", found: "more")
        }
        warnings += source.warnings
        return result
    }

    /// Deflates into one member, at `level` 0 (stored) to 9 (smallest).
    public static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        var result: [UInt8] = []
        Deflater(level: level).append(bytes, isLast: true) { result += $0 }
        return result
    }
}
