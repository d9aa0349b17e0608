import GestaltIO

/// The keys at the top of JSON text: enough to recognize a format, without reading the values.
package struct JSONSummary: Sendable, Equatable {
    /// Whether the text is a list.
    package private(set) var isList = false
    /// The keys of the object; of a list, those of its first element.
    package private(set) var keys: Set<String> = []

    /// Reads the keys of a file; of a damaged one, those before the damage. Nil when it is a folder
    /// or does not begin like a JSON object or list.
    ///
    /// - Complexity: one pass over the bytes.
    package init?(path: String) throws {
        guard case .file = try PathStatus(path) else { return nil }
        let summary: JSONSummary? = try MappedFile(path: path).withBytes { bytes in
            guard let text = try? JSONText(bytes, path: path) else { return nil }
            return text.withBytes { JSONSummary($0) }
        }
        guard let summary else { return nil }
        self = summary
    }

    private init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = JSONReader(bytes)
        reader.skipSpace()
        if reader.next == UInt8(ascii: "[") {
            isList = true
            reader.place += 1
            reader.skipSpace()
            if reader.next == UInt8(ascii: "]") { return }
        }
        guard reader.next == UInt8(ascii: "{") else {
            if isList { return }
            return nil
        }
        reader.place += 1
        // What is wrong further on does not matter here.
        try? readKeys(&reader)
    }

    private mutating func readKeys(_ reader: inout JSONReader) throws {
        while true {
            reader.skipSpace()
            guard reader.next == UInt8(ascii: "\"") else { return }
            keys.insert(try reader.string())
            reader.skipSpace()
            guard reader.next == UInt8(ascii: ":") else { return }
            reader.place += 1
            reader.skipValue()
            guard reader.next == UInt8(ascii: ",") else { return }
            reader.place += 1
        }
    }
}

extension JSONReader {
    /// Advances to the comma or bracket after a value, without checking it.
    mutating func skipValue() {
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                skipString()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: ","): if depth == 0 { return }
            default: break
            }
            place += 1
        }
    }

    private mutating func skipString() {
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        place = min(place + 1, bytes.count)
    }
}
