import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import Harness

extension ScalingRow {
    /// 3×3×3 over `[batch, length, 32, 32, width]`, as many channels out as in.
    static func convolution() -> [ScalingRow] {
        let base = Sizes(batch: 1, length: 8, width: 64)
        let changed = base.changing(batches: [2, 4], lengths: [4, 16], widths: [16, 32, 128])
        return family(base, changed) { sizes in
            let x = sample([sizes.batch, sizes.length, 32, 32, sizes.width], seed: 1)
            let w = sample([3, 3, 3, sizes.width, sizes.width], seed: 2)
            let work = Double(sizes.batch * sizes.length * sizes.width * sizes.width)
            return (work, { checksum(x.convolution(w, padding: .same)) })
        }
    }

    /// Encoding of clips `[batch, length, 64, 64, 3]` by a tokenizer of strides 4×2×2 and two
    /// residual blocks, `width` wide. Work counts as if everything grew with the square of the
    /// width.
    static func tokenizer() -> [ScalingRow] {
        let base = Sizes(batch: 1, length: 8, width: 64)
        let changed = base.changing(batches: [2, 4], lengths: [4, 16], widths: [32, 128])
        return family(base, changed) { sizes in
            var random = RandomStream(seed: 1)
            let tokenizer = VQVAE(
                VQVAEConfiguration(
                    strides: .init(time: 4, height: 2, width: 2), hiddenChannels: sizes.width,
                    embeddingWidth: 64, codeCount: 512, blocks: 2), random: &random)
            let clips = sample([sizes.batch, sizes.length, 64, 64, 3], seed: 2) * 0.5
            let work = Double(sizes.batch * sizes.length * sizes.width * sizes.width)
            return (work, { Double(tokenizer.encode(clips)[scalar: 0, 0, 0, 0]) })
        }
    }

    /// The logits of clips of `length` × 16 × 16 codes, four layers, four heads, no frame. Work: the
    /// products with weights and of attention.
    static func prior() -> [ScalingRow] {
        let base = Sizes(batch: 1, length: 4, width: 192)
        let changed = base.changing(batches: [2, 4], lengths: [2, 8], widths: [96, 384])
        return family(base, changed) { sizes in
            var random = RandomStream(seed: 1)
            let prior = VideoPrior(
                PriorConfiguration(
                    latent: .init(time: sizes.length, height: 16, width: 16), codeCount: 512,
                    embeddingWidth: 64, width: sizes.width, heads: 4, layers: 4), random: &random)
            let condition = prior.condition(.inference)
            let rows = sample([sizes.batch, sizes.length, 16, 16, 64], seed: 2)
            let (tokens, width) = (Double(sizes.length * 256), Double(sizes.width))
            let layers = 4 * (12 * width * width + tokens * width)
            let work = Double(sizes.batch) * tokens * (layers + width * (64 + 512))
            return (
                work,
                { Double(prior.logits(rows, condition, .inference)[scalar: 0, 0, 0, 0, 0]) }
            )
        }
    }

    /// `valueAndGradients` of a network of two layers, mean squared error, on one thread: where the
    /// sizes are small, what recording costs. `width` inputs, hidden units and outputs.
    static func gradients() -> [ScalingRow] {
        let calls = 200
        return [8, 16, 32, 64, 128, 256].map { width in
            var random = RandomStream(seed: 1)
            let model = TwoLayers(width: width, random: &random)
            let (x, y) = (sample([8, width], seed: 2), sample([8, width], seed: 3))
            return ScalingRow(
                "batch 8, width \(width)", threads: 1, work: Double(width * width),
                repetitions: calls
            ) {
                var loss: Float = 0
                for _ in 0..<calls {
                    loss =
                        valueAndGradients(
                            of: model, Context.training(random: RandomStream(seed: 0))
                        ) { model, context in
                            ((model(x, context) - y).squared().mean(), ())
                        }.loss
                }
                return Double(loss)
            }
        }
    }
}

private struct TwoLayers: Module {
    var first: Linear
    var second: Linear

    init(width: Int, random: inout RandomStream) {
        first = Linear(width, width, random: &random)
        second = Linear(width, width, random: &random)
    }

    func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        second(first(x, context).relu(), context)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("first", &first)
        visitor.module("second", &second)
    }
}
