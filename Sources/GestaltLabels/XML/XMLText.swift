/// The text of an XML file as UTF-8, whatever its encoding was.
struct XMLText {
    let bytes: [UInt8]
    /// The name of the encoding that was converted; nil for UTF-8.
    let convertedFrom: String?

    /// - Throws: ``LabelError`` for an empty file, and for bytes that are neither UTF-8 nor UTF-16
    ///   with a byte order mark.
    init(_ file: [UInt8], path: String) throws(LabelError) {
        guard !file.isEmpty else { throw LabelError(path: path, "the file is empty") }
        if file.starts(with: [0xFF, 0xFE]) || file.starts(with: [0xFE, 0xFF]) {
            bytes = try Self.fromUTF16(file, path: path)
            convertedFrom = "UTF-16"
            return
        }
        let text = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
        if let place = Self.firstInvalidByte(text) {
            let number = place + file.count - text.count
            throw LabelError(
                path: path, place: "byte \(number)", "the text is neither UTF-8 nor UTF-16")
        }
        bytes = text
        convertedFrom = nil
    }

    private static func fromUTF16(_ file: [UInt8], path: String) throws(LabelError) -> [UInt8] {
        let isBig = file[0] == 0xFE
        let units = stride(from: 2, to: file.count - 1, by: 2).map { place in
            let (first, second) = (UInt16(file[place]), UInt16(file[place + 1]))
            return isBig ? first << 8 | second : second << 8 | first
        }
        guard file.count % 2 == 0, let text = String(validating: units, as: UTF16.self) else {
            throw LabelError(path: path, "the text is cut or broken UTF-16")
        }
        return Array(text.utf8)
    }

    /// Returns the offset of the first byte that is not part of a UTF-8 character.
    private static func firstInvalidByte(_ text: [UInt8]) -> Int? {
        if String(validating: text, as: UTF8.self) != nil { return nil }
        // The longest valid prefix, by halving: a prefix may end inside of a character.
        var (valid, invalid) = (0, text.count)
        while invalid - valid > 1 {
            let middle = (valid + invalid) / 2
            let isValid = (0...3).contains { cut in
                middle - cut >= 0
                    && String(validating: text[..<(middle - cut)], as: UTF8.self) != nil
            }
            if isValid { valid = middle } else { invalid = middle }
        }
        return valid
    }
}
