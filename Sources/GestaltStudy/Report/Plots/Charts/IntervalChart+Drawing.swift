extension IntervalChart {
    package func drawing(width: Double) -> Drawing {
        let layout = Layout(self, width: width)
        let domain = range.padded
        let axis = AxisTicks.linear(
            in: domain, about: max(3, Int(layout.area.width / 80)), signed: areDifferences)
        let across = AxisScale(
            .linear, domain, from: layout.area.x + 6, to: layout.area.right - 6)
        var shapes: [Markup] = []
        if let reference, let margin {
            let start = across.position(max(reference.value - margin, domain.lowerBound))
            let end = across.position(min(reference.value + margin, domain.upperBound))
            shapes.append(
                Shape.rectangle(
                    PlotBox(
                        x: start, y: layout.area.y, width: end - start,
                        height: layout.area.height), .margin))
        }
        shapes += AxisDrawing(area: layout.area)
            .horizontal(axis, across, hasGrid: true, title: horizontalTitle)
        if let reference {
            let x = across.position(reference.value)
            shapes += [
                Shape.line(
                    PlotPoint(x, layout.area.y - 4), PlotPoint(x, layout.area.bottom), .reference),
                Shape.text(
                    reference.label,
                    at: PlotPoint(
                        min(
                            max(x, layout.area.x + layout.referenceWidth / 2),
                            layout.area.right - layout.referenceWidth / 2), 11),
                    .middle, .tickText),
            ]
        }
        for place in layout.places { shapes += drawn(place, across, layout) }
        return Drawing(
            width: width, height: layout.height, title: title, description: description,
            shapes: shapes)
    }

    private func drawn(_ place: Layout.Place, _ across: AxisScale, _ layout: Layout) -> [Markup] {
        switch place {
        case .heading(let text, let baseline):
            return [
                Shape.text(text, at: PlotPoint(0, baseline), .start, .labelText, .headingText)
            ]
        case .row(let row, let lines, let baseline, let center):
            let labels = lines.enumerated().map { number, line in
                Shape.text(
                    line, at: PlotPoint(0, baseline + Double(number) * Layout.lineHeight), .start,
                    .labelText)
            }
            let valueLine = layout.isCompact ? baseline : center + 4
            let value = Shape.text(
                words(row), at: PlotPoint(layout.width, valueLine), .end, .valueText)
            let line =
                row.interval.map {
                    [
                        Shape.polyline(
                            [
                                PlotPoint(across.position($0.lowerBound), center),
                                PlotPoint(across.position($0.upperBound), center),
                            ], row.style.line)
                    ]
                } ?? []
            let seeds =
                row.runs.count > 1
                ? row.runs.map {
                    Shape.circle(
                        PlotPoint(across.position($0), center + 7), radius: 1.7,
                        .seed(row.style.color))
                } : []
            let runs = row.runs.map { number($0) }.joined(separator: ", ")
            let tooltip =
                "\(row.label): \(words(row))" + (runs.isEmpty ? "" : "; seeds \(runs)")
                + (row.note.map { "; \($0)" } ?? "")
            let mark = row.style.mark(at: PlotPoint(across.position(row.estimate), center))
            return labels + [value, Shape.group(line + seeds + [mark], tooltip: tooltip)]
        }
    }
}

/// The division of a sheet into labels, rows and values.
private struct Layout {
    enum Place {
        case heading(String, baseline: Double)
        case row(IntervalChart.Row, lines: [String], baseline: Double, center: Double)
    }

    static let lineHeight = 14.0

    let width: Double
    let isCompact: Bool
    let area: PlotBox
    let height: Double
    let places: [Place]
    let referenceWidth: Double

    init(_ chart: IntervalChart, width: Double) {
        self.width = width
        isCompact = width < ChartWidth.compact
        let rows = chart.groups.flatMap(\.rows)
        let values = TextWidth.widest(rows.map(chart.words), size: TextWidth.tickSize)
        let labels = TextWidth.widest(rows.map(\.label))
        let valueColumn = isCompact ? 0 : values + 14
        let labelColumn = isCompact ? 0 : min(labels + 14, width * 0.36)
        let labelWidth = isCompact ? width - values - 12 : labelColumn - 10
        referenceWidth =
            chart.reference.map { TextWidth.width($0.label, size: TextWidth.tickSize) } ?? 0
        let top = chart.reference == nil ? 4.0 : 22
        let (places, bottom) = Self.placed(
            chart, from: top + 2, labelWidth: labelWidth, isCompact: isCompact, width: width)
        self.places = places
        area = PlotBox(
            x: labelColumn, y: top, width: width - labelColumn - valueColumn,
            height: bottom - top + 4)
        height = area.bottom + 42
    }

    /// Returns headings and rows one below the other, and where they end.
    private static func placed(
        _ chart: IntervalChart, from top: Double, labelWidth: Double, isCompact: Bool, width: Double
    ) -> (places: [Place], bottom: Double) {
        var y = top
        var places: [Place] = []
        for (index, group) in chart.groups.enumerated() {
            if let title = group.title {
                y += index == 0 ? 2 : 10
                for line in TextWidth.lines(title, width: width, isBold: true) {
                    places.append(.heading(line, baseline: y + 12))
                    y += 18
                }
            }
            for row in group.rows {
                let lines = TextWidth.lines(row.label, width: labelWidth)
                let text = Double(lines.count) * lineHeight
                // A compact row has its label above, a wide one beside its line.
                let extent = isCompact ? text + 22 : max(24, text + 8)
                let center = isCompact ? y + text + 9 : y + extent / 2
                let baseline = isCompact ? y + 12 : center - text / 2 + 11
                places.append(.row(row, lines: lines, baseline: baseline, center: center))
                y += extent
            }
        }
        return (places, y)
    }
}
