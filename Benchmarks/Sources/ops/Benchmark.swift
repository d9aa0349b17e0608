import Dispatch
import GestaltTensor
import Harness

/// Measures elementwise operations: large ones as a share of a plain read-and-write loop of the
/// same run, small ones in microseconds with and without recording.
///
///     ops [RUNS]
@main struct Benchmark {
    typealias Operation = (name: String, body: @Sendable (Tensor<Float>) -> Tensor<Float>)

    static let operations: [Operation] = [
        ("x * 2", { $0 * 2 }), ("x + x", { $0 + $0 }), ("relu", { $0.relu() }),
        ("exp", { $0.exp() }),
        ("tanh", { $0.tanh() }), ("sigmoid", { $0.sigmoid() }),
        ("gelu, exact", { $0.gelu(.exact) }),
    ]

    static func main() {
        let runs = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 15
        printHeader("elementwise operations")
        large(runs: runs)
        small(runs: runs)
    }

    /// 16 M floats. The plain loop reads one such buffer and writes another; an operation of two
    /// operands reads the same one twice.
    private static func large(runs: Int) {
        let x = sample([1 << 24], seed: 1)
        let loop = PlainLoop(count: 1 << 24)
        print(
            column("16 M floats", 16, right: false) + column("ms", 9) + column("of plain loop", 16))
        for (name, body) in operations {
            var plain: [Double] = []
            var ours: [Double] = []
            for _ in 0..<runs {
                plain.append(loop.run())
                ours.append(Measurement(warmUps: 0, runs: 1) { Double(body(x).count) }.median)
            }
            let (bare, time) = (median(plain), median(ours))
            print(
                column(name, 16, right: false) + column(fixed(time * 1e3, 2), 9)
                    + column(fixed(bare / time, 2), 16))
            printJSON([
                "operation": quoted(name), "ms": fixed(time * 1e3, 3),
                "ratio": fixed(bare / time, 3),
            ])
        }
    }

    /// 8 floats, mean over many calls.
    private static func small(runs: Int) {
        let x = sample([8], seed: 2)
        let calls = 2_000
        print(column("8 floats", 16, right: false) + column("µs", 9) + column("recorded µs", 16))
        for (name, body) in operations {
            let alone = Measurement(runs: runs) {
                for _ in 0..<calls { _ = body(x) }
                return 0
            }
            let recorded = Measurement(runs: runs) {
                let gradient = gradients(at: [x]) { points in
                    for _ in 1..<calls { _ = body(points[0]) }
                    return body(points[0]).sum()
                }
                return Double(gradient[0].count)
            }
            let (a, b) = (alone.median / Double(calls), recorded.median / Double(calls))
            print(
                column(name, 16, right: false) + column(fixed(a * 1e6, 2), 9)
                    + column(fixed(b * 1e6, 2), 16))
            printJSON([
                "operation": quoted(name), "us": fixed(a * 1e6, 3),
                "recorded_us": fixed(b * 1e6, 3),
            ])
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// A loop that reads one buffer and writes another, on as many threads as the library: what memory
/// gives when nothing else is in the way.
private struct PlainLoop {
    let from: UnsafeMutablePointer<Float>
    let to: UnsafeMutablePointer<Float>
    let count: Int

    init(count: Int) {
        (from, to) = (.allocate(capacity: count), .allocate(capacity: count))
        from.initialize(repeating: 1, count: count)
        to.initialize(repeating: 0, count: count)
        self.count = count
    }

    /// Seconds of one run.
    func run() -> Double {
        let (threads, count) = (Runtime.threads, count)
        nonisolated(unsafe) let (from, to) = (from, to)
        return Measurement(warmUps: 0, runs: 1) {
            DispatchQueue.concurrentPerform(iterations: threads) { part in
                for index in (count * part / threads)..<(count * (part + 1) / threads) {
                    to[index] = from[index] * 1.5
                }
            }
            return Double(to[count - 1])
        }.median
    }
}
