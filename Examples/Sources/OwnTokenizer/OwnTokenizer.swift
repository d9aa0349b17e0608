import Gestalt
import GestaltCommand

/// The `gestalt` program with a tokenizer of its own: `OwnTokenizer train tokenizer --kind patches …`.
@main
struct OwnTokenizer {
    static func main() {
        GestaltProgram.run { try ModelKinds.register(PatchTokenizer.self) }
    }
}

/// A linear map of each patch of a clip to bits, and back: 2^bits codes.
struct PatchTokenizer: VideoTokenizer {
    struct Configuration: VideoTokenizerConfiguration {
        static let kind = "patches"
        static let presets: KeyValuePairs<String, Self> = ["small": Self()]
        var strides = Extent3(time: 4, height: 4, width: 4)
        var bits = 10
        var codeCount: Int { 1 << bits }
        var embeddingWidth: Int { bits }
        var summary: String { "patch tokenizer, strides \(strides), \(bits) bits" }

        func validate() throws(ConfigurationError) {
            guard (1...16).contains(bits) else {
                throw .invalid("bits", expected: "1 to 16", found: bits)
            }
        }

        func tokenizer(random: inout RandomStream) -> any VideoTokenizer {
            PatchTokenizer(self, random: &random)
        }
    }

    let configuration: Configuration
    var encoder: Linear
    var quantizer: SignQuantizer
    var decoder: Linear

    init(_ configuration: Configuration, random: inout RandomStream) {
        self.configuration = configuration
        let patch = 3 * configuration.strides.count
        encoder = Linear(patch, configuration.bits, random: &random)
        quantizer = SignQuantizer(bits: configuration.bits)
        decoder = Linear(configuration.bits, patch, random: &random)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("quantizer", &quantizer)
        visitor.module("decoder", &decoder)
    }

    func encode(_ clips: Tensor<Float>) -> Tensor<Int32> {
        quantizer(continuous(clips, .inference), .inference).codes
    }

    func decode(_ codes: Tensor<Int32>) -> Tensor<Float> {
        clips(decoder(embeddings(of: codes), .inference))
    }

    func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> { quantizer.embeddings(of: codes) }

    func trainingPass(_ clips: Tensor<Float>, _ context: Context) -> TokenizerPass {
        let quantized = quantizer(continuous(clips, context), context)
        let decoded = self.clips(decoder(quantized.embeddings, context))
        let loss = (decoded - clips).squared().mean()
        return TokenizerPass(
            loss: loss + quantized.loss,
            metrics: [("reconstruction", loss.scalar), ("perplexity", quantized.perplexity)])
    }

    var latents: [(name: String, channels: Int)] { [("continuous", configuration.bits)] }

    func latents(of clips: Tensor<Float>, _ name: String, _ context: Context) -> Tensor<Float> {
        continuous(clips, context)
    }

    /// `[N, T, H, W, 3]` to `[N, t, h, w, bits]`.
    private func continuous(_ clips: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let (s, shape) = (configuration.strides, clips.shape)
        let grid = [shape[1] / s.time, shape[2] / s.height, shape[3] / s.width]
        let split = clips.reshaped([
            shape[0], grid[0], s.time, grid[1], s.height, grid[2], s.width, 3,
        ])
        let patches = split.permuted([0, 1, 3, 5, 2, 4, 6, 7])
        return encoder(patches.reshaped([shape[0], grid[0], grid[1], grid[2], -1]), context)
    }

    /// Patches `[N, t, h, w, 3 · stride³]` to clips `[N, T, H, W, 3]`.
    private func clips(_ patches: Tensor<Float>) -> Tensor<Float> {
        let (s, shape) = (configuration.strides, patches.shape)
        return patches.reshaped([
            shape[0], shape[1], shape[2], shape[3], s.time, s.height, s.width, 3,
        ]).permuted([0, 1, 4, 2, 5, 3, 6, 7]).reshaped([
            shape[0], shape[1] * s.time, shape[2] * s.height, shape[3] * s.width, 3,
        ])
    }
}

/// The signs of a latent's channels as the bits of its code; gradients pass straight through.
struct SignQuantizer: Quantizer {
    let bits: Int
    var codeCount: Int { 1 << bits }
    var embeddingWidth: Int { bits }

    func callAsFunction(_ latents: Tensor<Float>, _ context: Context) -> Quantized {
        let codes = Tensor<Int32>(uninitialized: Shape(latents.shape.dropLast())) { codes in
            latents.withScalars { values in
                for place in codes.indices {
                    codes[place] = (0..<bits).reduce(0) {
                        values[place * bits + $1] > 0 ? $0 | 1 << Int32($1) : $0
                    }
                }
            }
        }
        let exact = embeddings(of: codes)
        let used = Set(codes.flattened().scalars)
        return Quantized(
            codes: codes, embeddings: (exact - latents.detached) + latents,
            loss: (latents - exact).squared().mean() * 0.1, perplexity: Float(used.count))
    }

    func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        Tensor<Float>(uninitialized: Shape(codes.shape.dimensions + [bits])) { rows in
            codes.withScalars { codes in
                for place in rows.indices {
                    rows[place] = codes[place / bits] >> Int32(place % bits) & 1 == 1 ? 1 : -1
                }
            }
        }
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
