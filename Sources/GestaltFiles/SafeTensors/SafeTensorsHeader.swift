/// The validated header of a safetensors file.
struct SafeTensorsHeader {
    struct Entry {
        let name: String
        /// The file's type code.
        let code: String
        /// Nil for a type without an equivalent here.
        let type: StoredType?
        let shape: [Int]
        /// The range of the bytes, relative to the end of the header.
        let range: Range<Int>
    }

    /// In the order of their bytes.
    let entries: [Entry]
    let metadata: [String: String]
    /// The offset of the data in the file.
    let dataStart: Int

    /// The limit of the reference reader.
    static let maximumByteCount = 100_000_000
    static let metadataKey = "__metadata__"

    static let types: [String: StoredType] = [
        "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64,
        "I32": .int32, "I16": .int16, "I8": .int8, "U64": .uint64, "U32": .uint32, "U16": .uint16,
        "U8": .uint8, "BOOL": .bool, "F8_E4M3": .float8E4M3, "F8_E5M2": .float8E5M2,
        "F8_E4M3FNUZ": .float8E4M3UnsignedZero, "F8_E5M2FNUZ": .float8E5M2UnsignedZero,
        "F8_E8M0": .float8E8M0,
    ]

    /// Bits of an element of types that are listed, but not read.
    static let foreignBits = ["F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "C64": 64, "C128": 128]

    /// Reads and validates the header of the file whose bytes are passed.
    init(_ file: UnsafeRawBufferPointer, path: String) throws(FileError) {
        let parser = Parser(path: path)
        let length = try parser.headerByteCount(file)
        dataStart = 8 + length
        let text = UnsafeRawBufferPointer(rebasing: file[8..<dataStart])
        let members: [(key: String, value: JSONValue)]
        do throws(JSONReader.Failure) {
            guard case .object(let found) = try JSONReader.value(in: text) else {
                throw JSONReader.Failure(expected: "an object", place: 0)
            }
            members = found
        } catch {
            throw parser.malformed(error.expected, "something else at byte \(8 + error.place)")
        }
        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        for (key, value) in members {
            if key == Self.metadataKey {
                metadata = try parser.metadata(value)
            } else {
                entries.append(try parser.entry(key, value))
            }
        }
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound, $0.name)
                < ($1.range.lowerBound, $1.range.upperBound, $1.name)
        }
        try parser.checkTiling(entries, dataByteCount: file.count - dataStart)
        self.entries = entries
        self.metadata = metadata
    }
}

/// The rules of the format, with the file's name for the errors.
private struct Parser {
    typealias Entry = SafeTensorsHeader.Entry

    let path: String

    func malformed(_ expected: String, _ found: String) -> FileError {
        .malformed(path: path, format: "safetensors", expected: expected, found: found)
    }

    func headerByteCount(_ file: UnsafeRawBufferPointer) throws(FileError) -> Int {
        guard file.count >= 8 else {
            throw malformed("8 bytes of header length", "a file of \(file.count) bytes")
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(file.count - 8) else {
            throw malformed(
                "a header length of at most \(file.count - 8)",
                "\(length): it is \(describe(file))")
        }
        guard length <= SafeTensorsHeader.maximumByteCount else {
            throw .tooLarge(
                path: path, format: "safetensors header",
                limit: "\(SafeTensorsHeader.maximumByteCount) bytes", found: "\(length)")
        }
        guard length >= 2, file[8] == UInt8(ascii: "{") else {
            throw malformed("a header that begins with a brace", describe(file))
        }
        return Int(length)
    }

    func metadata(_ value: JSONValue) throws(FileError) -> [String: String] {
        guard case .object(let members) = value else {
            throw malformed("an object of strings as metadata", "something else")
        }
        var result: [String: String] = [:]
        for (key, value) in members {
            guard case .string(let text) = value else {
                throw malformed("a string as metadata \(key)", "something else")
            }
            result[key] = text
        }
        return result
    }

    func entry(_ name: String, _ value: JSONValue) throws(FileError) -> Entry {
        guard case .object(let members) = value else {
            throw malformed("an object for tensor \(name)", "something else")
        }
        var fields: [String: JSONValue] = [:]
        for (key, value) in members { fields[key] = value }
        guard fields.keys.sorted() == ["data_offsets", "dtype", "shape"] else {
            throw malformed(
                "dtype, shape and data_offsets for tensor \(name)",
                fields.keys.sorted().joined(separator: ", "))
        }
        guard case .string(let code) = fields["dtype"] else {
            throw malformed("a string as dtype of \(name)", "something else")
        }
        let shape = try sizes(fields["shape"], "shape of \(name)")
        let offsets = try sizes(fields["data_offsets"], "data_offsets of \(name)")
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw malformed("two ascending data_offsets of \(name)", "\(offsets)")
        }
        let type = SafeTensorsHeader.types[code]
        if let byteCount = try byteCount(name, code, shape), byteCount != offsets[1] - offsets[0] {
            throw malformed(
                "\(byteCount) bytes for \(name), \(code) \(shape)",
                "data_offsets \(offsets) of \(offsets[1] - offsets[0])")
        }
        return Entry(
            name: name, code: String(code.prefix(32)), type: type, shape: shape,
            range: offsets[0]..<offsets[1])
    }

    /// Returns the bytes of a tensor; nil for a type of unknown width.
    private func byteCount(
        _ name: String, _ code: String, _ shape: [Int]
    ) throws(FileError) -> Int? {
        guard
            let bits = SafeTensorsHeader.types[code].map({ $0.byteCount * 8 })
                ?? SafeTensorsHeader.foreignBits[code]
        else { return nil }
        var product = bits
        for length in shape {
            let (next, overflows) = product.multipliedReportingOverflow(by: length)
            guard !overflows else {
                throw malformed("a shape of \(name) that a file can hold", "\(shape)")
            }
            product = next
        }
        guard product.isMultiple(of: 8) else {
            throw malformed("whole bytes for \(name)", "\(product) bits of \(code) \(shape)")
        }
        return product / 8
    }

    private func sizes(_ value: JSONValue?, _ what: String) throws(FileError) -> [Int] {
        guard case .array(let values) = value else { throw malformed("a list as \(what)", "none") }
        var result: [Int] = []
        for value in values {
            guard case .integer(let number) = value, number >= 0 else {
                throw malformed("whole numbers as \(what)", String(value.description.prefix(80)))
            }
            result.append(number)
        }
        return result
    }

    /// Checks that every byte after the header belongs to exactly one tensor.
    func checkTiling(_ entries: [Entry], dataByteCount: Int) throws(FileError) {
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end else {
                throw malformed(
                    "tensor \(entry.name) at offset \(end), where the one before ends",
                    "offset \(entry.range.lowerBound)")
            }
            end = entry.range.upperBound
        }
        guard end == dataByteCount else {
            throw malformed("\(end) bytes of data", "\(dataByteCount)")
        }
    }
}
