import GestaltChecks

/// An element of a page or drawing, with its children. Only the writer escapes text, so every text
/// is escaped exactly once.
package indirect enum Markup: Sendable, Equatable {
    case element(name: String, attributes: [Attribute], children: [Markup])
    /// Text, which is escaped when it is written.
    case text(String)
    /// A style sheet, which is not escaped.
    case styleSheet(String)

    package struct Attribute: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    /// Creates an element; attributes keep their order, nil ones are omitted.
    package static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String?> = [:],
        _ children: [Markup] = []
    ) -> Markup {
        .element(
            name: name,
            attributes: attributes.compactMap { name, value in value.map { Attribute(name, $0) } },
            children: children)
    }

    /// Creates an element that holds text alone.
    package static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String
    ) -> Markup {
        element(name, attributes, [.text(text)])
    }
}
