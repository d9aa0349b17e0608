/// Measures the prior of the public sizes, 576 wide, 8 layers, 4 heads, 4 × 32 × 32 codes of 2048,
/// one frame of 64 × 64, with random weights:
///
///     prior sample-step [--batch N] [--storage float32|bfloat16|bfloat16-weights] [--runs N]
///
/// Its peer is `peers/prior_torch.py`.
@main struct Benchmark {
    static func main() {
        var arguments = CommandLine.arguments.dropFirst()
        let usage =
            "usage: prior sample-step [--batch N] [--storage float32|bfloat16|bfloat16-weights] "
            + "[--runs N]"
        switch arguments.popFirst() {
        case "sample-step":
            guard let step = SampleStep(arguments) else { return print(usage) }
            step.run()
        default: print(usage)
        }
    }
}
