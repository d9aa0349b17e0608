import GestaltChecks
import GestaltNN
import GestaltTensor

/// The table of codes: a latent is replaced by its nearest row, and the rows follow the latents as
/// moving averages.
///
/// Nothing here is a parameter. In training each pass updates, with decay γ, n_k latents assigned
/// to code k and their sum s_k:
/// `N ← γN + (1−γ)n`, `S ← γS + (1−γ)s`, `e_k ← S_k / N̂_k`, N̂ being N smoothed so that no code
/// divides by zero. A code with N < 1 is redrawn from the batch. With several workers n and s are
/// summed over all ranks, and rank 0 draws for all, see `Context.collectives`.
///
/// - Shapes: latents `[N, t, h, w, D]`; table `[K, D]`.
/// - Source: VideoGPT, `vqvae.py`, `Codebook`; van den Oord et al. (2017), appendix A.1.
public struct Codebook: Quantizer {
    /// The rows, `[K, D]`.
    public var embeddings: Buffer
    /// Moving average of the number of latents assigned to each code per batch, `[K]`.
    public var usage: Buffer
    /// Moving average of the sum of the latents assigned to each code, `[K, D]`.
    public var sums: Buffer
    /// 1 once the rows have been drawn from data, else 0; saved with the model, so that a resumed
    /// run keeps its codebook.
    public var isInitialized: Buffer
    public let decay: Double
    /// Weight of the commitment loss.
    public let commitment: Float

    /// Draws the rows from N(0, 1); the first training pass replaces them by latents of its batch.
    public init(
        codes: Int, width: Int, decay: Double = 0.99, commitment: Float = 0.25,
        random: inout RandomStream
    ) {
        let rows: Tensor<Float> = random.normal([codes, width])
        embeddings = Buffer(rows)
        usage = Buffer(.zeros([codes]))
        sums = Buffer(rows)
        isInitialized = Buffer(.zeros([]))
        self.decay = decay
        self.commitment = commitment
    }

    public var codeCount: Int { embeddings.value.shape[0] }
    public var embeddingWidth: Int { embeddings.value.shape[1] }

    /// Quantizes with the loss `commitment · mean((z − e)²)`; only the latents z receive its
    /// gradient.
    public func callAsFunction(_ latents: Tensor<Float>, _ context: Context) -> Quantized {
        var draws = StreamDraws(random: context.random)
        defer { context.random = draws.random }
        return quantize(latents, context, draws: &draws)
    }

    /// Quantizes with random draws of the caller, such as recorded ones.
    package func quantize(
        _ latents: Tensor<Float>, _ context: Context, draws: inout some CodebookDraws
    ) -> Quantized {
        let width = embeddings.value.shape[1]
        require(
            latents.shape[-1] == width, "Codebook: latents \(latents.shape), rows of \(width)")
        let flat = latents.detached.reshaped([-1, width])
        let trains = context.trains(embeddings)
        if trains, context.read(isInitialized).scalar == 0 {
            initialize(from: flat, context, draws: &draws)
        }
        let table = context.read(embeddings)
        let ids = flat.nearestRows(in: table)
        let rows = table.gathered(ids, axis: 0)
        let own = codeCounts(ids)
        let counts = trains ? context.collectives.allReduce(own) : own
        if trains { follow(flat, ids, counts, context, draws: &draws) }

        let exact = rows.reshaped(latents.shape)
        let loss = (latents - exact).squared().mean() * commitment
        // The sum (e − z) + z rounds as the original's does; only z carries a gradient.
        let passed = (exact - latents.detached) + latents
        return Quantized(
            codes: ids.reshaped(Shape(latents.shape.dropLast())), embeddings: passed,
            loss: loss, perplexity: perplexity(of: counts),
            metrics: [("commitment", loss.scalar)])
    }

    /// Returns the exact rows of `codes`, `[…]` to `[…, D]`.
    /// - Precondition: every id is in 0 ..< K.
    public func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        let width = embeddings.value.shape[1]
        return embeddings.value.gathered(codes.flattened(), axis: 0)
            .reshaped(codes.shape.dimensions + [width])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.buffer("embeddings", &embeddings)
        visitor.buffer("usage", &usage)
        visitor.buffer("sums", &sums)
        visitor.buffer("isInitialized", &isInitialized)
    }

    private func codeCounts(_ ids: Tensor<Int32>) -> Tensor<Float> {
        var counts = [Float](repeating: 0, count: embeddings.value.shape[0])
        ids.withScalars { for id in $0 { counts[Int(id)] += 1 } }
        return Tensor(counts)
    }
}
