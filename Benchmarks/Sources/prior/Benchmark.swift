/// Measures the prior with random weights; the public sizes are 576 wide, 8 layers, 4 heads,
/// 4 × 32 × 32 codes of 2048, one frame of 64 × 64:
///
///     prior sample-step [--batch N] [--storage float32|bfloat16|bfloat16-weights] [--runs N]
///         [--preset publicBAIR|small|tiny]
///
/// Its peer is `peers/prior_torch.py`.
@main struct Benchmark {
    static func main() {
        var arguments = CommandLine.arguments.dropFirst()
        let usage =
            "usage: prior sample-step [--batch N] [--storage float32|bfloat16|bfloat16-weights] "
            + "[--runs N] [--preset publicBAIR|small|tiny]"
        switch arguments.popFirst() {
        case "sample-step":
            guard let step = SampleStep(arguments) else { return print(usage) }
            step.run()
        default: print(usage)
        }
    }
}
