import GestaltChecks

/// Elements without content in HTML or SVG, the only ones that are written as `<name />`: to a
/// browser, `<div />` is a start tag.
private let leaves: Set<String> = [
    "meta", "img", "br", "hr", "col", "line", "rect", "circle", "path", "polygon", "polyline",
]

/// Elements whose children are written on lines of their own. Everywhere else white space between
/// children would show.
private let containers: Set<String> = [
    "html", "head", "body", "main", "header", "footer", "section", "nav", "figure", "table",
    "thead", "tbody", "tr", "ul", "ol", "dl", "div", "details", "svg", "g",
]

extension Markup {
    /// The text: well-formed XML that HTML parsers read the same way.
    package var written: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .text(let content): text += Self.escaped(content)
        case .styleSheet(let content):
            require(
                !content.contains("<") && !content.contains("&"),
                "Markup: a style sheet must not need escaping")
            text += content
        case .element(let name, let attributes, let children):
            text += "<\(name)"
            for attribute in attributes {
                text += " \(attribute.name)=\"\(Self.escaped(attribute.value, quotes: true))\""
            }
            if leaves.contains(name) {
                require(children.isEmpty, "Markup: <\(name)> has no content")
                text += " />"
                return
            }
            text += ">"
            let separator = containers.contains(name) ? "\n" : ""
            for child in children {
                text += separator
                child.write(to: &text)
            }
            text += (children.isEmpty ? "" : separator) + "</\(name)>"
        }
    }

    /// Returns text with the characters of markup as references, and with U+FFFD for control
    /// characters, which XML cannot express at all.
    package static func escaped(_ text: String, quotes: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"" where quotes: result += "&quot;"
            case "\n" where quotes: result += "&#10;"
            case "\t" where quotes: result += "&#9;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value):
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
