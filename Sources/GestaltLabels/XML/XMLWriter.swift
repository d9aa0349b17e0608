/// Text of XML elements, indented by two spaces a level.
struct XMLWriter {
    private(set) var text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    private var open: [String] = []

    mutating func start(_ name: String, attributes: [(String, String)] = []) {
        indent()
        text += "<\(name)\(Self.list(attributes))>\n"
        open.append(name)
    }

    /// Writes an element with text and nothing else.
    mutating func element(
        _ name: String, _ content: String, attributes: [(String, String)] = []
    ) {
        indent()
        text += "<\(name)\(Self.list(attributes))>\(Self.escaped(content))</\(name)>\n"
    }

    mutating func end() {
        let name = open.removeLast()
        indent()
        text += "</\(name)>\n"
    }

    private mutating func indent() {
        for _ in open { text += "  " }
    }

    private static func list(_ attributes: [(String, String)]) -> String {
        attributes.map { " \($0.0)=\"\(escaped($0.1))\"" }.joined()
    }

    /// Returns the text with the characters replaced that XML reserves or cannot hold.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            case _ where scalar.value < 0x20: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
