/// Measures the prior with random weights; the public sizes are 576 wide, 8 layers, 4 heads,
/// 4 × 32 × 32 codes of 2048, one frame of 64 × 64:
///
///     prior sample-step [--batch N] [--storage float32|bfloat16|bfloat16-weights] [--runs N]
///         [--preset publicBAIR|small|tiny]
///     prior prior-train [--dropout SHARE] [--attention full|sparse] [--checkpointing on|off] [--runs N]
///     prior frame-encoder [--pass forward|both] [--runs N]
///
/// Its peer is `peers/prior_torch.py`.
@main struct Benchmark {
    private static let usage = """
        usage: prior sample-step [--batch N] [--storage float32|bfloat16|bfloat16-weights] [--runs N] \
        [--preset publicBAIR|small|tiny]
               prior prior-train [--dropout SHARE] [--attention full|sparse] [--checkpointing on|off] \
        [--runs N]
               prior frame-encoder [--pass forward|both] [--runs N]
        """

    static func main() {
        var arguments = CommandLine.arguments.dropFirst()
        switch arguments.popFirst() {
        case "sample-step":
            guard let step = SampleStep(arguments) else { return print(usage) }
            step.run()
        case "prior-train":
            guard let training = PriorTraining(arguments) else { return print(usage) }
            training.run()
        case "frame-encoder":
            guard let encoding = FrameEncoding(arguments) else { return print(usage) }
            encoding.run()
        default: print(usage)
        }
    }
}
