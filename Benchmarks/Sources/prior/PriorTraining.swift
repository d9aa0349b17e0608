import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import Harness

/// A training step of the prior on one clip: frame encoder, 4096 codes, backward pass, Adam.
struct PriorTraining {
    private var dropout: Float = 0
    private var runs = 3
    private var isSparse = false
    private var checkpointing = false

    /// Nil when the arguments are not understood.
    init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let argument = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch argument {
            case "--dropout": dropout = Float(value) ?? -1
            case "--runs": runs = Int(value) ?? 0
            case "--attention": isSparse = value == "sparse"
            case "--checkpointing": checkpointing = value == "on"
            default: return nil
            }
        }
        guard (0..<1).contains(dropout), runs > 0 else { return nil }
    }

    func run() {
        printHeader("a training step of the prior publicBAIR, one clip, dropout \(dropout)")
        var random = RandomStream(seed: 1)
        var prior = publicPrior(dropout: dropout, random: &random)
        if isSparse {
            var configuration = prior.configuration
            configuration.attention = .sparse
            prior = VideoPrior(configuration, random: &random)
        }
        let sizes = prior.configuration
        let codes = random.integers(Shape([1] + sizes.latent.array), in: 0..<sizes.codes)
        let codebook: Tensor<Float> = random.normal([sizes.codes, sizes.embedding])
        let embeddings = codebook.gathered(codes.flattened(), axis: 0)
            .reshaped(codes.shape.dimensions + [sizes.embedding])
        let frame: Tensor<Float> = random.uniform([1, 1, 64, 64, 3], in: -0.5..<0.5)
        var optimiser = Adam(learningRate: 3e-4)
        var draws = random
        let time = Measurement(warmUps: 1, runs: runs) {
            let context = Context(training: true, random: draws.split(0))
            draws = draws.split(1)
            let step = valueAndGradients(of: prior, context) { model, context in
                let condition = model.condition(frames: frame, context)
                return (
                    model.loss(
                        embeddings, codes: codes, condition, checkpointing: checkpointing,
                        context), ()
                )
            }
            optimiser.update(&prior, with: step.gradients)
            return Double(step.loss)
        }
        print("step \(fixed(time.median, 2)) s (±\(fixed(time.spread * 100, 0)) %)")
        printJSON([
            "side": quoted("gestalt"), "case": quoted("prior-train"),
            "variant": quoted(
                (dropout == 0 ? "dropout 0" : "dropout \(dropout)") + (isSparse ? ", sparse" : "")),
            "threads": "\(Runtime.threads)", "runs": "\(runs)", "dtype": quoted("float32"),
            "attention_dropout": "\(sizes.attentionDropout)",
            "checkpointing": "\(checkpointing)", "seconds": fixed(time.median, 4),
            "peak_mib": fixed(peakMebibytes, 0), "loss": fixed(time.checksum, 4),
        ])
    }
}
