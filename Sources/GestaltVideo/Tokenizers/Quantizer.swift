import GestaltNN
import GestaltTensor

/// Maps each latent to one of a finite number of codes: a codebook, FSQ, LFQ.
public protocol Quantizer: Module {
    /// The number of codes, K.
    var codeCount: Int { get }
    /// The channels of a latent and of a code's embedding, D.
    var embeddingWidth: Int { get }
    /// Quantizes latents `[N, t, h, w, D]`; in training, statistics are updated through `context`.
    func callAsFunction(_ latents: Tensor<Float>, _ context: Context) -> Quantized
    /// Returns the embeddings of codes, `[…]` to `[…, D]`.
    /// - Precondition: every code is in 0 ..< K.
    func embeddings(of codes: Tensor<Int32>) -> Tensor<Float>
}

/// The result of a ``Quantizer``.
public struct Quantized: Sendable {
    /// `[N, t, h, w]`, each 0 ..< K.
    public let codes: Tensor<Int32>
    /// The codes' embeddings `[N, t, h, w, D]`; gradients pass straight through to the latents.
    public let embeddings: Tensor<Float>
    /// The quantizer's part of the training loss: commitment, entropy.
    public let loss: Tensor<Float>
    /// `exp` of the entropy of the codes' frequencies in the batch: 1 … K.
    public let perplexity: Float

    public init(
        codes: Tensor<Int32>, embeddings: Tensor<Float>, loss: Tensor<Float>, perplexity: Float
    ) {
        self.codes = codes
        self.embeddings = embeddings
        self.loss = loss
        self.perplexity = perplexity
    }
}
