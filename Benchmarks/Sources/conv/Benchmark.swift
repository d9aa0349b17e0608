import GestaltTensor
import Harness

/// Measures convolutions: `conv [--runs N] [--only TEXT] [--algorithm NAME] [--json-only]`.
@main struct Benchmark {
    var runs = 5
    var only = ""
    var choice = ConvolutionPlan.Choice.automatic
    var isQuiet = false

    static func main() {
        var benchmark = Benchmark()
        guard benchmark.read(CommandLine.arguments.dropFirst()) else {
            print("usage: conv [--runs N] [--only TEXT] [--algorithm NAME] [--json-only]")
            return
        }
        benchmark.run()
    }

    private mutating func read(_ arguments: ArraySlice<String>) -> Bool {
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--json-only": isQuiet = true
            case "--runs":
                guard let count = rest.popFirst().flatMap(Int.init), count > 0 else { return false }
                runs = count
            case "--only":
                guard let text = rest.popFirst() else { return false }
                only = text
            case "--algorithm":
                guard let name = rest.popFirst(),
                    let algorithm = ConvolutionPlan.Algorithm(rawValue: name)
                else { return false }
                choice = .preferred(algorithm)
            default: return false
            }
        }
        return true
    }

    private func run() {
        if !isQuiet {
            printHeader("convolutions, medians of \(runs) runs after one")
            print("# ratio: to a bare sgemm 2048³ measured in turns with the pass")
            print(
                column("case", 30, right: false) + column("pass", 16, right: false)
                    + column("ms", 9) + column("±%", 6) + column("GFLOP/s", 9)
                    + column("sgemm", 8) + column("ratio", 7))
        }
        printJSON([
            "side": quoted("gestalt"), "threads": "\(Runtime.threads)",
            "instruction_set": quoted("\(Runtime.instructionSet)"),
        ])
        let product = BareProduct()
        for line in Case.all where only.isEmpty || line.name.contains(only) {
            for (pass, body) in passes(of: line) {
                let (time, bare) = Measurement.alternating(runs: runs, body) { product.run() }
                report(line, pass, time, BareProduct.operationCount / bare.median)
            }
        }
    }

    private func passes(of line: Case) -> [(String, () -> Double)] {
        let g = line.geometry
        let (x, w) = (sample(line.input, seed: 1), sample(line.weight, seed: 2))
        let b = sample([line.weight[-1]], seed: 3)
        let cotangent = sample(line.isTransposed ? g.inputShape : g.outputShape, seed: 4)
        // The engine speaks of the convolution that a transposed one is the transpose of.
        let weight = line.isTransposed ? w.transposed(-2, -1).contiguousCopy : w
        let (image, outputs) = line.isTransposed ? (cotangent, x) : (x, cotangent)
        let choice = choice
        let small = {
            checksum(
                ConvolutionEngine.forward(g, input: image, weight: weight, choice: choice))
        }
        let large = {
            checksum(
                ConvolutionEngine.backwardInput(
                    g, cotangent: outputs, weight: weight, choice: choice))
        }
        return [
            ("forward", line.isTransposed ? large : small),
            ("backward_input", line.isTransposed ? small : large),
            (
                "backward_weight",
                {
                    checksum(
                        ConvolutionEngine.backwardWeight(
                            g, input: image, cotangent: outputs, choice: choice))
                }
            ),
            (
                "step",
                {
                    let gradients = gradients(at: [x, w, b]) { v in
                        (line.apply(v[0], v[1], v[2]) * cotangent).sum()
                    }
                    return checksum(gradients[0]) + checksum(gradients[1])
                }
            ),
        ]
    }

    private func report(_ line: Case, _ pass: String, _ time: Measurement, _ rate: Double) {
        let work = Double(line.geometry.operationCount) * (pass == "step" ? 3 : 1)
        let speed = work / time.median
        if !isQuiet {
            print(
                column(line.name, 30, right: false) + column(pass, 16, right: false)
                    + column(fixed(time.median * 1e3, 2), 9)
                    + column(fixed(time.spread * 100, 0), 6)
                    + column(fixed(speed * 1e-9, 0), 9) + column(fixed(rate * 1e-9, 0), 8)
                    + column(fixed(speed / rate, 2), 7))
        }
        printJSON([
            "case": quoted(line.name), "pass": quoted(pass), "ms": fixed(time.median * 1e3, 3),
            "spread": fixed(time.spread, 3), "gflops": fixed(speed * 1e-9, 1),
            "sgemm_gflops": fixed(rate * 1e-9, 1), "ratio_to_sgemm": fixed(speed / rate, 3),
            "checksum": fixed(time.checksum, 4),
        ])
    }
}

extension Tensor where Scalar == Float {
    /// The elements in row-major order, in memory of their own.
    fileprivate var contiguousCopy: Tensor { Tensor(shape: shape, scalars: scalars) }
}
