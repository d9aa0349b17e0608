extension LineChart {
    package func drawing(width: Double) -> Drawing {
        let layout = Layout(self, width: width)
        var shapes: [Markup] = [
            Shape.text(verticalTitle, at: PlotPoint(0, 11), .start, .tickText)
        ]
        for (index, panel) in panels.enumerated() {
            shapes += drawn(panel, in: layout.area(of: index), at: index, layout)
        }
        return Drawing(
            width: width, height: layout.height, title: title, description: description,
            shapes: shapes)
    }

    private func drawn(
        _ panel: Panel, in area: PlotBox, at index: Int, _ layout: Layout
    ) -> [Markup] {
        // Room inside the area for the marks of the outermost points.
        let across = AxisScale(
            .logarithmic, .covering(ticks.values), from: area.x + 12, to: area.right - 12)
        let axis = layout.valueTicks
        let down = AxisScale(.linear, range.padded, from: area.bottom, to: area.y)
        let frame = AxisDrawing(area: area)
        var shapes = frame.vertical(axis, down, hasLabels: layout.column(of: index) == 0)
        shapes.append(
            Shape.line(
                PlotPoint(area.x, area.bottom), PlotPoint(area.right, area.bottom), .axis))
        shapes += frame.horizontal(
            ticks, across, hasGrid: false,
            title: layout.isLastRow(index) ? horizontalTitle : nil)
        let places = panel.series.map { series in
            series.points.map { PlotPoint(across.position($0.labels), down.position($0.mean)) }
        }
        // Bands lie under all lines.
        for (series, points) in zip(panel.series, places) {
            shapes += bands(of: series, points, down)
        }
        for (series, points) in zip(panel.series, places) {
            shapes += curve(of: series, points, down)
        }
        return shapes
            + (layout.hasEndLabels
                ? endLabels(of: panel, places, area, layout)
                : key(of: panel, at: index, above: area, layout))
    }

    /// The intervals over clips: an area, or a line at a single point.
    private func bands(
        of series: Series, _ places: [PlotPoint], _ down: AxisScale
    ) -> [Markup] {
        let known = zip(series.points, places).compactMap { point, place in
            point.interval.map {
                (x: place.x, low: down.position($0.lowerBound), high: down.position($0.upperBound))
            }
        }
        guard known.count > 1 else {
            return known.map {
                Shape.line(
                    PlotPoint($0.x, $0.low), PlotPoint($0.x, $0.high), .stroke(series.style.color))
            }
        }
        return [
            Shape.polygon(
                known.map { PlotPoint($0.x, $0.high) }
                    + known.reversed().map { PlotPoint($0.x, $0.low) }, .band(series.style.color))
        ]
    }

    private func curve(
        of series: Series, _ places: [PlotPoint], _ down: AxisScale
    ) -> [Markup] {
        let line = places.count > 1 ? [Shape.polyline(places, series.style.line)] : []
        return line
            + zip(series.points, places).map { point, place in
                let seeds =
                    point.runs.count > 1
                    ? point.runs.map {
                        Shape.circle(
                            PlotPoint(place.x, down.position($0)), radius: 1.7,
                            .seed(series.style.color))
                    } : []
                let runs = point.runs.map { DisplayNumber.fixed($0) }.joined(separator: ", ")
                return Shape.group(
                    seeds + [series.style.mark(at: place, radius: 3.4)],
                    tooltip: "\(series.name), \(name(of: point.labels)): \(Self.words(point))"
                        + "; seeds \(runs)")
            }
    }

    private func endLabels(
        of panel: Panel, _ places: [[PlotPoint]], _ area: PlotBox, _ layout: Layout
    ) -> [Markup] {
        let shown = zip(panel.series, places).compactMap { series, points in
            points.last.map { (series: series, end: $0) }
        }
        let texts = shown.map {
            TextWidth.lines($0.series.name, width: layout.labelWidth - 20, isBold: true)
        }
        let centers = LabelPlacement.spread(
            shown.map(\.end.y), extents: texts.map { Double($0.count) * 14 + 4 },
            within: (area.y - 6)...(area.bottom + 10))
        return zip(zip(shown, texts), centers).flatMap { item, center in
            let ((series, end), lines) = item
            let x = area.right + 16
            let first = center - Double(lines.count - 1) * 7 + 4
            return [
                Shape.line(
                    PlotPoint(end.x + 6, end.y), PlotPoint(x - 4, center), .leader)
            ]
                + lines.enumerated().map { number, line in
                    Shape.text(
                        line, at: PlotPoint(x, first + Double(number) * 14), .start,
                        .labelText, .headingText, .text(series.style.color))
                }
        }
    }

    private func key(
        of panel: Panel, at index: Int, above area: PlotBox, _ layout: Layout
    ) -> [Markup] {
        let rows = layout.keyRows(of: panel)
        // Titles in a row of panels are aligned, whatever the length of the keys.
        var y = layout.top(of: index) + (panel.title == nil ? -3 : 12)
        var shapes: [Markup] = []
        if let title = panel.title {
            shapes.append(
                Shape.text(title, at: PlotPoint(area.x, y), .start, .labelText, .headingText))
        }
        for (series, lines) in zip(panel.series, rows) {
            for (number, line) in lines.enumerated() {
                y += 15
                if number == 0 {
                    shapes += [
                        Shape.polyline(
                            [PlotPoint(area.x, y - 4), PlotPoint(area.x + 18, y - 4)],
                            series.style.line),
                        series.style.mark(at: PlotPoint(area.x + 9, y - 4), radius: 3),
                    ]
                }
                shapes.append(
                    Shape.text(
                        line, at: PlotPoint(area.x + 24, y), .start, .labelText,
                        .text(series.style.color)))
            }
        }
        return shapes
    }
}

/// The division of a sheet into panels.
private struct Layout {
    let hasEndLabels: Bool
    let labelWidth: Double
    let valueTicks: AxisTicks
    let height: Double
    private let columns: Int
    private let count: Int
    private let left: Double
    private let panelWidth: Double
    private let areaHeight: Double
    private let heads: [Double]
    private let tops: [Double]

    private static let gap = 18.0

    init(_ chart: LineChart, width: Double) {
        count = chart.panels.count
        hasEndLabels =
            count == 1 && width >= ChartWidth.compact && chart.panels[0].series.count <= 12
        let names = TextWidth.widest(
            chart.panels.flatMap(\.series).map(\.name), isBold: true)
        labelWidth = hasEndLabels ? min(names + 22, width * 0.34) : 0
        columns = min(count, max(1, Int(width / 235)))
        areaHeight = count == 1 ? (hasEndLabels ? 300 : 240) : 170
        valueTicks = AxisTicks.linear(in: chart.range.padded, about: count == 1 ? 6 : 4)
        left = TextWidth.widest(valueTicks.labels, size: TextWidth.tickSize) + 10
        // Half of the last tick's label reaches beyond the area.
        let right = hasEndLabels ? 0.0 : 14
        let panelWidth =
            (width - left - labelWidth - right
                - Self.gap * Double(columns - 1)) / Double(columns)
        self.panelWidth = panelWidth
        // Rows of panels are as high as the longest key in them.
        var (heads, tops): ([Double], [Double]) = ([], [])
        var y = 22.0
        for row in 0..<((count + columns - 1) / columns) {
            let panels = chart.panels[(row * columns)..<min((row + 1) * columns, count)]
            let keys = panels.map { Self.keyHeight(of: $0, width: panelWidth) }
            let head = hasEndLabels ? 0 : (keys.max() ?? 0) + 8
            heads.append(y)
            tops.append(y + head)
            y += head + areaHeight + 44
        }
        (self.heads, self.tops) = (heads, tops)
        height = y - 4
    }

    /// The upper end of the title and key of a panel.
    func top(of index: Int) -> Double { heads[index / columns] }

    func column(of index: Int) -> Int { index % columns }

    /// Whether no panel is below.
    func isLastRow(_ index: Int) -> Bool { index + columns >= count }

    func area(of index: Int) -> PlotBox {
        PlotBox(
            x: left + Double(column(of: index)) * (panelWidth + Self.gap),
            y: tops[index / columns], width: panelWidth, height: areaHeight)
    }

    func keyRows(of panel: LineChart.Panel) -> [[String]] {
        Self.keyRows(of: panel, width: panelWidth)
    }

    /// The height of the title and the key of a panel.
    private static func keyHeight(of panel: LineChart.Panel, width: Double) -> Double {
        let lines = keyRows(of: panel, width: width).map(\.count).reduce(0, +)
        return Double(lines + (panel.title == nil ? 0 : 1)) * 15
    }

    private static func keyRows(of panel: LineChart.Panel, width: Double) -> [[String]] {
        panel.series.map { TextWidth.lines($0.name, width: width - 24) }
    }
}
