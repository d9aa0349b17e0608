import GestaltChecks

/// Named dots over two axes, the horizontal one logarithmic: cost against score.
package struct ScatterChart: Chart, Equatable {
    package struct Dot: Sendable, Equatable {
        package let label: String
        package let x: Double
        package let y: Double
        /// The interval of `y` over clips; nil where there are too few.
        package let interval: ClosedRange<Double>?
        package let style: SeriesStyle

        /// - Precondition: a positive, finite `x`; a finite `y`.
        package init(
            _ label: String, x: Double, y: Double, interval: ClosedRange<Double>?,
            _ style: SeriesStyle
        ) {
            require(
                x > 0 && x.isFinite && y.isFinite
                    && (interval.map { $0.lowerBound.isFinite && $0.upperBound.isFinite } ?? true),
                "ScatterChart.Dot: \(label) at \(x), \(y)")
            (self.label, self.x, self.y) = (label, x, y)
            (self.interval, self.style) = (interval, style)
        }
    }

    /// The unit of the horizontal axis, and its notation.
    package enum Unit: Sendable, Equatable {
        case plain, milliseconds, minutes

        func text(_ value: Double) -> String {
            switch self {
            case .plain: DisplayNumber.short(value)
            case .milliseconds: DisplayNumber.duration(seconds: value / 1000)
            case .minutes: DisplayNumber.duration(seconds: value * 60)
            }
        }
    }

    package let title: String
    package let dots: [Dot]
    package let horizontalTitle: String
    package let verticalTitle: String
    package let unit: Unit

    /// - Precondition: at least one dot.
    package init(
        title: String, dots: [Dot], horizontalTitle: String,
        verticalTitle: String = "IoU per image", unit: Unit
    ) {
        require(!dots.isEmpty, "ScatterChart: no dot")
        (self.title, self.dots, self.unit) = (title, dots, unit)
        (self.horizontalTitle, self.verticalTitle) = (horizontalTitle, verticalTitle)
    }

    private func words(_ dot: Dot) -> String {
        "\(dot.label): \(DisplayNumber.fixed(dot.y))"
            + (dot.interval.map {
                " (\(DisplayNumber.fixed($0.lowerBound)) … \(DisplayNumber.fixed($0.upperBound)))"
            } ?? "") + ", \(unit.text(dot.x))"
    }

    package func drawing(width: Double) -> Drawing {
        let isCompact = width < ChartWidth.compact
        let scores = dots.flatMap { dot in
            [dot.y] + (dot.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        let range = ClosedRange.covering(scores).padded
        let vertical = AxisTicks.linear(in: range, about: 6)
        let horizontal = AxisTicks.logarithmic(
            covering: .covering(dots.map(\.x)), label: unit.text)
        let left = TextWidth.widest(vertical.labels, size: TextWidth.tickSize) + 10
        let area = PlotBox(
            x: left, y: 22, width: width - left - 8, height: isCompact ? 300 : 360)
        let across = AxisScale(
            .logarithmic, horizontal.domain, from: area.x + 14, to: area.right - 22)
        let down = AxisScale(.linear, range, from: area.bottom, to: area.y)
        let frame = AxisDrawing(area: area)
        let bottom = [PlotPoint(area.x, area.bottom), PlotPoint(area.right, area.bottom)]
        let shapes =
            [Shape.text(verticalTitle, at: PlotPoint(0, 11), .start, .tickText)]
            + frame.vertical(vertical, down) + [Shape.line(bottom[0], bottom[1], .axis)]
            + frame.horizontal(horizontal, across, hasGrid: false, title: horizontalTitle)
            + marks(across, down, labelWidth: isCompact ? 110 : 170, area)
        return Drawing(
            width: width, height: area.bottom + 42, title: title,
            description: dots.map(words).joined(separator: "; ") + ".", shapes: shapes)
    }

    private func marks(
        _ across: AxisScale, _ down: AxisScale, labelWidth: Double, _ area: PlotBox
    ) -> [Markup] {
        let points = dots.map { PlotPoint(across.position($0.x), down.position($0.y)) }
        let whiskers = zip(dots, points).map { dot, point in
            dot.interval.map {
                [
                    PlotPoint(point.x, down.position($0.upperBound)),
                    PlotPoint(point.x, down.position($0.lowerBound)),
                ]
            }
        }
        let texts = dots.map {
            TextWidth.lines($0.label, width: labelWidth, size: TextWidth.tickSize)
        }
        let sizes = texts.map { lines in
            (
                width: TextWidth.widest(lines, size: TextWidth.tickSize),
                height: Double(lines.count) * 13
            )
        }
        let obstacles =
            points.map { PlotBox(x: $0.x - 6, y: $0.y - 6, width: 12, height: 12) }
            + whiskers.compactMap { $0 }.map {
                PlotBox(x: $0[0].x - 2, y: $0[0].y, width: 4, height: $0[1].y - $0[0].y)
            }
        let boxes = LabelPlacement.boxes(
            at: points, sizes: sizes, obstacles: obstacles, within: area)
        let leaders = zip(points, boxes).flatMap { leader(from: $0, to: $1) }
        return leaders
            + dots.indices.flatMap { index in
                let whisker =
                    whiskers[index].map { [Shape.polyline($0, dots[index].style.line)] } ?? []
                return named(dots[index], points[index], whisker, texts[index], boxes[index])
            }
    }

    /// A dot with its whisker and its label.
    private func named(
        _ dot: Dot, _ point: PlotPoint, _ whisker: [Markup], _ lines: [String], _ box: PlotBox
    ) -> [Markup] {
        let mark = Shape.group(
            whisker + [dot.style.mark(at: point, radius: 5)], tooltip: words(dot))
        return [mark]
            + lines.enumerated().map { number, line in
                Shape.text(
                    line, at: PlotPoint(box.x, box.y + 10 + 13 * Double(number)), .start,
                    .valueText, .text(dot.style.color))
            }
    }

    /// A line to a label that does not lie beside its dot.
    private func leader(from point: PlotPoint, to box: PlotBox) -> [Markup] {
        let near = PlotPoint(
            min(max(point.x, box.x), box.right), min(max(point.y, box.y), box.bottom))
        let distance =
            ((near.x - point.x) * (near.x - point.x) + (near.y - point.y) * (near.y - point.y))
            .squareRoot()
        return distance > 12 ? [Shape.line(point, near, .leader)] : []
    }
}
