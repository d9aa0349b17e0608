extension StudyReport {
    /// The command of each row, and what failed or is missing.
    var runSection: [Block] {
        var blocks: [Block] = [
            .section("Rows and commands"),
            .paragraph(
                "Each command makes the runs of its row; runs that are there already are kept."),
        ]
        for row in results.rows {
            let runs = results.runs.filter { $0.row == row.name }
            let done = runs.filter { $0.state == .done }.count
            blocks += [
                .paragraph(
                    [
                        .code(row.name), .text(": "), .code(row.source),
                        .text(
                            ", \(row.trainingWords). \(done) of \(runs.count) runs finished."
                                + (row.note.map { " \($0)" } ?? "")),
                    ]), .code(row.command),
            ]
        }
        return blocks + (failures.map { [$0] } ?? [])
    }

    private var failures: Block? {
        var table = Table(
            [.strong("Runs without a result.")],
            [
                Table.Column("row"), .numbers("labels"), .numbers("seed"), Table.Column("state"),
                Table.Column("reason"),
            ])
        for run in results.runs where run.state != .done {
            table.add([
                [.code(run.row)], [.text(run.labels.map(DisplayNumber.count) ?? "all")],
                [.text("\(run.seed)")], [.text(run.state.rawValue)],
                [.text(run.error ?? DisplayNumber.undefined)],
            ])
        }
        return table.rows.isEmpty
            ? nil
            : .details(
                summary: "\(table.rows.count) of \(results.runs.count) runs have no result",
                [.table(table)])
    }
}
