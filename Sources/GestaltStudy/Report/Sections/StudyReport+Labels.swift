import GestaltData

/// The largest number of curves in the chart of all sources, and in a panel.
private let mostCurves = 8
private let mostPanelCurves = 5

extension StudyReport {
    /// IoU over numbers of labels: a chart of the best rows, panels by source, tables.
    var labelSection: [Block] {
        var blocks: [Block] = [.section("IoU over labels")]
        if shownAmounts.count > 1 {
            blocks += [overview, panels].compactMap { $0.map { .figure($0) } }
        }
        let tables: [(title: String, groups: [StudyGroup])] = [
            ("Rows that see a single frame and learn from labels", [.baseline, .encoder]),
            ("Controls", [.control]),
            ("Oracles: these rows see frames after the one they segment", [.oracle]),
            ("Without labels", [.labelFree]),
        ]
        let shown = tables.compactMap { table(of: $0.groups, $0.title) }
        return shown.isEmpty ? blocks + [.paragraph("No run has scores yet.")] : blocks + shown
    }

    /// The numbers of labels with a score.
    private var shownAmounts: [Int?] {
        scores.amounts.filter { labels in
            results.rows.contains {
                !$0.isLabelFree && scores.score(of: $0, labels: labels) != nil
            }
        }
    }

    private var overview: Figure? {
        let baselines = curves(results.rows(of: .baseline))
        let encoders = best(results.rows(of: .encoder), count: mostCurves)
        let series = baselines + curves(encoders)
        guard !series.isEmpty else { return nil }
        let count = results.rows(of: .encoder).count
        let note =
            encoders.count < count
            ? " Of \(count) encoders, the \(encoders.count) best on "
                + "\(scores.choosingSplit.folder)." : ""
        return Figure(
            "iou-over-labels",
            LineChart(
                title: "IoU over labeled frames", panels: [LineChart.Panel(nil, series)],
                ticks: ticks),
            caption: "Lines join the means over seeds, small dots are single seeds; bands are "
                + "95 % intervals over clips." + note)
    }

    /// A panel for each source, with its rows, the baseline and its control.
    private var panels: Figure? {
        var sources: [String] = []
        for row in results.rows(of: .encoder) where !sources.contains(row.source) {
            sources.append(row.source)
        }
        let baseline = best(results.rows(of: .baseline), count: 1)
        let panels = sources.compactMap { source -> LineChart.Panel? in
            let rows = results.rows(of: .encoder).filter { $0.source == source }
            let controls = results.rows(of: .control).filter { $0.source == source }
            let shown = best(rows, count: mostPanelCurves)
            let own = shown.enumerated().compactMap { index, row in
                curve(row, named: row.trainingWords, style: .numbered(index))
            }
            guard !own.isEmpty else { return nil }
            let beside =
                curves(baseline)
                + best(controls, count: 1).compactMap {
                    curve($0, named: $0.trainingWords, style: styles[$0])
                }
            return LineChart.Panel(source, beside + own)
        }
        guard panels.count > 1 else { return nil }
        return Figure(
            "iou-by-source",
            LineChart(
                title: "IoU over labeled frames, by source", panels: panels, ticks: ticks),
            caption: "The same for each source: its heads and trainings, up to "
                + "\(mostPanelCurves), with the baseline in black and a control of the same "
                + "source dashed. All panels share their axes.")
    }

    private func curves(_ rows: [StudyResults.Row]) -> [LineChart.Series] {
        rows.compactMap { curve($0, named: $0.name, style: styles[$0]) }
    }

    private func curve(
        _ row: StudyResults.Row, named name: String, style: SeriesStyle
    ) -> LineChart.Series? {
        let points = shownAmounts.compactMap { labels in
            scores.score(of: row, labels: labels).map {
                LineChart.Point(
                    labels: position(labels), mean: $0.mean, interval: $0.interval, runs: $0.runs)
            }
        }
        return points.isEmpty ? nil : LineChart.Series(name, style, points)
    }

    /// Returns the place of a number of labels on the axis: all labels are at their number, and at
    /// least at twice the largest other one.
    private func position(_ labels: Int?) -> Double {
        let largest = shownAmounts.compactMap { $0 }.max() ?? 1
        return Double(labels ?? max(scores.labeledFrames ?? 0, largest * 2))
    }

    private var ticks: AxisTicks {
        AxisTicks(
            values: shownAmounts.map(position),
            labels: shownAmounts.map(scores.number))
    }

    /// Returns the rows with the best scores on the choosing split, in the order of the study.
    func best(_ rows: [StudyResults.Row], count: Int) -> [StudyResults.Row] {
        let common = scores.commonAmount
        let ranked = rows.enumerated().compactMap { index, row in
            scores.choice(of: row, labels: common).map { (index, $0) }
        }.sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
        return ranked.prefix(count).map(\.0).sorted().map { rows[$0] }
    }

    private func table(of groups: [StudyGroup], _ title: String) -> Block? {
        let rows = results.rows.filter { groups.contains($0.group) }
        let isLabelFree = groups == [.labelFree]
        let amounts = isLabelFree ? [nil] : shownAmounts
        var table = Table(
            [
                .strong(title + "."),
                .text(
                    " IoU per image: mean ± standard deviation over seeds; below it the 95 % "
                        + "interval over clips."),
            ],
            StudyResults.Row.columns
                + amounts.map {
                    .numbers(isLabelFree ? "no labels" : scores.words($0))
                })
        for row in rows {
            let cells = amounts.map { cell(scores.score(of: row, labels: $0)) }
            guard cells.contains(where: { $0 != Self.empty }) else { continue }
            table.add(row.cells + cells)
        }
        return table.rows.isEmpty ? nil : .table(table)
    }

    private static let empty: [Inline] = [.text(DisplayNumber.undefined)]

    private func cell(_ score: RowScore?) -> [Inline] {
        guard let score else { return Self.empty }
        let interval = score.interval.map {
            "\(DisplayNumber.fixed($0.lowerBound)) … \(DisplayNumber.fixed($0.upperBound))"
        }
        return [.text(score.words)] + (interval.map { [.note($0)] } ?? [])
    }
}
