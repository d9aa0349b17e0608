import GestaltMetrics

extension StudyReport {
    /// Other measures than IoU, such as those of instances; nothing where no run has any.
    var measureSection: [Block] {
        let instances = InstanceMeasure.allCases.map { (name: $0.rawValue, title: $0.title) }
        let measured = results.runs.compactMap { $0.scores(on: split)?.measures }
        let names = Set(measured.flatMap(\.keys)).subtracting(instances.map(\.name))
        let others = names.sorted().map { (name: $0, title: $0) }
        return measureTables(
            "Instances", instances,
            "Average precision (AP), at IoU 0.50 and 0.75 alone (AP50, AP75), and panoptic, "
                + "segmentation and recognition quality (PQ, SQ, RQ), means over classes.")
            + measureTables("Other measures", others, "")
    }

    /// A table for each number of labels, that of most rows first and the others on demand.
    private func measureTables(
        _ title: String, _ measures: [(name: String, title: String)], _ text: String
    ) -> [Block] {
        let common = scores.commonAmount
        var blocks: [Block] = []
        for labels in [common] + scores.amounts.filter({ $0 != common }).reversed() {
            guard let table = table(of: measures, labels, title) else { continue }
            blocks.append(
                blocks.isEmpty
                    ? .table(table)
                    : .details(summary: "The same with \(scores.words(labels))", [.table(table)]))
        }
        guard !blocks.isEmpty else { return [] }
        return [.section(title)] + (text.isEmpty ? [] : [.paragraph(text)]) + blocks
    }

    /// Returns nil where no row has one of the measures.
    private func table(
        of measures: [(name: String, title: String)], _ labels: Int?, _ title: String
    ) -> Table? {
        var table = Table(
            [
                .strong("\(title) with \(scores.words(labels))."),
                .text(
                    " Mean ± standard deviation over seeds. Results hold no scores by image of "
                        + "these, so there are no intervals over clips."),
            ], [Table.Column("row")] + measures.map { .numbers($0.title) })
        for row in results.rows {
            let runs = results.runs(of: row.name, labels: row.isLabelFree ? nil : labels)
                .compactMap { $0.scores(on: split)?.measures }
            let values = measures.map { measure in
                runs.compactMap { $0[measure.name] }.filter(\.isFinite)
            }
            guard values.contains(where: { !$0.isEmpty }) else { continue }
            table.add([[.code(row.name)]] + values.map { [.text(Self.words($0))] })
        }
        return table.rows.isEmpty ? nil : table
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

/// The measures of instances, by their names in results.
private enum InstanceMeasure: String, CaseIterable {
    case ap, ap50, ap75, pq, sq, rq

    var title: String { rawValue.uppercased() }
}
