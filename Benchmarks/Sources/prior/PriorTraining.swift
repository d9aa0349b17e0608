import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import Harness
import Kernels

/// A training step of the prior on one clip: frame encoder, 4096 codes, backward pass, Adam.
struct PriorTraining {
    private let dropout: Float
    private let runs: Int
    private let isSparse: Bool
    private let checkpointing: Bool

    init(_ options: inout Options) {
        dropout = Float(options.share("--dropout", default: 0))
        runs = options.number("--runs", default: 3)
        isSparse =
            options.choice("--attention", of: ["full", "sparse"], default: "full") == "sparse"
        checkpointing = options.flag("--checkpointing")
        options.finish()
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
        let codes = random.integers(Shape([1] + sizes.latent.array), in: 0..<sizes.codeCount)
        let codebook: Tensor<Float> = random.normal([sizes.codeCount, sizes.embeddingWidth])
        let embeddings = codebook.gathered(codes.flattened(), axis: 0)
            .reshaped(codes.shape.dimensions + [sizes.embeddingWidth])
        let frame: Tensor<Float> = random.uniform([1, 1, 64, 64, 3], in: -0.5..<0.5)
        var optimizer = Adam(learningRate: 3e-4)
        var draws = random
        let time = Measurement(warmUps: 1, runs: runs) {
            let context = Context.training(random: draws.split(0))
            draws = draws.split(1)
            let step = valueAndGradients(of: prior, context) { model, context in
                let condition = model.condition(frames: frame, context)
                return (
                    model.loss(
                        embeddings, codes: codes, condition, checkpointing: checkpointing,
                        context), ()
                )
            }
            optimizer.update(&prior, with: step.gradients)
            return Double(step.loss)
        }
        print("step \(fixed(time.median, 2)) s (±\(fixed(time.spread * 100, 0)) %)")
        printRecord(
            "prior-train",
            (dropout == 0 ? "dropout 0" : "dropout \(dropout)") + (isSparse ? ", sparse" : ""),
            time,
            [
                "attention_dropout": "\(sizes.attentionDropout)",
                "form": quoted(checkpointing ? "recomputed blocks" : ""),
                "loss": fixed(time.checksum, 4),
            ])
    }
}
