import GestaltMetrics

extension StudyReport {
    /// Other measures than IoU, such as those of instances; nothing where no run has any.
    var measureSection: [Block] {
        let labels = scores.commonAmount
        let runs = results.rows.map { row in
            (
                row: row,
                measures: results.runs(of: row.name, labels: row.isLabelFree ? nil : labels)
                    .compactMap { $0.scores(on: split)?.measures }
            )
        }
        let names = Set(runs.flatMap { $0.measures.flatMap(\.keys) }).sorted()
        guard !names.isEmpty else { return [] }
        var table = Table(
            [
                .strong("Other measures with \(scores.words(labels))."),
                .text(
                    " Mean ± standard deviation over seeds. Results hold no scores by image of "
                        + "these, so there are no intervals over clips."),
            ], [Table.Column("row")] + names.map { .numbers($0) })
        for (row, measures) in runs where measures.contains(where: { !$0.isEmpty }) {
            table.add(
                [[.code(row.name)]]
                    + names.map { name in
                        let values = measures.compactMap { $0[name] }.filter(\.isFinite)
                        return [.text(Self.words(values))]
                    })
        }
        return [.section("Other measures"), .table(table)]
    }

    private static func words(_ values: [Double]) -> String {
        guard !values.isEmpty else { return DisplayNumber.undefined }
        let center = DisplayNumber.fixed(mean(values))
        guard let deviation = standardDeviation(values) else { return center }
        return "\(center) ± \(DisplayNumber.fixed(deviation))"
    }

    var pictureSections: [Block] {
        pictures.enumerated().flatMap { index, section -> [Block] in
            guard !section.items.isEmpty else {
                return [.section(section.title), .paragraph(section.text)]
            }
            return [
                .section(section.title),
                .figure(
                    Figure(
                        "pictures-\(index + 1)",
                        .pictures(
                            section.items.map(\.picture), magnification: section.magnification),
                        caption: [.text(section.text)])),
            ]
        }
    }
}
