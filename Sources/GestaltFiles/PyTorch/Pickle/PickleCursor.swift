/// Reads a pickle's bytes sequentially; all errors include the position.
struct PickleCursor {
    let bytes: UnsafeRawBufferPointer
    let path: String
    private(set) var position = 0
    private let isCut: Bool

    /// A cursor over the start of `bytes`, limited to the maximum size of a pickle, whatever
    /// follows it.
    init(_ bytes: UnsafeRawBufferPointer, path: String) {
        isCut = bytes.count > PickleLimits.byteCount
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(PickleLimits.byteCount))
        self.path = path
    }

    mutating func byte() throws(FileError) -> UInt8 { try take(1)[0] }

    /// Reads an unsigned integer of one to eight bytes, little-endian.
    mutating func number(_ width: Int) throws(FileError) -> UInt64 {
        try take(UInt64(width)).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the next `count` bytes.
    mutating func take(_ count: UInt64) throws(FileError) -> UnsafeRawBufferPointer {
        guard count <= UInt64(bytes.count - position) else {
            if isCut {
                throw tooLarge("\(PickleLimits.byteCount) bytes", "more")
            }
            throw malformed("\(count) more bytes", "\(bytes.count - position)")
        }
        defer { position += Int(count) }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + Int(count))])
    }

    /// Reads the text up to the next end of line.
    mutating func line() throws(FileError) -> String {
        let rest = bytes[position...].prefix(PickleLimits.lineByteCount)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            throw malformed("an end of line", "\(rest.count) bytes without one")
        }
        let text = try text(UInt64(end - position))
        position += 1
        return text
    }

    /// Reads the next `count` bytes as UTF-8.
    mutating func text(_ count: UInt64) throws(FileError) -> String {
        let raw = try take(count)
        guard let text = String(validating: raw, as: UTF8.self) else {
            throw malformed("UTF-8 text", hexadecimal(raw.prefix(8)))
        }
        return text
    }

    func malformed(_ expected: String, _ found: String) -> FileError {
        .malformed(
            path: path, format: "pickle (before byte \(position))", expected: expected,
            found: found)
    }

    func tooLarge(_ limit: String, _ found: String) -> FileError {
        .tooLarge(path: path, format: "pickle", limit: limit, found: found)
    }
}
