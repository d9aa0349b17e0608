extension StudyReport {
    /// Every row by source and head: a chart for the number of labels at which most were scored,
    /// the others on demand.
    var sourceSection: [Block] {
        let common = scores.commonAmount
        guard let chart = sources(labels: common) else { return [] }
        let others = scores.amounts.filter { $0 != common }.reversed().compactMap { labels in
            sources(labels: labels).map {
                Block.details(
                    summary: "The same with \(scores.words(labels))", [.figure($0)])
            }
        }
        return [.section("Sources and heads"), .figure(chart)] + others
    }

    private func sources(labels: Int?) -> Figure? {
        var groups: [IntervalChart.Group] = []
        var names: [String] = []
        for row in results.rows(of: .encoder) where !names.contains(row.source) {
            names.append(row.source)
        }
        func group(
            _ title: String, _ rows: [StudyResults.Row], _ name: (StudyResults.Row) -> String
        ) {
            let shown = rows.compactMap { row in
                scores.score(of: row, labels: labels).map { score in
                    IntervalChart.Row(
                        name(row), score.mean, interval: score.interval, runs: score.runs,
                        styles[row], note: row.name)
                }
            }
            if !shown.isEmpty { groups.append(IntervalChart.Group(title, shown)) }
        }
        group("Baselines", results.rows(of: .baseline), \.name)
        for source in names {
            group(
                source, results.rows(of: .encoder).filter { $0.source == source }, \.trainingWords)
        }
        group("Without labels", results.rows(of: .labelFree), \.name)
        group("Controls", results.rows(of: .control), \.name)
        group("Oracles, which see the future", results.rows(of: .oracle), \.name)
        guard !groups.isEmpty else { return nil }
        let baseline = best(results.rows(of: .baseline), count: 1).first
            .flatMap { scores.score(of: $0, labels: labels) }
        return Figure(
            "sources-\(slug(labels))",
            IntervalChart(
                title: "IoU of sources and heads with \(scores.words(labels))", groups: groups,
                horizontalTitle: "IoU per image, \(scores.words(labels))",
                reference: baseline.map { IntervalChart.Reference($0.mean, $0.row.name) }),
            caption: "With \(scores.words(labels)). Large dots are means over seeds, small dots "
                + "below them single seeds; lines are 95 % intervals over clips. The axis does "
                + "not begin at zero.")
    }

    /// A part of a file's name.
    func slug(_ labels: Int?) -> String { labels.map { "\($0)-labels" } ?? "all-labels" }
}
