/// Reads JSON (RFC 8259) in one pass over the bytes: no equal keys in an object, nothing after the
/// value, bounded nesting. NaN and Infinity, which Python writes, are read as such.
///
/// Memory grows with the bytes that are read, never with a number in them.
package struct JSONReader {
    /// What is wrong, and where.
    package struct Failure: Error, Equatable {
        package let message: String
        /// The offset in bytes.
        package let offset: Int
    }

    static let maximumDepth = 64

    let bytes: UnsafeBufferPointer<UInt8>
    var place = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes.bindMemory(to: UInt8.self) }

    /// Returns the single value in `bytes`.
    package static func value(in bytes: UnsafeRawBufferPointer) throws(Failure) -> JSONNode {
        var reader = JSONReader(bytes)
        reader.skipSpace()
        if reader.place == bytes.count { throw reader.failure("the text is empty") }
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.place == bytes.count else {
            throw reader.failure("something follows after the end of the value")
        }
        return value
    }

    /// The next byte; 0 at the end, which is no character of JSON.
    @inline(__always)
    var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

    @inline(__always)
    mutating func skipSpace() {
        while place < bytes.count {
            let byte = bytes[place]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            place += 1
        }
    }

    func failure(_ message: String) -> Failure { Failure(message: message, offset: place) }

    /// Returns the failure for a byte that cannot stand here.
    func unexpected(_ expected: String) -> Failure {
        guard place < bytes.count else {
            return failure("the text ends where \(expected) is expected")
        }
        let byte = bytes[place]
        let name =
            (0x21..<0x7F).contains(byte)
            ? "“\(Character(Unicode.Scalar(byte)))”"
            : "the character with byte 0x" + String(byte, radix: 16, uppercase: true)
        return failure("\(name) is found where \(expected) is expected")
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONNode {
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default:
            let start = place
            let number = try number()
            // A whole number is kept exactly.
            if let whole = integer(start..<place) { return .integer(whole) }
            return .number(number)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONNode) throws(Failure) -> JSONNode
    {
        let text = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes.count - place >= text.count,
            bytes[place..<(place + text.count)].elementsEqual(text)
        else { throw unexpected("a value") }
        place += text.count
        return value
    }

    private func checkDepth(_ depth: Int) throws(Failure) {
        guard depth < Self.maximumDepth else {
            throw failure("values are nested deeper than \(Self.maximumDepth) levels")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONNode {
        try checkDepth(depth)
        place += 1
        var members: [JSONMember] = []
        // Short objects are compared member by member.
        var keys: Set<String> = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            place += 1
            return .object([])
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let start = place
            let key = try string()
            if members.count == 16 { keys = Set(members.map(\.key)) }
            let isKnown =
                members.count < 16
                ? members.contains { $0.key == key } : !keys.insert(key).inserted
            if isKnown {
                place = start
                throw failure("the key “\(key)” stands twice in one object")
            }
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw unexpected("a colon after “\(key)”") }
            place += 1
            skipSpace()
            members.append(JSONMember(key, try value(depth: depth + 1)))
            skipSpace()
            if next == UInt8(ascii: ",") {
                place += 1
            } else if next == UInt8(ascii: "}") {
                place += 1
                return .object(members)
            } else {
                throw unexpected("a comma or a closing brace")
            }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONNode {
        try checkDepth(depth)
        place += 1
        skipSpace()
        if next == UInt8(ascii: "]") {
            place += 1
            return .array([])
        }
        let numbers = try leadingNumbers()
        if next == UInt8(ascii: "]") {
            place += 1
            return .numbers(numbers)
        }
        var values = numbers.map { number in
            Int(exactly: number).map { .integer($0) } ?? JSONNode.number(number)
        }
        while true {
            skipSpace()
            values.append(try value(depth: depth + 1))
            skipSpace()
            if next == UInt8(ascii: ",") {
                place += 1
            } else if next == UInt8(ascii: "]") {
                place += 1
                return .array(values)
            } else {
                throw unexpected("a comma or a closing bracket")
            }
        }
    }

    /// Reads numbers and the commas after them; ends before anything else.
    private mutating func leadingNumbers() throws(Failure) -> [Double] {
        var numbers: [Double] = []
        while startsNumber {
            numbers.append(try number())
            skipSpace()
            guard next == UInt8(ascii: ",") else {
                if next != UInt8(ascii: "]") { throw unexpected("a comma or a closing bracket") }
                return numbers
            }
            place += 1
            skipSpace()
            if next == UInt8(ascii: "]") { throw unexpected("a value") }
        }
        return numbers
    }
}
