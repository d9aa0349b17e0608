import Harness

/// Measures the prior with random weights; the public sizes are 576 wide, 8 layers, 4 heads,
/// 4 × 32 × 32 codes of 2048, one frame of 64 × 64. Its peer is `peers/prior_torch.py`.
@main struct Benchmark {
    private static let usage = """
        usage: prior sample-step [--batch N] [--storage float32|bfloat16|bfloat16-weights] [--runs N]
                   [--preset publicBAIR|small|tiny]
               prior prior-train [--dropout SHARE] [--attention full|sparse] [--checkpointing]
                   [--runs N]
               prior frame-encoder [--pass forward|both] [--runs N]
        """

    static func main() {
        var options = Options(usage: usage)
        switch options.command(["sample-step", "prior-train", "frame-encoder"]) {
        case "sample-step": SampleStep(&options).run()
        case "prior-train": PriorTraining(&options).run()
        default: FrameEncoding(&options).run()
        }
    }
}
