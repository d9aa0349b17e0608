/// A JSON value of a header. Objects keep their order and have no duplicate keys.
package enum JSONValue: Equatable {
    case object([(key: String, value: JSONValue)])
    case array([JSONValue])
    case string(String)
    case integer(Int)
    /// Numbers with fraction or exponent, true, false and null, by name: not allowed in headers.
    case other(String)

    package static func == (a: JSONValue, b: JSONValue) -> Bool { a.description == b.description }

    var description: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\"\($0.key)\":\($0.value.description)" }.joined(separator: ",")
                + "}"
        case .array(let values): "[" + values.map(\.description).joined(separator: ",") + "]"
        case .string(let text): "\"\(text)\""
        case .integer(let number): "\(number)"
        case .other(let text): text
        }
    }
}

/// Reads JSON (RFC 8259) strictly: no duplicate keys, nothing after the value, bounded nesting.
///
/// Foundation's reader silently keeps the last of equal keys; a header with two tensors of one
/// name must be rejected.
package struct JSONReader {
    /// The error, with its offset in bytes.
    package struct Failure: Error, Equatable {
        package let expected: String
        package let place: Int
    }

    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    // A header nests three deep, the configuration of a segmenter on the parts of a predictor nine.
    private static let maximumDepth = 16
    // Each value takes more memory than the minimum of two bytes of text.
    private var valuesLeft = 10_000_000

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Returns the single value in `bytes`, with white space around it.
    package static func value(in bytes: UnsafeRawBufferPointer) throws(Failure) -> JSONValue {
        var reader = JSONReader(bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.place == bytes.count else { throw reader.failure("the end") }
        return value
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth <= Self.maximumDepth else {
            throw failure("at most \(Self.maximumDepth) levels of nesting")
        }
        valuesLeft -= 1
        guard valuesLeft > 0 else { throw failure("at most ten million values") }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        default: return try scalar()
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        place += 1
        var members: [(key: String, value: JSONValue)] = []
        var keys: Set<String> = []
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a key in quotes") }
            let key = try string()
            guard keys.insert(key).inserted else { throw failure("no second key \"\(key)\"") }
            skipSpace()
            guard take(":") else { throw failure("a colon after \"\(key)\"") }
            members.append((key, try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        guard take("}") else { throw failure("a comma or a closing brace") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        place += 1
        var values: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw failure("a comma or a closing bracket") }
        return .array(values)
    }

    private mutating func scalar() throws(Failure) -> JSONValue {
        let start = place
        while let byte = peek, Self.isWord(byte) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if ["true", "false", "null"].contains(text) { return .other(text) }
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        guard let first = digits.first, first.isNumber, digits.count == 1 || first != "0",
            let number = Int(text)
        else {
            guard digits.first?.isNumber == true, Double(text) != nil else {
                place = start
                throw failure("a value")
            }
            return .other(text)
        }
        return .integer(number)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
    }

    private func failure(_ expected: String) -> Failure {
        Failure(expected: expected, place: place)
    }
}

extension JSONReader {
    private mutating func string() throws(Failure) -> String {
        place += 1
        var text: [UInt8] = []
        while let byte = peek {
            place += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += String(try escaped()).utf8
            case 0..<0x20: throw failure("no control characters in a string")
            default: text.append(byte)
            }
        }
        throw failure("a closing quote")
    }

    private mutating func escaped() throws(Failure) -> Unicode.Scalar {
        guard let byte = peek else { throw failure("an escaped character") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try codePoint()
        default: throw failure("an escape that JSON knows")
        }
    }

    private mutating func codePoint() throws(Failure) -> Unicode.Scalar {
        var value = try hexadecimal()
        if (0xD800..<0xDC00).contains(value), take("\\"), take("u") {
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw failure("a low surrogate") }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure("a whole character") }
        return scalar
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard place + 4 <= bytes.count else { throw failure("four hexadecimal digits") }
        let text = String(decoding: bytes[place..<(place + 4)], as: UTF8.self)
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt32(text, radix: 16)
        else { throw failure("four hexadecimal digits") }
        place += 4
        return value
    }
}
