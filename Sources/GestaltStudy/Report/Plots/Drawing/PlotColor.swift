import GestaltChecks

/// A color of drawings and pages by its role; the theme decides what it looks like.
package enum PlotColor: Sendable, Hashable {
    /// The color of text.
    case ink
    /// The color of notes and controls.
    case muted
    /// One of ``hues``.
    case hue(Int)

    /// The number of hues.
    package static let hues = Theme.hues.count

    /// The name in classes and custom properties.
    var name: String {
        switch self {
        case .ink: "ink"
        case .muted: "muted"
        case .hue(let index):
            "hue-\(index)"
        }
    }

    static var all: [PlotColor] { [.ink, .muted] + (0..<hues).map { .hue($0) } }
}

/// The colors of pages and drawings in both themes.
///
/// The hues follow Okabe and Ito, *Color Universal Design* (2008), darkened on paper and lightened
/// on black until text in them has a contrast of 4.5 to 1 (WCAG 2.2, criterion 1.4.3). Curves and
/// dots differ in marker and stroke, too.
package enum Theme: Sendable, CaseIterable {
    case light, dark

    fileprivate static let hues = [
        ("#0066a6", "#5fb6f2"), ("#b84700", "#ff9259"), ("#00755a", "#3fcaa2"),
        ("#98387c", "#e58fc8"), ("#7d5c00", "#e2b548"), ("#4b5fc4", "#a3b1ff"),
    ]

    /// The value of each custom property, without its dashes.
    package var properties: [(name: String, value: String)] {
        let fixed: [(String, String)] =
            switch self {
            case .light:
                [
                    ("paper", "#ffffff"), ("raised", "#f5f6f7"), ("ink", "#1c2024"),
                    ("muted", "#5d666f"), ("grid", "#e3e6e9"), ("line", "#c5cbd1"),
                ]
            case .dark:
                [
                    ("paper", "#15181b"), ("raised", "#1e2226"), ("ink", "#e8eaec"),
                    ("muted", "#9aa4ad"), ("grid", "#2b3136"), ("line", "#444c54"),
                ]
            }
        return fixed
            + Self.hues.enumerated().map { index, pair in
                ("hue-\(index)", self == .light ? pair.0 : pair.1)
            }
    }

    /// The custom properties as declarations of a style sheet.
    package var declarations: String {
        properties.map { "--\($0.name):\($0.value)" }.joined(separator: ";")
    }
}
