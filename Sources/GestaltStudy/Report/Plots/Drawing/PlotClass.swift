import GestaltChecks

/// A class of shapes and text in drawings. The style sheet has a rule for each.
package enum PlotClass: Sendable, Hashable {
    case grid, axis, reference, margin, leader, dashed
    case tickText, labelText, headingText, valueText
    /// A line in a color.
    case stroke(PlotColor)
    /// A shape filled with a color.
    case fill(PlotColor)
    /// A shape filled with paper and outlined in a color.
    case hollow(PlotColor)
    /// A translucent area in a color.
    case band(PlotColor)
    /// The runs of single seeds.
    case seed(PlotColor)
    /// Text in a color.
    case text(PlotColor)

    /// The name in the attribute `class`.
    var name: String {
        switch self {
        case .grid: "grid"
        case .axis: "axis"
        case .reference: "reference"
        case .margin: "margin"
        case .leader: "leader"
        case .dashed: "dashed"
        case .tickText: "tick"
        case .labelText: "label"
        case .headingText: "heading"
        case .valueText: "value"
        case .stroke(let color): "stroke-\(color.name)"
        case .fill(let color): "fill-\(color.name)"
        case .hollow(let color): "hollow-\(color.name)"
        case .band(let color): "band-\(color.name)"
        case .seed(let color): "seed-\(color.name)"
        case .text(let color): "text-\(color.name)"
        }
    }
}

/// The style sheet of drawings: with custom properties inside a page, whose theme they follow; with
/// colors in a file of its own, since viewers other than browsers know no custom properties.
package enum PlotStyleSheet {
    /// The typeface of drawings and pages. Widths of text are estimated for it.
    package static let typeface =
        "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

    /// The rules for drawings in a page with the custom properties of ``Theme``.
    package static var embedded: String { rules { "var(--\($0))" } }

    /// The rules for a drawing in a file of its own.
    package static var standalone: String {
        func colors(_ theme: Theme) -> (String) -> String {
            let values = Dictionary(
                uniqueKeysWithValues: theme.properties.map { ($0.name, $0.value) })
            return { name in
                guard let color = values[name] else { stop("PlotStyleSheet: no color \(name)") }
                return color
            }
        }
        return rules(colors(.light)) + "\n@media (prefers-color-scheme:dark){\n"
            + rules(colors(.dark)) + "\n}"
    }

    private static func rules(_ color: (String) -> String) -> String {
        var lines = [
            ".plot{background:\(color("paper"))}",
            ".plot text{font-family:\(typeface);font-size:\(TextWidth.labelSize)px;fill:\(color("ink"))}",
            ".plot .tick,.plot .value{font-size:\(TextWidth.tickSize)px;fill:\(color("muted"))}",
            ".plot .value{font-variant-numeric:tabular-nums}",
            // Grid lines pass behind headings.
            ".plot .heading{font-weight:600;paint-order:stroke;stroke:\(color("paper"));"
                + "stroke-width:4px;stroke-linejoin:round}",
            ".plot .grid{stroke:\(color("grid"));fill:none}",
            ".plot .axis{stroke:\(color("line"));fill:none}",
            ".plot .reference{stroke:\(color("muted"));fill:none}",
            ".plot .leader{stroke:\(color("line"));fill:none;stroke-width:.75}",
            ".plot .margin{fill:\(color("grid"));stroke:none;opacity:.6}",
        ]
        for hue in PlotColor.all {
            let (name, value) = (hue.name, color(hue.name))
            lines += [
                ".plot .stroke-\(name){stroke:\(value);fill:none;stroke-width:1.75;"
                    + "stroke-linejoin:round}",
                ".plot .fill-\(name){fill:\(value);stroke:\(color("paper"));stroke-width:1}",
                ".plot .hollow-\(name){fill:\(color("paper"));stroke:\(value);stroke-width:1.75}",
                ".plot .band-\(name){fill:\(value);opacity:.13}",
                ".plot .seed-\(name){fill:\(value);opacity:.55}",
                ".plot .text-\(name){fill:\(value)}",
            ]
        }
        // Last, so that it adds to the strokes above.
        lines.append(".plot .dashed{stroke-dasharray:4 3}")
        return lines.joined(separator: "\n")
    }
}
