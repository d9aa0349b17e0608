/// Lines and labels of axes around a plotting area.
struct AxisDrawing {
    let area: PlotBox

    /// Returns horizontal grid lines with their labels to the left.
    func vertical(_ ticks: AxisTicks, _ scale: AxisScale, hasLabels: Bool = true) -> [Markup] {
        zip(ticks.values, ticks.labels).flatMap { value, label in
            let y = scale.position(value)
            let line = Shape.line(PlotPoint(area.x, y), PlotPoint(area.right, y), .grid)
            guard hasLabels else { return [line] }
            return [line, Shape.text(label, at: PlotPoint(area.x - 7, y + 4), .end, .tickText)]
        }
    }

    /// Returns a horizontal axis below the area; labels that would touch their neighbors are left
    /// out, the last one never.
    ///
    /// - Parameters:
    ///   - hasGrid: whether lines run through the area, else there are ticks below it.
    ///   - title: what the axis shows, below the labels.
    func horizontal(
        _ ticks: AxisTicks, _ scale: AxisScale, hasGrid: Bool, title: String?
    ) -> [Markup] {
        var shapes: [Markup] = []
        let shown = Set(labelsThatFit(ticks, scale))
        for (index, value) in ticks.values.enumerated() {
            let x = scale.position(value)
            let (top, bottom) = hasGrid ? (area.y, area.bottom) : (area.bottom, area.bottom + 4)
            let kind: PlotClass = hasGrid ? .grid : .axis
            shapes.append(Shape.line(PlotPoint(x, top), PlotPoint(x, bottom), kind))
            guard shown.contains(index) else { continue }
            let place = PlotPoint(x, area.bottom + Self.labelDrop)
            shapes.append(Shape.text(ticks.labels[index], at: place, .middle, .tickText))
        }
        if let title {
            let place = PlotPoint((area.x + area.right) / 2, area.bottom + Self.titleDrop)
            shapes.append(Shape.text(title, at: place, .middle, .tickText))
        }
        return shapes
    }

    /// From the area's end to the baselines of labels and title.
    static let labelDrop = 17.0
    static let titleDrop = 34.0

    private func labelsThatFit(_ ticks: AxisTicks, _ scale: AxisScale) -> [Int] {
        func reach(_ index: Int) -> (left: Double, right: Double) {
            let half = TextWidth.width(ticks.labels[index], size: TextWidth.tickSize) / 2
            let x = scale.position(ticks.values[index])
            return (x - half, x + half)
        }
        guard var next = ticks.values.indices.last else { return [] }
        var shown = [next]
        for index in ticks.values.indices.dropLast().reversed()
        where reach(index).right + 5 <= reach(next).left {
            shown.append(index)
            next = index
        }
        return shown
    }
}
