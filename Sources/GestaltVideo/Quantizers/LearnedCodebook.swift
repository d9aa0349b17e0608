import GestaltChecks
import GestaltNN
import GestaltTensor

/// A table of codes learned by gradient: a latent is replaced by its nearest row, the lowest of
/// equal ones.
///
/// `loss = κ·mean (stop(e) − z)² + c·mean (e − stop(z))² + w·(H_token − H_mean)`, the entropies of
/// the softmax of −D/τ over the codes, D the squared distances: their gradients reach latents *and*
/// rows. With `isUnit` latents and rows are divided by their norms first, and everything, the
/// decoder's input included, uses the normalized ones; a few channels then suffice.
///
/// - Shapes: latents `[N, …, D]`; table `[K, D]`.
/// - Learns: `embeddings` `[K, D]`, initially uniform on ±√(3/K), drawn from the latents of the
///   first batch by ``begin(with:random:)``.
/// - Source: MAGVIT's public code, `vqvae.py` (Yu et al., 2023), with `isUnit` false.
public struct LearnedCodebook: Quantizer {
    /// The rows, `[K, D]`.
    public var embeddings: Tensor<Float>
    public let terms: VectorQuantizerConfiguration.Gradient
    /// Weight κ of the commitment loss.
    public let commitment: Float

    /// - Precondition: positive sizes.
    public init(
        codes: Int, width: Int, _ terms: VectorQuantizerConfiguration.Gradient,
        commitment: Float = 0.25, random: inout RandomStream
    ) {
        require(codes > 0 && width > 0, "LearnedCodebook: \(codes) codes of width \(width)")
        let limit = (3 / Float(codes)).squareRoot()
        embeddings = random.uniform([codes, width], in: -limit..<limit)
        self.terms = terms
        self.commitment = commitment
    }

    public var codeCount: Int { embeddings.shape[0] }
    public var embeddingWidth: Int { embeddings.shape[1] }

    public func callAsFunction(_ latents: Tensor<Float>, _ context: Context) -> Quantized {
        require(
            latents.shape[-1] == embeddingWidth,
            "LearnedCodebook: latents \(latents.shape), rows of \(embeddingWidth)")
        let (compared, table) = (scaled(latents), scaled(embeddings))
        let flat = compared.reshaped([-1, embeddingWidth])
        let ids = flat.detached.nearestRows(in: table.detached)
        let rows = table.gathered(ids, axis: 0)
        let commitment = (flat - rows.detached).squared().mean() * commitment
        let codebook = (rows - flat.detached).squared().mean() * terms.codebook
        var loss = commitment + codebook
        var metrics = [("commitment", commitment.scalar), ("codebook", codebook.scalar)]
        if terms.entropy > 0 {
            let (token, mean) = entropies(flat, table, context)
            let entropy = (token - mean) * terms.entropy
            loss = loss + entropy
            metrics += [
                ("entropy", entropy.scalar), ("token_entropy", token.scalar),
                ("mean_entropy", mean.scalar),
            ]
        }
        let codes = ids.reshaped(Shape(latents.shape.dropLast()))
        return Quantized(
            codes: codes,
            embeddings: compared.straightThrough(to: rows.detached.reshaped(latents.shape)),
            loss: loss, perplexity: CodeFrequencies(of: codes).perplexity, metrics: metrics)
    }

    public func codes(of latents: Tensor<Float>) -> Tensor<Int32> {
        let latents = latents.checkedLatents("LearnedCodebook", width: embeddingWidth)
        return scaled(latents).reshaped([-1, embeddingWidth]).nearestRows(in: scaled(embeddings))
            .reshaped(Shape(latents.shape.dropLast()))
    }

    public func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        scaled(embeddings).gathered(codes.flattened(), axis: 0)
            .reshaped(codes.shape.dimensions + [embeddingWidth])
    }

    /// Draws the rows from the latents, with repetition where they are fewer.
    public mutating func begin(with latents: Tensor<Float>, random: inout RandomStream) {
        let flat = latents.detached.reshaped([-1, embeddingWidth])
        let (count, codes) = (flat.shape[0], codeCount)
        let repeats = (codes + count - 1) / count
        let order = concatenated(
            (0..<repeats).map { _ in random.permutation(count) as Tensor<Int32> }, axis: 0)
        let rows = flat.gathered(order[0..<codes], axis: 0)
        // Equal rows would stay equal: only one of them would ever be the nearest.
        let spread = Self.repetitionNoise * rows.squared().mean().scalar.squareRoot()
        embeddings = repeats > 1 ? rows + random.normal(rows.shape) * spread : rows
    }

    /// The noise on repeated latents, as a part of their root mean square.
    private static var repetitionNoise: Float { 0.01 }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("embeddings", &embeddings)
    }

    /// `x / √max(Σx², 10⁻¹²)` along the last axis, for a unit codebook.
    private func scaled(_ x: Tensor<Float>) -> Tensor<Float> {
        guard terms.isUnit else { return x }
        let squares = x.squared().sum(axes: [-1], keepingAxes: true)
        return x * squares.clamped(min: 1e-12).reciprocalSquareRoot()
    }

    /// Returns the mean entropy of a token's affinities to the codes, and that of the mean
    /// distribution.
    private func entropies(
        _ flat: Tensor<Float>, _ table: Tensor<Float>, _ context: Context
    ) -> (token: Tensor<Float>, mean: Tensor<Float>) {
        let squares = table.squared().sum(axes: [-1])
        let distances =
            flat.squared().sum(axes: [-1], keepingAxes: true)
            - flat.matmul(table.transposed()) * 2 + squares
        let logarithms = (distances * (-1 / terms.temperature)).logSoftmax()
        let shares = logarithms.exp()
        let token = -(shares * logarithms).sum(axes: [-1]).mean()
        let mean = context.meanOfWorkers(shares.mean(axes: [0]))
        return (token, SmallProbability.added.surprise(mean))
    }
}
