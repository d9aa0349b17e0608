import GestaltChecks

/// The header of an npy file.
struct NPYHeader: Equatable {
    /// Nil for unsupported elements.
    let type: StoredType?
    /// NumPy's type code.
    let code: String
    let isBigEndian: Bool
    let isFortranOrder: Bool
    let shape: [Int]
    /// The offset of the data.
    let dataStart: Int

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// Headers of plain arrays take about 100 bytes; only structured types need more.
    static let maximumByteCount = 1 << 16

    /// Reads the header at the start of `bytes`, in version 1, 2 or 3.
    init(_ bytes: UnsafeRawBufferPointer, path: String, name: String?) throws(FileError) {
        func malformed(_ expected: String, _ found: String) -> FileError {
            .malformed(path: path, format: "npy", expected: expected, found: found)
        }
        guard bytes.starts(with: Self.magic) else {
            throw malformed("the npy signature", describe(bytes))
        }
        guard bytes.count >= 12 else { throw malformed("a header", "\(bytes.count) bytes") }
        let version = bytes[6]
        guard (1...3) ~= version else {
            throw .unsupported(
                path: path, tensor: name, expected: "npy version 1, 2 or 3",
                found: "\(version).\(bytes[7])")
        }
        // The length takes two bytes in version 1, four after it.
        let textStart = version == 1 ? 10 : 12
        let length = (8..<textStart).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
        guard length <= Self.maximumByteCount, length <= bytes.count - textStart else {
            throw malformed(
                "a header of at most \(min(Self.maximumByteCount, bytes.count - textStart)) bytes",
                "\(length)")
        }
        dataStart = textStart + length
        var parser = PythonLiteral(bytes[textStart..<dataStart])
        guard let fields = parser.dictionary() else {
            throw malformed("a dictionary of descr, fortran_order and shape", parser.excerpt)
        }
        guard fields.keys.sorted() == ["descr", "fortran_order", "shape"],
            case .truth(let isFortranOrder)? = fields["fortran_order"],
            case .tuple(let shape)? = fields["shape"]
        else { throw malformed("descr, fortran_order and shape", parser.excerpt) }
        switch fields["descr"] {
        case .text(let code)?, .other(let code)?: self.code = String(code.prefix(64))
        default: throw malformed("the type of the elements as descr", parser.excerpt)
        }
        type = Self.type(code)
        self.isFortranOrder = isFortranOrder
        self.shape = shape
        isBigEndian = code.first == ">"
    }

    /// Returns the array as an entry of a listing.
    func member(_ name: String) -> FileMember {
        FileMember(
            name: name, type: type?.description ?? code, shape: shape,
            byteCount: type?.byteCount(of: shape), problem: type == nil ? Self.problem(code) : nil)
    }

    /// Returns a description of unsupported elements.
    private static func problem(_ code: String) -> String {
        if code.hasPrefix("[") || code.hasPrefix("(") || code.hasPrefix("{") {
            return "records of several fields"
        }
        return switch code.drop(while: { "<>|=".contains($0) }).first {
        case "O": "Python objects (pickles, which are not executed)"
        case "U", "S", "a": "strings"
        case "M": "dates"
        case "m": "spans of time"
        case "c": "complex numbers"
        case "V": "raw bytes without a type"
        case "f": "floating-point numbers of another width"
        default: "elements of another kind"
        }
    }

    /// Returns the type of a NumPy type code, which starts with the byte order.
    private static func type(_ code: String) -> StoredType? {
        if code == "?" { return .bool }
        guard let order = code.first, "<>|=".contains(order) else { return nil }
        let types: [Substring: StoredType] = [
            "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32,
            "i2": .int16, "i1": .int8, "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8,
            "b1": .bool,
        ]
        return types[code.dropFirst()]
    }

    /// Returns the header for writing a tensor: version 1.0, data aligned to 64 bytes.
    static func bytes(type: StoredType, shape: [Int]) -> [UInt8] {
        let lengths = shape.map { "\($0)," }.joined(separator: " ")
        // A tuple of one keeps its trailing comma, longer ones have none: as NumPy prints them.
        let tuple = shape.count > 1 ? String(lengths.dropLast()) : lengths
        var text =
            "{'descr': '\(code(type))', 'fortran_order': False, 'shape': (\(tuple)), }"
        let used = magic.count + 4 + text.utf8.count + 1
        text += String(repeating: " ", count: (64 - used % 64) % 64) + "\n"
        let count = text.utf8.count
        return magic + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(text.utf8)
    }

    private static func code(_ type: StoredType) -> String {
        switch type {
        case .float64: "<f8"
        case .float32: "<f4"
        case .float16: "<f2"
        case .bfloat16: stop("npy has no bfloat16; convert to Float first")
        case .int64: "<i8"
        case .int32: "<i4"
        case .int16: "<i2"
        case .int8: "|i1"
        case .uint64: "<u8"
        case .uint32: "<u4"
        case .uint16: "<u2"
        case .uint8: "|u1"
        case .bool: "|b1"
        default: stop("npy has no \(type); convert to Float first")
        }
    }
}

/// The subset of Python's literals in an npy header: one dictionary of strings, Booleans and tuples
/// of integers. Nothing is evaluated.
struct PythonLiteral {
    enum Value: Equatable {
        case text(String)
        case truth(Bool)
        case tuple([Int])
        /// The text of any other bracketed value, the fields of a record type for example.
        case other(String)
    }

    private static let deepestNesting = 32

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: Slice<UnsafeRawBufferPointer>) { self.bytes = Array(bytes) }

    /// The start of the text, for messages.
    var excerpt: String { String(decoding: bytes.prefix(80), as: UTF8.self) }

    /// Parses the dictionary, which only white space may follow; nil for other text, or when a key
    /// occurs twice.
    mutating func dictionary() -> [String: Value]? {
        var fields: [String: Value] = [:]
        guard take("{") else { return nil }
        while !take("}") {
            guard let key = text(), take(":"), let value = value(), fields[key] == nil else {
                return nil
            }
            fields[key] = value
            if !take(",") {
                guard take("}") else { return nil }
                break
            }
        }
        skipSpace()
        return place == bytes.count ? fields : nil
    }

    private mutating func value() -> Value? {
        skipSpace()
        if take("True") { return .truth(true) }
        if take("False") { return .truth(false) }
        if place < bytes.count, bytes[place] == UInt8(ascii: "[") { return bracketed() }
        if take("(") { return tuple() }
        return text().map(Value.text)
    }

    /// Skips to the closing bracket of the first opening one.
    private mutating func bracketed() -> Value? {
        let start = place
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                guard text() != nil else { return nil }
                continue
            case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"):
                depth += 1
                guard depth <= Self.deepestNesting else { return nil }
            case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            place += 1
            if depth == 0 { return .other(String(decoding: bytes[start..<place], as: UTF8.self)) }
        }
        return nil
    }

    private mutating func tuple() -> Value? {
        var lengths: [Int] = []
        while !take(")") {
            guard let length = number() else { return nil }
            lengths.append(length)
            if !take(",") {
                // Python reads (3) as a number.
                guard lengths.count > 1, take(")") else { return nil }
                break
            }
        }
        return .tuple(lengths)
    }

    private mutating func number() -> Int? {
        skipSpace()
        let start = place
        while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= bytes[place] {
            place += 1
        }
        let number = Int(String(decoding: bytes[start..<place], as: UTF8.self))
        _ = take("L")  // Python 2 wrote long numbers so
        return number
    }

    private mutating func text() -> String? {
        skipSpace()
        guard place < bytes.count, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[place])
        else { return nil }
        let quote = bytes[place]
        guard let end = bytes[(place + 1)...].firstIndex(of: quote) else { return nil }
        let inside = bytes[(place + 1)..<end]
        place = end + 1
        return inside.contains(UInt8(ascii: "\\")) ? nil : String(decoding: inside, as: UTF8.self)
    }

    private mutating func take(_ word: String) -> Bool {
        skipSpace()
        guard bytes[place...].starts(with: word.utf8) else { return false }
        place += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }
}
