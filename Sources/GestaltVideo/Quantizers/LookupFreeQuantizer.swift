import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor

/// Lookup-free quantization: the signs of a latent's D channels are the bits of its code, 2^D codes
/// without a table.
///
/// The value is +1 where z > 0, else −1, also at 0; gradients pass straight to z. By default the
/// first channel is the *most* significant bit, as in vector-quantize-pytorch; Open-MAGVIT2 makes
/// it the least.
///
/// `loss = w·(H_token − γ·H_mean) + κ·mean (z − stop(value))²`. A token's distribution over codes,
/// the softmax of 2β z·c, factorizes into bits with log-odds ℓ = 4βz: H_token, the mean entropy of
/// a token's bits, needs no table of codes; H_mean is the entropy of the mean distribution over
/// tokens (and workers). The difference, and with it the loss, is usually *negative*: codes certain
/// for each token and even over all. At β = 100 neither gradient reaches latents beyond ±0.05.
///
/// Above ``wholeBits`` bits the mean entropy is the sum of those of groups of bits.
/// - Source: Yu et al., *Language Model Beats Diffusion* (2023), section 3.1; Jansen et al. (2020),
///   the entropies.
public struct LookupFreeQuantizer: Quantizer {
    public let configuration: Configuration

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// The largest number of bits whose mean distribution is one table.
    public static let wholeBits = 12

    public var codeCount: Int { 1 << configuration.bits }
    public var embeddingWidth: Int { configuration.bits }

    public func callAsFunction(_ latents: Tensor<Float>, _ context: Context) -> Quantized {
        let bits = configuration.bits
        require(latents.shape[-1] == bits, "LFQ: latents \(latents.shape), \(bits) bits")
        let codes = packed(latents.detached)
        let exact = embeddings(of: codes)
        let commitment = (latents - exact).squared().mean()
        let (token, mean) = entropies(latents, context)
        let loss =
            (token - mean * configuration.diversity) * configuration.weight
            + commitment * configuration.commitment
        return Quantized(
            codes: codes, embeddings: latents.straightThrough(to: exact), loss: loss,
            perplexity: CodeFrequencies(of: codes).perplexity,
            metrics: [
                ("commitment", configuration.commitment * commitment.scalar),
                ("token_entropy", token.scalar), ("mean_entropy", mean.scalar),
            ])
    }

    public func codes(of latents: Tensor<Float>) -> Tensor<Int32> {
        packed(latents.checkedLatents("LFQ", width: configuration.bits))
    }

    /// Returns the mean entropy of a token's distribution over codes, and the entropy of the mean
    /// distribution, in nats.
    public func entropies(
        _ latents: Tensor<Float>, _ context: Context
    ) -> (token: Tensor<Float>, mean: Tensor<Float>) {
        let bits = configuration.bits
        let odds = latents.reshaped([-1, bits]) * (4 * configuration.inverseTemperature)
        let distribution = BitDistribution(odds: odds)
        let form = configuration.smallProbability
        let token =
            form == .clamped
            ? form.surprise(distribution.probabilities(of: 0..<bits)).mean()
            : distribution.tokenEntropy
        var mean = Tensor<Float>(0)
        var first = 0
        for length in configuration.groups ?? Self.usualGroups(bits: bits) {
            let own = distribution.mean(of: first..<first + length)
            mean = mean + form.surprise(context.meanOfWorkers(own))
            first += length
        }
        return (token, mean)
    }

    /// All bits, or as few groups of nearly equal lengths as ``wholeBits`` allows.
    static func usualGroups(bits: Int) -> [Int] {
        let count = (bits + wholeBits - 1) / wholeBits
        return (0..<count).map { bits * ($0 + 1) / count - bits * $0 / count }
    }

    /// The significance of channel i: the power of two of its bit.
    private func power(_ channel: Int) -> Int32 {
        let bits = configuration.bits
        return Int32(configuration.bitOrder == .most ? bits - 1 - channel : channel)
    }

    private func packed(_ latents: Tensor<Float>) -> Tensor<Int32> {
        let bits = configuration.bits
        return Tensor(uninitialized: Shape(latents.shape.dropLast())) { codes in
            latents.withScalars { values in
                for place in codes.indices {
                    var code: Int32 = 0
                    for channel in 0..<bits where values[place * bits + channel] > 0 {
                        code |= 1 << power(channel)
                    }
                    codes.initializeElement(at: place, to: code)
                }
            }
        }
    }

    public func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        let (bits, count) = (configuration.bits, codeCount)
        return Tensor(uninitialized: Shape(codes.shape.dimensions + [bits])) { values in
            codes.withScalars { codes in
                for place in codes.indices {
                    let code = codes[place]
                    require(code >= 0 && code < count, "LFQ: code \(code) of \(count)")
                    for channel in 0..<bits {
                        values.initializeElement(
                            at: place * bits + channel,
                            to: code >> power(channel) & 1 == 1 ? 1 : -1)
                    }
                }
            }
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
