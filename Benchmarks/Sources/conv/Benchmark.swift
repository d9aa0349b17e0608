@_spi(Benchmarks) import GestaltTensor
import Harness
import Kernels

/// Measures convolutions, beside a bare product 2048³ or alone.
@main struct Benchmark {
    private static let usage = """
        usage: conv [--runs N] [--only TEXT] [--algorithm NAME] [--json-only]
          --only TEXT       the cases whose name contains it
          --algorithm NAME  \(ConvolutionPlan.Algorithm.allCases.map(\.rawValue).joined(separator: ", ")); \
        passes that it cannot serve are named
          --json-only       JSON lines alone, and nothing measured in turns with the passes
        """

    let runs: Int
    let only: String
    let algorithm: ConvolutionPlan.Algorithm?
    let isQuiet: Bool

    static func main() {
        var options = Options(usage: usage)
        let names = ["automatic"] + ConvolutionPlan.Algorithm.allCases.map(\.rawValue)
        let name = options.choice("--algorithm", of: names, default: names[0])
        let benchmark = Benchmark(
            runs: options.number("--runs", default: 5), only: options.text("--only") ?? "",
            algorithm: ConvolutionPlan.Algorithm(rawValue: name),
            isQuiet: options.flag("--json-only"))
        options.finish()
        benchmark.run()
    }

    private func run() {
        if !isQuiet {
            printHeader("convolutions, medians of \(runs) runs after one")
            print("# ratio: to a bare sgemm 2048³ measured in turns with the pass")
            print(
                column("case", 30, right: false) + column("pass", 16, right: false)
                    + column("algorithm", 14, right: false) + column("ms", 9) + column("±%", 6)
                    + column("GFLOP/s", 9) + column("sgemm", 8) + column("ratio", 7))
        }
        let product = isQuiet ? nil : BareProduct()
        for line in ConvolutionCase.all where only.isEmpty || line.name.contains(only) {
            for pass in ConvolutionCase.Pass.allCases { measure(line, pass, product) }
            // Whole layers choose their algorithms themselves.
            if algorithm == nil {
                measure(line, "step", "automatic", line.step(), product)
            }
        }
    }

    private func measure(
        _ line: ConvolutionCase, _ pass: ConvolutionCase.Pass, _ product: BareProduct?
    ) {
        let (geometry, work) = (line.geometry, line.work(pass))
        if let algorithm,
            let reason = ConvolutionPlan.refusal(of: algorithm, work, geometry: geometry)
        {
            if !isQuiet {
                print(
                    column(line.name, 30, right: false) + column(pass.rawValue, 16, right: false)
                        + "refused: \(reason)")
            }
            return
        }
        let choice = algorithm.map { ConvolutionPlan.Choice.forced($0) } ?? .automatic
        let plan = ConvolutionPlan.make(geometry, work, choice: choice)
        measure(line, pass.rawValue, plan.algorithm.rawValue, line.body(pass, choice), product)
    }

    private func measure(
        _ line: ConvolutionCase, _ pass: String, _ algorithm: String, _ body: () -> Double,
        _ product: BareProduct?
    ) {
        guard let product else {
            let time = Measurement(runs: runs, body)
            printRecord(line.name, pass, time, ["algorithm": quoted(algorithm)])
            return
        }
        let turns = Measurement.alternating(runs: runs, body) { product.run() }
        let work = Double(line.geometry.operationCount) * (pass == "step" ? 3 : 1)
        let (time, speed) = (turns.first, work / turns.first.median)
        let rate = BareProduct.operationCount / turns.second.median
        print(
            column(line.name, 30, right: false) + column(pass, 16, right: false)
                + column(algorithm, 14, right: false) + column(fixed(time.median * 1e3, 2), 9)
                + column(fixed(time.spread * 100, 0), 6) + column(fixed(speed * 1e-9, 0), 9)
                + column(fixed(rate * 1e-9, 0), 8) + column(fixed(speed / rate, 2), 7))
        printRecord(
            line.name, pass, time,
            [
                "algorithm": quoted(algorithm), "gflops": fixed(speed * 1e-9, 1),
                "sgemm_gflops": fixed(rate * 1e-9, 1), "ratio_to_sgemm": fixed(speed / rate, 3),
                "checksum": fixed(time.checksum, 4),
            ])
    }
}
