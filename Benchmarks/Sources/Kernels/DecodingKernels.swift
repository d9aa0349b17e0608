import GestaltNN
import GestaltPrior
import GestaltTensor
import Harness

extension Kernel {
    /// A step of sampling at the middle of the clip: products of one row with every weight.
    static func decoding() -> [Kernel] {
        [("float32", DecodingFormat.float32), ("bfloat16", .bfloat16)].map { name, format in
            Kernel(memory: "decoding step \(name)") {
                let (weights, cache, middle) = decoder(format)
                var random = RandomStream(seed: 3)
                var codes = Tensor<Int32>([7])
                let body = {
                    cache.move(to: middle)
                    codes = random.categorical(weights.logits(after: codes, cache))
                    return Double(codes[scalar: 0])
                }
                let bytes = weights.bytesReadPerStep + cache.bytesRead(at: middle)
                return (body, Double(bytes))
            }
        }
    }

    private static func decoder(
        _ format: DecodingFormat
    ) -> (DecodingWeights, DecodingCache, middle: Int) {
        var random = RandomStream(seed: 1)
        let prior = publicPrior(dropout: 0, random: &random)
        let codebook: Tensor<Float> = random.normal([2048, 256])
        let condition = prior.condition(
            frames: random.uniform([1, 1, 64, 64, 3], in: -0.5..<0.5), .inference)
        let weights = DecodingWeights(prior, codebook: codebook, format: format)
        let cache = DecodingCache(weights, condition, clips: [0])
        let middle = prior.configuration.tokens / 2
        cache.fill(to: middle, random: RandomStream(seed: 2))
        return (weights, cache, middle)
    }
}
