/// A reader of XML text, one event after another, without a tree of the document.
///
/// Document type declarations are refused, so that no entity is defined or fetched; elements nest
/// at most ``maximumDepth`` deep. Memory is that of one tag.
struct XMLReader {
    enum Event: Equatable {
        case start(name: String, attributes: [String: String])
        case text(String)
        case end(name: String)
    }

    /// The deepest allowed nesting of elements.
    static let maximumDepth = 64

    let path: String
    let bytes: [UInt8]
    var position = 0
    /// The names of the open elements, outermost first.
    private(set) var open: [String] = []
    private var isEndDue = false
    private var hasRoot = false

    init(_ text: XMLText, path: String) {
        bytes = text.bytes
        self.path = path
    }

    /// Returns the next event; nil after the root element.
    ///
    /// - Throws: ``LabelError`` with line and column for text that is not well formed.
    mutating func next() throws(LabelError) -> Event? {
        if isEndDue {
            isEndDue = false
            return .end(name: open.removeLast())
        }
        while position < bytes.count {
            if bytes[position] != UInt8(ascii: "<") {
                if let text = try text() { return .text(text) }
            } else if starts("<!--") {
                try skip(past: "-->", "comment")
            } else if starts("<![CDATA[") {
                return .text(try characterData())
            } else if starts("<?") {
                try skip(past: "?>", "processing instruction")
            } else if starts("<!") {
                throw error("a document type declaration; entities are not allowed")
            } else if starts("</") {
                return try endTag()
            } else {
                return try startTag()
            }
        }
        guard open.isEmpty else {
            throw error("the file ends inside of the element <\(open.last ?? "")>")
        }
        guard hasRoot else { throw error("no element") }
        return nil
    }

    // MARK: Tags

    private mutating func startTag() throws(LabelError) -> Event {
        guard !open.isEmpty || !hasRoot else { throw error("a second root element") }
        guard open.count < Self.maximumDepth else {
            throw error("elements nest deeper than \(Self.maximumDepth)")
        }
        position += 1
        let name = try name("an element")
        var attributes: [String: String] = [:]
        while true {
            skipSpace()
            if starts("/>") {
                position += 2
                isEndDue = true
                break
            }
            if starts(">") {
                position += 1
                break
            }
            let (key, value) = try attribute()
            guard attributes.updateValue(value, forKey: key) == nil else {
                throw error("the attribute \(key) appears twice in <\(name)>")
            }
        }
        open.append(name)
        hasRoot = true
        return .start(name: name, attributes: attributes)
    }

    private mutating func attribute() throws(LabelError) -> (String, String) {
        let key = try name("an attribute")
        skipSpace()
        guard starts("=") else { throw error("the attribute \(key) without a value") }
        position += 1
        skipSpace()
        guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(byte) else {
            throw error("the attribute \(key) without a quoted value")
        }
        let quote = byte
        position += 1
        let start = position
        while position < bytes.count, byte != quote {
            if byte == UInt8(ascii: "<") { throw error("< inside of the attribute \(key)") }
            position += 1
        }
        guard position < bytes.count else {
            throw error("the file ends inside of the attribute \(key)")
        }
        let value = try resolved(bytes[start..<position])
        position += 1
        return (key, value)
    }

    private mutating func endTag() throws(LabelError) -> Event {
        let start = position
        position += 2
        let name = try name("a closing tag")
        skipSpace()
        guard starts(">") else { throw error("the tag </\(name) is not closed") }
        guard let last = open.last, last == name else {
            position = start
            let expected = open.last.map { "</\($0)>" } ?? "no closing tag"
            throw error("expected \(expected), found </\(name)>")
        }
        position += 1
        open.removeLast()
        return .end(name: name)
    }

    // MARK: Text

    /// Returns the text up to the next tag; nil for white space outside of the root element.
    private mutating func text() throws(LabelError) -> String? {
        let start = position
        while position < bytes.count, byte != UInt8(ascii: "<") { position += 1 }
        let slice = bytes[start..<position]
        if open.isEmpty {
            guard slice.allSatisfy(Self.isSpace) else {
                position = start + (slice.firstIndex { !Self.isSpace($0) } ?? start) - start
                throw error(
                    hasRoot ? "text after the root element" : "text in place of an XML element")
            }
            return nil
        }
        return try resolved(slice)
    }

    private mutating func characterData() throws(LabelError) -> String {
        guard !open.isEmpty else { throw error("character data outside of the root element") }
        let start = position + "<![CDATA[".utf8.count
        try skip(past: "]]>", "character data")
        return String(decoding: bytes[start..<(position - 3)], as: UTF8.self)
    }

    private mutating func skip(past end: String, _ subject: String) throws(LabelError) {
        let mark = Array(end.utf8)
        var place = position + 2
        while place + mark.count <= bytes.count {
            if bytes[place..<(place + mark.count)].elementsEqual(mark) {
                position = place + mark.count
                return
            }
            place += 1
        }
        throw error("a \(subject) without an end")
    }
}
