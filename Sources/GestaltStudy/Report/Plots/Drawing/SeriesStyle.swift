/// The look of the marks of one series: color, form and stroke, any of which suffices to know it
/// again.
package struct SeriesStyle: Sendable, Hashable {
    package enum Marker: Sendable, Hashable, CaseIterable { case circle, square, diamond, triangle }

    package var color: PlotColor
    package var marker: Marker
    /// Whether lines are dashed: controls.
    package var isDashed: Bool
    /// Whether marks are hollow: rows that see the future.
    package var isHollow: Bool

    package init(
        _ color: PlotColor, _ marker: Marker = .circle, isDashed: Bool = false,
        isHollow: Bool = false
    ) {
        (self.color, self.marker) = (color, marker)
        (self.isDashed, self.isHollow) = (isDashed, isHollow)
    }

    /// Returns the style of the series with a number: hues in order, with another marker in each
    /// round.
    package static func numbered(_ index: Int) -> SeriesStyle {
        let markers = Marker.allCases
        return SeriesStyle(
            .hue(index % PlotColor.hues),
            markers[(index + index / PlotColor.hues) % markers.count])
    }

    /// Returns the mark at a point.
    package func mark(at center: PlotPoint, radius: Double = 4) -> Markup {
        let look: PlotClass = isHollow ? .hollow(color) : .fill(color)
        let (x, y) = (center.x, center.y)
        switch marker {
        case .circle: return Shape.circle(center, radius: radius, look)
        case .square:
            let half = radius * 0.9
            return Shape.rectangle(
                PlotBox(x: x - half, y: y - half, width: 2 * half, height: 2 * half), look)
        case .diamond:
            let half = radius * 1.25
            return Shape.polygon(
                [
                    PlotPoint(x, y - half), PlotPoint(x + half, y), PlotPoint(x, y + half),
                    PlotPoint(x - half, y),
                ], look)
        case .triangle:
            let half = radius * 1.15
            return Shape.polygon(
                [
                    PlotPoint(x, y - half), PlotPoint(x + half, y + half * 0.85),
                    PlotPoint(x - half, y + half * 0.85),
                ], look)
        }
    }

    /// The classes of a line in this style.
    package var line: [PlotClass] { [.stroke(color)] + (isDashed ? [.dashed] : []) }
}
