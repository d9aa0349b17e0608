import GestaltNN
import GestaltPrior
import GestaltTensor
import Harness

/// A pass of the frame encoder over one frame of 64 × 64, with or without the gradients.
struct FrameEncoding {
    private var hasBackward = false
    private var runs = 15

    /// Nil when the arguments are not understood.
    init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let argument = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch argument {
            case "--pass":
                guard ["forward", "both"].contains(value) else { return nil }
                hasBackward = value == "both"
            case "--runs": runs = Int(value) ?? 0
            default: return nil
            }
        }
        guard runs > 0 else { return nil }
    }

    func run() {
        printHeader("the frame encoder on one frame, \(hasBackward ? "with gradients" : "forward")")
        var random = RandomStream(seed: 1)
        let encoder = FrameEncoder(FrameEncoderConfiguration(), random: &random)
        let frame: Tensor<Float> = random.uniform([1, 1, 64, 64, 3], in: -0.5..<0.5)
        let probe: Tensor<Float> = random.normal([1, 1, 16, 16, 240])
        let time = Measurement(warmUps: 2, runs: runs) {
            guard hasBackward else {
                return Double(encoder(frame, .inference)[scalar: 0, 0, 0, 0, 0])
            }
            let step = valueAndGradients(of: encoder, Context(training: true)) { model, context in
                ((model(frame, context) * probe).sum(), ())
            }
            return Double(step.loss)
        }
        print("\(fixed(time.median * 1e3, 1)) ms (±\(fixed(time.spread * 100, 0)) %)")
        printJSON([
            "side": quoted("gestalt"), "case": quoted("frame-encoder"),
            "variant": quoted(hasBackward ? "forward and backward" : "forward"),
            "threads": "\(Runtime.threads)", "runs": "\(runs)", "dtype": quoted("float32"),
            "seconds": fixed(time.median, 6), "peak_mib": fixed(peakMebibytes, 0),
        ])
    }
}
