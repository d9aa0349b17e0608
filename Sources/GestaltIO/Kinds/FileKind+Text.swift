extension FileKind {
    private static let sampleByteCount = 4096

    /// Returns the kind of text in the file; nil for other content.
    static func written(_ bytes: UnsafeRawBufferPointer) -> FileKind? {
        let utf16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        if utf16, bytes.count.isMultiple(of: 2) { return .text }
        var sample = Array(bytes.prefix(sampleByteCount))
        if sample.starts(with: [0xEF, 0xBB, 0xBF]) { sample.removeFirst(3) }
        guard let text = text(sample, isCut: bytes.count > sampleByteCount) else { return nil }
        let start = text.drop { $0.isWhitespace }
        switch start.first {
        case "{", "[":
            guard looksLikeJSON(start) else { return .text }
            return isIndex(bytes) ? .shardIndex : .json
        case "<":
            let word = start.prefix(64).lowercased()
            if word.hasPrefix("<!doctype html") || word.hasPrefix("<html") { return .html }
            return word.hasPrefix("<?xml") || word.hasPrefix("<") && word.contains(">")
                ? .xml : .text
        default: return .text
        }
    }

    /// Returns the sample as text without control characters; its last character may be cut.
    private static func text(_ sample: [UInt8], isCut: Bool) -> String? {
        guard sample.allSatisfy({ $0 >= 0x20 || [0x09, 0x0A, 0x0C, 0x0D, 0x1B].contains($0) })
        else { return nil }
        for dropped in 0...(isCut ? min(3, sample.count) : 0) {
            if let text = String(validating: sample.dropLast(dropped), as: UTF8.self) {
                return text
            }
        }
        return nil
    }

    /// Whether the bracket is followed by something that JSON allows there.
    private static func looksLikeJSON(_ text: Substring) -> Bool {
        guard let next = text.dropFirst().first(where: { !$0.isWhitespace }) else { return false }
        if text.first == "{" { return next == "\"" || next == "}" }
        return next.isNumber || "\"[{]-tfn".contains(next)
    }

    /// Whether the file is an index: a list of names of a few hundred kilobytes, its key at the
    /// start or after a `metadata` object.
    private static func isIndex(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let head = bytes.prefix(1 << 16)
        let key = Array("\"weight_map\"".utf8)
        var start = head.startIndex
        while let place = head[start...].firstIndex(of: key[0]) {
            if head[place...].starts(with: key) { return true }
            start = place + 1
        }
        return false
    }
}
