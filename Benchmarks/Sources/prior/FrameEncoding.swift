import GestaltNN
import GestaltPrior
import GestaltTensor
import Harness

/// A pass of the frame encoder over one frame of 64 × 64, with or without the gradients.
struct FrameEncoding {
    private let hasBackward: Bool
    private let runs: Int

    init(_ options: inout Options) {
        hasBackward =
            options.choice("--pass", of: ["forward", "both"], default: "forward") == "both"
        runs = options.number("--runs", default: 15)
        options.finish()
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
            let step = valueAndGradients(
                of: encoder, Context.training(random: RandomStream(seed: 0))
            ) { model, context in
                ((model(frame, context) * probe).sum(), ())
            }
            return Double(step.loss)
        }
        print("\(fixed(time.median * 1e3, 1)) ms (±\(fixed(time.spread * 100, 0)) %)")
        printRecord("frame-encoder", hasBackward ? "forward and backward" : "forward", time)
    }
}
