extension StudyReport {
    /// The cost of rows: time of a frame, parameters, minutes of training, each against IoU.
    var costSection: [Block] {
        let labels = scores.commonAmount
        // Controls that know nothing would squeeze the others together.
        let rows = results.rows.filter { [.baseline, .encoder].contains($0.group) }
            .compactMap { scores.score(of: $0, labels: labels) }
        let figures = [
            chart(
                "cost-per-frame", rows, labels, "time of a frame", .milliseconds,
                \.millisecondsPerFrame,
                "Time of a frame in batches of 16 on the machines of the runs"),
            chart(
                "parameters", rows, labels, "parameters of the model", .plain,
                { $0.parameters.map(Double.init) }, "Parameters of the model, source and head"),
            chart(
                "training-time", rows, labels, "minutes of training", .minutes,
                { $0.minutes > 0 ? $0.minutes : nil },
                "Training time of a run, pre-trained models apart"),
        ].compactMap { $0 }
        guard !figures.isEmpty else { return [] }
        return [.section("Cost")] + figures.map { .figure($0) }
            + [.table(table(rows, labels))] + (modelTable.map { [$0] } ?? [])
    }

    private func chart(
        _ name: String, _ rows: [RowScore], _ labels: Int?, _ title: String,
        _ unit: ScatterChart.Unit, _ cost: (RowScore) -> Double?, _ caption: String
    ) -> Figure? {
        let dots = rows.compactMap { score in
            cost(score).map {
                ScatterChart.Dot(
                    score.row.name, x: $0, y: score.mean, interval: score.interval,
                    styles[score.row])
            }
        }
        // A dot alone compares nothing.
        guard dots.count > 1 else { return nil }
        return Figure(
            name,
            ScatterChart(
                title: "IoU and \(title)", dots: dots, horizontalTitle: title, unit: unit),
            caption: "\(caption), with \(scores.words(labels)). Lines are 95 % intervals of IoU "
                + "over clips.")
    }

    private func table(_ rows: [RowScore], _ labels: Int?) -> Table {
        var table = Table(
            [
                .strong("Cost with \(scores.words(labels))."),
                .text(" Means over the runs; IoU per image with the deviation over seeds."),
            ],
            [
                Table.Column("row"), .numbers("IoU"), .numbers("ms a frame"),
                .numbers("parameters"), .numbers("minutes"),
            ])
        for score in rows {
            table.add([
                [.code(score.row.name)], [.text(score.words)],
                [.text(score.millisecondsPerFrame.map(DisplayNumber.significant) ?? "–")],
                [.text(score.parameters.map(DisplayNumber.count) ?? "–")],
                [.text(score.minutes > 0 ? DisplayNumber.significant(score.minutes) : "–")],
            ])
        }
        return table
    }

    /// The cost of the pre-trained models, which rows share.
    private var modelTable: Block? {
        var table = Table(
            [
                .strong("Pre-trained models."),
                .text(" Trained once and shared by the rows that start from them."),
            ],
            [
                Table.Column("model"), Table.Column("kind"), .numbers("seed"), .numbers("steps"),
                .numbers("minutes"), Table.Column("state"),
            ])
        for model in results.models {
            table.add([
                [.code(model.name)], [.text(model.kind ?? "given")],
                [.text(model.seed.map { "\($0)" } ?? "–")],
                [.text(model.stage.map { DisplayNumber.count($0.steps) } ?? "–")],
                [.text(model.stage.map { DisplayNumber.significant($0.minutes) } ?? "–")],
                [.text(model.error ?? model.state.rawValue)],
            ])
        }
        return table.rows.isEmpty ? nil : .table(table)
    }
}
