/// The shapes of drawings.
package enum Shape {
    /// The end of a text that lies at its point.
    package enum Anchor: String, Sendable { case start, middle, end }

    package static func line(
        _ start: PlotPoint, _ end: PlotPoint, _ classes: PlotClass...
    ) -> Markup {
        .element(
            "line",
            [
                "class": names(classes), "x1": Coordinate.text(start.x),
                "y1": Coordinate.text(start.y), "x2": Coordinate.text(end.x),
                "y2": Coordinate.text(end.y),
            ])
    }

    package static func polyline(_ points: [PlotPoint], _ classes: [PlotClass]) -> Markup {
        .element("polyline", ["class": names(classes), "points": Coordinate.text(points)])
    }

    package static func polygon(_ points: [PlotPoint], _ classes: PlotClass...) -> Markup {
        .element("polygon", ["class": names(classes), "points": Coordinate.text(points)])
    }

    package static func rectangle(_ box: PlotBox, _ classes: PlotClass...) -> Markup {
        .element(
            "rect",
            [
                "class": names(classes), "x": Coordinate.text(box.x), "y": Coordinate.text(box.y),
                "width": Coordinate.text(box.width), "height": Coordinate.text(box.height),
            ])
    }

    package static func circle(
        _ center: PlotPoint, radius: Double, _ classes: PlotClass...
    ) -> Markup {
        .element(
            "circle",
            [
                "class": names(classes), "cx": Coordinate.text(center.x),
                "cy": Coordinate.text(center.y), "r": Coordinate.text(radius),
            ])
    }

    /// Text whose baseline runs through the point.
    package static func text(
        _ text: String, at point: PlotPoint, _ anchor: Anchor = .start, _ classes: PlotClass...
    ) -> Markup {
        .element(
            "text",
            [
                "class": names(classes), "x": Coordinate.text(point.x),
                "y": Coordinate.text(point.y),
                "text-anchor": anchor == .start ? nil : anchor.rawValue,
            ], text: text)
    }

    /// Shapes with a tooltip.
    package static func group(_ shapes: [Markup], tooltip: String? = nil) -> Markup {
        .element("g", [:], (tooltip.map { [.element("title", text: $0)] } ?? []) + shapes)
    }

    private static func names(_ classes: [PlotClass]) -> String {
        classes.map(\.name).joined(separator: " ")
    }
}
