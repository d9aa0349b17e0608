/// A drawn chart: shapes on a sheet of a fixed size, and what they show in words.
package struct Drawing: Sendable, Equatable {
    package let width: Double
    package let height: Double
    /// What is shown, a noun phrase.
    package let title: String
    /// The numbers in words, for readers who cannot see them.
    package let description: String
    package let shapes: [Markup]

    package init(
        width: Double, height: Double, title: String, description: String, shapes: [Markup]
    ) {
        (self.width, self.height) = (width, height)
        (self.title, self.description, self.shapes) = (title, description, shapes)
    }

    /// Returns the drawing as a part of a page, whose style sheet holds
    /// ``PlotStyleSheet/embedded``.
    ///
    /// - Parameters:
    ///   - identifier: unique in the page.
    ///   - group: further classes.
    package func embedded(_ identifier: String, class group: String = "") -> Markup {
        .element(
            "svg",
            [
                "class": group.isEmpty ? "plot" : "plot \(group)", "role": "img",
                "aria-labelledby": "\(identifier)-title", "aria-describedby": "\(identifier)-desc",
                "viewBox": viewBox, "width": Coordinate.text(width),
                "height": Coordinate.text(height),
            ],
            [
                // No title element: browsers would show it over every empty spot of the chart.
                .element("desc", ["id": "\(identifier)-title"], text: title),
                .element("desc", ["id": "\(identifier)-desc"], text: description),
            ] + shapes)
    }

    /// The drawing as the text of a file.
    package var file: String {
        let element = Markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "plot", "role": "img",
                "viewBox": viewBox, "width": Coordinate.text(width),
                "height": Coordinate.text(height),
            ],
            [
                .element("title", text: title), .element("desc", text: description),
                .element("style", [:], [.styleSheet("\n" + PlotStyleSheet.standalone + "\n")]),
            ] + shapes)
        return element.written + "\n"
    }

    private var viewBox: String { "0 0 \(Coordinate.text(width)) \(Coordinate.text(height))" }
}

/// A chart that can be drawn at any width.
package protocol Chart: Sendable {
    /// Draws the chart.
    /// - Parameter width: in units of 1/96 inch at which text has its natural size, at least
    ///   ``ChartWidth/narrow``.
    func drawing(width: Double) -> Drawing
}

/// The widths at which pages show charts.
package enum ChartWidth {
    /// A phone.
    package static let narrow = 340.0
    /// A column of text and beyond.
    package static let wide = 760.0
    /// Below this width charts put labels above their rows and curves into a key.
    static let compact = 520.0
}
