import GestaltRecipes

extension StudyReport {
    /// The differences of all rows to the baseline, paired by image, as forest plots and a table.
    var differenceSection: [Block] {
        guard let baseline = best(results.rows(of: .baseline), count: 1).first else { return [] }
        let common = scores.commonAmount
        let amounts = [common] + scores.amounts.filter { $0 != common }.reversed()
        var blocks: [Block] = []
        for labels in amounts {
            guard let figure = differences(to: baseline, labels: labels) else { continue }
            blocks.append(
                labels == common
                    ? .figure(figure)
                    : .details(
                        summary: "The same with \(scores.words(labels))", [.figure(figure)]))
        }
        guard !blocks.isEmpty else { return [] }
        return [
            .section("Paired differences"),
            .paragraph([
                .text("Every row minus the baseline "), .code(baseline.name),
                .text(
                    ", image by image. Hard clips are hard for both, so the interval of a "
                        + "difference is narrower than two intervals side by side suggest. No "
                        + "correction is made for the number of comparisons: of twenty true zeros, "
                        + "one interval is expected to miss zero."),
            ]),
        ] + blocks + (table(of: baseline, amounts: scores.amounts).map { [$0] } ?? [])
    }

    private func differences(to baseline: StudyResults.Row, labels: Int?) -> Figure? {
        let titles: [(StudyGroup, String)] = [
            (.baseline, "Other baselines"), (.encoder, "Encoders"),
            (.oracle, "Oracles, which see the future"),
        ]
        let groups = titles.map { group, title in
            IntervalChart.Group(
                title,
                results.rows(of: group).compactMap { row in
                    difference(row, baseline, labels).map {
                        IntervalChart.Row(
                            row.name, $0.estimate, interval: $0.interval, runs: $0.runs,
                            style(of: $0), note: "\(row.source), \(row.trainingWords)")
                    }
                })
        }
        guard groups.contains(where: { !$0.rows.isEmpty }) else { return nil }
        let margin = DisplayNumber.significant(options.margin)
        return Figure(
            "differences-\(slug(labels))",
            IntervalChart.differences(
                title: "Differences to \(baseline.name) with \(scores.words(labels))",
                groups: groups, margin: options.margin,
                horizontalTitle: "difference of IoU to \(baseline.name), \(scores.words(labels))"),
            caption: "With \(scores.words(labels)). Lines are 95 % intervals over clips, small "
                + "dots differences of single seeds. Blue circles are above, orange triangles "
                + "below; gray squares are level or open. The shaded zone is ±\(margin).")
    }

    private func difference(
        _ row: StudyResults.Row, _ baseline: StudyResults.Row, _ labels: Int?
    ) -> RowDifference? {
        guard row.name != baseline.name else { return nil }
        return (try? scores.difference(row, baseline, labels: labels)) ?? nil
    }

    func style(of difference: RowDifference) -> SeriesStyle {
        switch difference.outcome(margin: options.margin) {
        case .above: SeriesStyle(.hue(0), .circle)
        case .below: SeriesStyle(.hue(1), .triangle)
        default: SeriesStyle(.muted, .square)
        }
    }

    private func table(of baseline: StudyResults.Row, amounts: [Int?]) -> Block? {
        let shown = amounts.filter { scores.score(of: baseline, labels: $0) != nil }
        var table = Table(
            [
                .strong("Differences to \(baseline.name)."),
                .text(
                    " Mean, then the 95 % interval over clips; below it the standard deviation of "
                        + "the difference over seeds."),
            ], [Table.Column("row")] + shown.map { .numbers(scores.words($0)) })
        for row in results.rows where row.name != baseline.name {
            let found = shown.map { difference(row, baseline, $0) }
            guard found.contains(where: { $0 != nil }) else { continue }
            table.add(
                [[.code(row.name)]]
                    + found.map { difference -> [Inline] in
                        guard let difference else { return [.text(DisplayNumber.undefined)] }
                        let seeds = difference.deviation.map {
                            "seeds ± \(DisplayNumber.fixed($0))"
                        }
                        return [.text(difference.words), .note(seeds ?? "one seed")]
                    })
        }
        return table.rows.isEmpty
            ? nil : .details(summary: "The numbers for every row", [.table(table)])
    }
}
