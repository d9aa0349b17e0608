extension XMLReader {
    var byte: UInt8 { bytes[position] }

    static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    func starts(_ text: String) -> Bool {
        let mark = text.utf8
        return position + mark.count <= bytes.count
            && bytes[position..<(position + mark.count)].elementsEqual(mark)
    }

    mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(byte) { position += 1 }
    }

    /// Reads a name: everything up to white space or punctuation.
    mutating func name(_ subject: String) throws(LabelError) -> String {
        let start = position
        while position < bytes.count, !Self.endsName(byte) { position += 1 }
        guard position > start else { throw error("\(subject) without a name") }
        guard position < bytes.count else { throw error("the file ends inside of a tag") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func endsName(_ byte: UInt8) -> Bool {
        isSpace(byte) || "=/><\"'&".utf8.contains(byte)
    }

    /// Returns the text with its references replaced: the five names of XML and character numbers.
    func resolved(_ slice: ArraySlice<UInt8>) throws(LabelError) -> String {
        if let place = slice.firstIndex(where: { $0 < 0x20 && !Self.isSpace($0) }) {
            throw error("the control character \(slice[place]) in text", at: place)
        }
        guard slice.contains(UInt8(ascii: "&")) else {
            return String(decoding: slice, as: UTF8.self)
        }
        var result = ""
        var rest = slice
        while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += String(decoding: rest[..<start], as: UTF8.self)
            guard let end = rest[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
                throw error("& without a reference", at: start)
            }
            let name = String(decoding: rest[(start + 1)..<end], as: UTF8.self)
            guard let character = Self.character(name) else {
                throw error("the unknown entity &\(name);", at: start)
            }
            result.append(character)
            rest = rest[(end + 1)...]
        }
        return result + String(decoding: rest, as: UTF8.self)
    }

    private static func character(_ name: String) -> Character? {
        if let known = entities[name] { return known }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let number =
            digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return number.flatMap(Unicode.Scalar.init).map(Character.init)
    }

    private static let entities: [String: Character] = [
        "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
    ]

    /// Returns an error at the current position, or at `place`.
    func error(_ message: String, at place: Int? = nil) -> LabelError {
        let before = bytes[..<min(place ?? position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        // Columns count characters: bytes that do not continue one.
        let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
        return LabelError(path: path, place: "line \(line), column \(column)", message)
    }
}
