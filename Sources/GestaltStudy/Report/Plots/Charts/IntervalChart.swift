import GestaltChecks

/// Rows of dots with intervals, in groups, along one axis of values that need not begin at zero:
/// scores, or differences from zero (a forest plot).
///
/// The line is the interval over clips, the large dot the mean, small dots below it are seeds.
package struct IntervalChart: Chart, Equatable {
    package struct Row: Sendable, Equatable {
        package let label: String
        package let estimate: Double
        /// The interval over clips; nil where there are too few.
        package let interval: ClosedRange<Double>?
        /// The value of each seed; empty where there is none.
        package let runs: [Double]
        package let style: SeriesStyle
        /// More for the tooltip.
        package let note: String?

        /// - Precondition: finite numbers.
        package init(
            _ label: String, _ estimate: Double, interval: ClosedRange<Double>?,
            runs: [Double] = [], _ style: SeriesStyle, note: String? = nil
        ) {
            let bounds = interval.map { [$0.lowerBound, $0.upperBound] } ?? []
            require(
                estimate.isFinite && (bounds + runs).allSatisfy(\.isFinite),
                "IntervalChart.Row: \(label), \(estimate), \(bounds), \(runs)")
            (self.label, self.estimate, self.interval) = (label, estimate, interval)
            (self.runs, self.style, self.note) = (runs, style, note)
        }
    }

    package struct Group: Sendable, Equatable {
        /// nil for rows without a heading.
        package let title: String?
        package let rows: [Row]

        package init(_ title: String? = nil, _ rows: [Row]) {
            (self.title, self.rows) = (title, rows)
        }
    }

    /// A line through all rows.
    package struct Reference: Sendable, Equatable {
        package let value: Double
        package let label: String

        package init(_ value: Double, _ label: String) {
            (self.value, self.label) = (value, label)
        }
    }

    package let title: String
    package let groups: [Group]
    package let horizontalTitle: String
    package let reference: Reference?
    /// The half-width of the zone around the reference that counts as level; nil for none.
    package let margin: Double?
    /// Whether values are differences, written with their sign.
    package let areDifferences: Bool

    /// - Precondition: at least one row.
    package init(
        title: String, groups: [Group], horizontalTitle: String, reference: Reference? = nil,
        margin: Double? = nil, areDifferences: Bool = false
    ) {
        require(groups.contains { !$0.rows.isEmpty }, "IntervalChart: no row")
        (self.title, self.groups) = (title, groups.filter { !$0.rows.isEmpty })
        self.horizontalTitle = horizontalTitle
        (self.reference, self.margin) = (reference, margin)
        self.areDifferences = areDifferences
    }

    /// Returns a forest plot: differences from zero.
    package static func differences(
        title: String, groups: [Group], margin: Double?,
        horizontalTitle: String = "difference of IoU per image"
    ) -> IntervalChart {
        IntervalChart(
            title: title, groups: groups, horizontalTitle: horizontalTitle,
            reference: Reference(0, "no difference"), margin: margin, areDifferences: true)
    }

    var range: ClosedRange<Double> {
        let values =
            groups.flatMap(\.rows).flatMap { row in
                [row.estimate] + row.runs
                    + (row.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
            } + (reference.map { [$0.value - (margin ?? 0), $0.value + (margin ?? 0)] } ?? [])
        return .covering(values)
    }

    func number(_ value: Double) -> String {
        areDifferences ? DisplayNumber.difference(value) : DisplayNumber.fixed(value)
    }

    /// `0.844 (0.831 … 0.857)`.
    func words(_ row: Row) -> String {
        number(row.estimate)
            + (row.interval.map { " (\(number($0.lowerBound)) … \(number($0.upperBound)))" } ?? "")
    }

    var description: String {
        groups.map { group in
            (group.title.map { "\($0): " } ?? "")
                + group.rows.map { "\($0.label): \(words($0))" }.joined(separator: "; ")
        }.joined(separator: ". ") + "."
    }
}
