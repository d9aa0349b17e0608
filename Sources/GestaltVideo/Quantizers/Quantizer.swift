import GestaltNN
import GestaltTensor

/// Maps each latent to one of a finite number of codes: a codebook, FSQ, LFQ.
public protocol Quantizer: Module {
    /// The number of codes, K.
    var codeCount: Int { get }
    /// The channels of a latent and of a code's embedding, D.
    var embeddingWidth: Int { get }
    /// Quantizes latents `[N, …, D]`; in training, statistics are updated through `context`.
    func callAsFunction(_ latents: Tensor<Float>, _ context: Context) -> Quantized
    /// Returns the codes of latents alone, `[…, D]` to `[…]`, each 0 ..< K.
    /// - Precondition: no latent is NaN.
    func codes(of latents: Tensor<Float>) -> Tensor<Int32>
    /// Returns the embeddings of codes, `[…]` to `[…, D]`.
    /// - Precondition: every code is in 0 ..< K.
    func embeddings(of codes: Tensor<Int32>) -> Tensor<Float>
    /// Takes initial weights from latents `[…, D]` of the first batch, before a training from
    /// scratch; by default nothing.
    mutating func begin(with latents: Tensor<Float>, random: inout RandomStream)
}

extension Quantizer {
    public func codes(of latents: Tensor<Float>) -> Tensor<Int32> {
        self(latents, .inference).codes
    }

    public mutating func begin(with latents: Tensor<Float>, random: inout RandomStream) {}
}

/// The result of a ``Quantizer``.
public struct Quantized: Sendable {
    /// `[N, …]`, each 0 ..< K.
    public let codes: Tensor<Int32>
    /// The codes' embeddings `[N, …, D]`; gradients pass straight through to the latents.
    public let embeddings: Tensor<Float>
    /// The quantizer's part of the training loss: commitment, entropy. It may be negative.
    public let loss: Tensor<Float>
    /// `exp` of the entropy of the codes' frequencies in the batch: 1 … K.
    public let perplexity: Float
    /// The terms of the loss as they enter it, and their entropies, for logs:
    /// `commitment`, `token_entropy`.
    public let metrics: [(name: String, value: Float)]

    public init(
        codes: Tensor<Int32>, embeddings: Tensor<Float>, loss: Tensor<Float>, perplexity: Float,
        metrics: [(name: String, value: Float)] = []
    ) {
        self.codes = codes
        self.embeddings = embeddings
        self.loss = loss
        self.perplexity = perplexity
        self.metrics = metrics
    }
}
