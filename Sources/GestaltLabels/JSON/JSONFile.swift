import GestaltIO

/// The JSON text of a label file.
package struct JSONFile {
    /// The value of the whole file.
    package let root: JSONNode
    /// What was repaired in order to read it.
    package let problems: [LabelProblem]

    /// Reads a file. A byte order mark is skipped, and UTF-16 transcoded.
    ///
    /// - Throws: ``LabelError`` with line and column when it is no JSON text; `FileFailure` when it
    ///   cannot be read.
    package init(path: String) throws {
        (root, problems) = try MappedFile(path: path).withBytes { bytes in
            let text = try JSONText(bytes, path: path)
            return (try text.value(), text.problems)
        }
    }
}

/// Bytes of JSON in UTF-8.
struct JSONText {
    private let path: String
    private let bytes: UnsafeRawBufferPointer
    /// The text in UTF-8 where the bytes are UTF-16.
    private let transcoded: [UInt8]?
    let problems: [LabelProblem]

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(LabelError) {
        self.path = path
        if bytes.isEmpty { throw LabelError(path: path, "the file is empty") }
        let kind = FileKind(bytes)
        switch kind {
        case .html, .gitLFSPointer, .zip, .gzip, .picture, .film, .pdf, .xml, .tar:
            throw LabelError(path: path, "expected JSON text, found \(kind)")
        default: break
        }
        if let isBig = Self.isBigEndianUTF16(bytes) {
            transcoded = Self.transcoded(bytes, isBig: isBig)
            problems = [
                LabelProblem(.repaired, path: path, place: "", "the text is UTF-16, not UTF-8")
            ]
        } else {
            transcoded = nil
            problems = []
        }
        self.bytes =
            bytes.starts(with: [0xEF, 0xBB, 0xBF])
            ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        if let transcoded { return try transcoded.withUnsafeBytes(body) }
        return try body(bytes)
    }

    func value() throws -> JSONNode {
        try withBytes { text in
            do throws(JSONReader.Failure) {
                return try JSONReader.value(in: text)
            } catch {
                throw LabelError(
                    path: path, place: Self.place(error.offset, in: text), error.message)
            }
        }
    }

    /// Returns the line and the column of an offset, from 1.
    private static func place(_ offset: Int, in text: UnsafeRawBufferPointer) -> String {
        let before = text.prefix(offset)
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = offset == text.count ? " (end of file)" : ""
        return "line \(line), column \(offset - start + 1), byte \(offset)\(end)"
    }

    /// Whether the bytes are UTF-16, by a mark or by zeros beside the first characters.
    private static func isBigEndianUTF16(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        guard bytes.count >= 4 else { return nil }
        if bytes[0] == 0xFF && bytes[1] == 0xFE { return false }
        if bytes[0] == 0xFE && bytes[1] == 0xFF { return true }
        if bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0 { return false }
        if bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0 { return true }
        return nil
    }

    private static func transcoded(_ bytes: UnsafeRawBufferPointer, isBig: Bool) -> [UInt8] {
        let hasMark = bytes[0] == 0xFF || bytes[0] == 0xFE
        let units = stride(from: hasMark ? 2 : 0, to: bytes.count - 1, by: 2).map { place in
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            return isBig ? first << 8 | second : second << 8 | first
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
