import GestaltTensor
import Harness

/// Elementwise operations: large ones as a share of a plain read-and-write loop of the same run,
/// small ones in microseconds with and without recording.
struct Table {
    let runs: Int

    private typealias Operation = (
        name: String, body: @Sendable (Tensor<Float>) -> Tensor<Float>
    )

    private static let operations: [Operation] = [
        ("x * 2", { $0 * 2 }), ("x + x", { $0 + $0 }), ("relu", { $0.relu() }),
        ("exp", { $0.exp() }),
        ("tanh", { $0.tanh() }), ("sigmoid", { $0.sigmoid() }),
        ("gelu, exact", { $0.gelu(.exact) }),
    ]

    func print() {
        printHeader("elementwise operations")
        large()
        small()
    }

    /// 16 M floats. The plain loop reads one such buffer and writes another; an operation of two
    /// operands reads the same one twice.
    private func large() {
        let x = sample([1 << 24], seed: 1)
        let loop = PlainLoop(count: 1 << 24)
        Swift.print(
            column("16 M floats", 16, right: false) + column("ms", 9) + column("of plain loop", 16))
        for (name, body) in Self.operations {
            let turns = Measurement.alternating(runs: runs, { Double(body(x).count) }, loop.run)
            let time = turns.first.median
            let share = turns.second.median / time
            Swift.print(
                column(name, 16, right: false) + column(fixed(time * 1e3, 2), 9)
                    + column(fixed(share, 2), 16))
            printJSON([
                "operation": quoted(name), "ms": fixed(time * 1e3, 3), "ratio": fixed(share, 3),
            ])
        }
    }

    /// 8 floats, mean over many calls.
    private func small() {
        let x = sample([8], seed: 2)
        let calls = 2_000
        Swift.print(
            column("8 floats", 16, right: false) + column("µs", 9) + column("recorded µs", 16))
        for (name, body) in Self.operations {
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
            Swift.print(
                column(name, 16, right: false) + column(fixed(a * 1e6, 2), 9)
                    + column(fixed(b * 1e6, 2), 16))
            printJSON([
                "operation": quoted(name), "us": fixed(a * 1e6, 3),
                "recorded_us": fixed(b * 1e6, 3),
            ])
        }
    }
}
