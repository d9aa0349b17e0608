import GestaltTensor
import Harness

/// How cost grows with threads, batch, clip length and width.
///
/// The rows of a table are measured in rounds, each once a round. Every table begins with a base and
/// changes one size of it at a time.
@main struct Benchmark {
    private static let families: [(name: String, rows: @Sendable () -> [ScalingRow])] = [
        ("convolution", ScalingRow.convolution), ("tokenizer", ScalingRow.tokenizer),
        ("prior", ScalingRow.prior), ("gradients", ScalingRow.gradients),
    ]

    static func main() {
        let names = families.map(\.name)
        var options = Options(
            usage: "usage: scaling [all|\(names.joined(separator: "|"))] [--runs N]")
        let command = options.command(["all"] + names, default: "all")
        let runs = options.number("--runs", default: 7)
        options.finish()
        printHeader("scaling, medians of \(runs) runs in rounds")
        for family in families where command == "all" || command == family.name {
            print("")
            table(family.name, family.rows(), runs: runs)
        }
    }

    private static func table(_ name: String, _ rows: [ScalingRow], runs: Int) {
        let threads = Runtime.threads
        let times = Measurement.rounds(
            runs,
            rows.map { row in
                {
                    Runtime.threads = row.threads
                    return row.body()
                }
            })
        Runtime.threads = threads
        let microseconds = zip(rows, times).map { $1.median * 1e6 / Double($0.repetitions) }
        printTableHead([name, "threads", "µs", "±%", "work", "time", "time / work"])
        for (place, row) in rows.enumerated() {
            let work = row.work / rows[0].work
            let growth = microseconds[place] / microseconds[0]
            printRow([
                row.sizes, "\(row.threads)", fixed(microseconds[place], 0),
                fixed(times[place].spread * 100, 0), fixed(work, 2), fixed(growth, 2),
                fixed(growth / work, growth / work < 0.1 ? 4 : 2),
            ])
        }
        print("")
        for (place, row) in rows.enumerated() {
            printJSON([
                "family": quoted(name), "sizes": quoted(row.sizes), "threads": "\(row.threads)",
                "us": fixed(microseconds[place], 2), "spread": fixed(times[place].spread, 3),
                "work": fixed(row.work / rows[0].work, 4),
            ])
        }
    }
}
