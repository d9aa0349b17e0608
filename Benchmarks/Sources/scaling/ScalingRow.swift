import GestaltNN
import GestaltTensor
import Harness

/// One row of a table: what runs, at which sizes.
struct ScalingRow {
    let sizes: String
    let threads: Int
    /// Operations, in any unit that the rows of a table share.
    let work: Double
    /// How often `body` does it.
    let repetitions: Int
    let body: () -> Double

    init(
        _ sizes: String, threads: Int, work: Double, repetitions: Int = 1,
        _ body: @escaping () -> Double
    ) {
        self.sizes = sizes
        self.threads = threads
        self.work = work
        self.repetitions = repetitions
        self.body = body
    }

    /// 1, 2, 4, … up to the threads in force, and these.
    static var threadCounts: [Int] {
        var counts = [Runtime.threads]
        var count = 1
        while count < Runtime.threads {
            counts.append(count)
            count *= 2
        }
        return counts
    }

    /// A base at every number of threads, then one size changed at a time. `make` gives the work and
    /// what runs.
    static func family(
        _ base: Sizes, _ changed: [Sizes],
        _ make: (Sizes) -> (work: Double, body: () -> Double)
    ) -> [ScalingRow] {
        let first = make(base)
        return threadCounts.map { ScalingRow(base.text, threads: $0, work: first.work, first.body) }
            + changed.map { sizes in
                let made = make(sizes)
                return ScalingRow(
                    sizes.text, threads: Runtime.threads, work: made.work, made.body)
            }
    }
}

struct Sizes {
    var batch: Int
    var length: Int
    var width: Int

    var text: String { "batch \(batch), length \(length), width \(width)" }

    /// The sizes with one of them changed, for each of the values.
    func changing(batches: [Int], lengths: [Int], widths: [Int]) -> [Sizes] {
        batches.map { Sizes(batch: $0, length: length, width: width) }
            + lengths.map { Sizes(batch: batch, length: $0, width: width) }
            + widths.map { Sizes(batch: batch, length: length, width: $0) }
    }
}
