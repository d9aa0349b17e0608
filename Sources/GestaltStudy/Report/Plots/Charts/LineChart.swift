import GestaltChecks

/// Scores over numbers of labeled frames, on a logarithmic axis: a line through the means, a band
/// for the interval over clips, a small dot for each seed.
///
/// Several panels share both axes. A single wide panel names its curves at their ends, others in a
/// key below their title.
package struct LineChart: Chart, Equatable {
    /// The score with one number of labels.
    package struct Point: Sendable, Equatable {
        package let labels: Double
        package let mean: Double
        /// The interval over clips; nil where there are too few.
        package let interval: ClosedRange<Double>?
        /// The score of each seed.
        package let runs: [Double]

        /// - Precondition: a positive number of labels, finite scores.
        package init(
            labels: Double, mean: Double, interval: ClosedRange<Double>?, runs: [Double]
        ) {
            require(
                labels > 0 && mean.isFinite && runs.allSatisfy(\.isFinite)
                    && (interval.map { $0.lowerBound.isFinite && $0.upperBound.isFinite } ?? true),
                "LineChart.Point: labels \(labels), mean \(mean), runs \(runs)")
            (self.labels, self.mean, self.interval, self.runs) = (labels, mean, interval, runs)
        }
    }

    package struct Series: Sendable, Equatable {
        package let name: String
        package let style: SeriesStyle
        /// In the order of labels.
        package let points: [Point]

        package init(_ name: String, _ style: SeriesStyle, _ points: [Point]) {
            (self.name, self.style) = (name, style)
            self.points = points.sorted { $0.labels < $1.labels }
        }
    }

    package struct Panel: Sendable, Equatable {
        package let title: String?
        package let series: [Series]

        package init(_ title: String? = nil, _ series: [Series]) {
            (self.title, self.series) = (title, series)
        }
    }

    package let title: String
    package let panels: [Panel]
    package let horizontalTitle: String
    package let verticalTitle: String
    /// The ticks of the axis of labels: the numbers of the study.
    package let ticks: AxisTicks

    /// - Parameters:
    ///   - title: what is shown, a noun phrase.
    ///   - ticks: the numbers of labels with their names, in order.
    /// - Precondition: at least one point and one tick.
    package init(
        title: String, panels: [Panel], ticks: AxisTicks,
        horizontalTitle: String = "labeled frames", verticalTitle: String = "IoU per image"
    ) {
        require(
            panels.contains { $0.series.contains { !$0.points.isEmpty } } && !ticks.values.isEmpty,
            "LineChart: nothing to show")
        (self.title, self.panels, self.ticks) = (title, panels, ticks)
        (self.horizontalTitle, self.verticalTitle) = (horizontalTitle, verticalTitle)
    }

    /// Every score with its interval.
    var range: ClosedRange<Double> {
        let values = panels.flatMap(\.series).flatMap(\.points).flatMap { point in
            [point.mean] + point.runs
                + (point.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
        }
        return .covering(values)
    }

    var description: String {
        panels.map { panel in
            let curves = panel.series.map { series in
                "\(series.name): "
                    + series.points.map { "\(name(of: $0.labels)): \(Self.words($0))" }
                    .joined(separator: "; ")
            }
            return ((panel.title.map { ["\($0)"] } ?? []) + curves).joined(separator: ". ")
        }.joined(separator: ". ") + "."
    }

    func name(of labels: Double) -> String {
        ticks.values.firstIndex(of: labels).map { ticks.labels[$0] }
            ?? DisplayNumber.significant(labels)
    }

    static func words(_ point: Point) -> String {
        DisplayNumber.fixed(point.mean)
            + (point.interval.map {
                " (\(DisplayNumber.fixed($0.lowerBound)) … \(DisplayNumber.fixed($0.upperBound)))"
            } ?? "")
    }
}
