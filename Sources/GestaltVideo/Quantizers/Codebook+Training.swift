import GestaltNN
import GestaltTensor

/// The random draws of a codebook, in the order in which training makes them.
package protocol CodebookDraws {
    /// Returns a random permutation of `0 ..< count`.
    mutating func permutation(_ count: Int) -> Tensor<Int32>
    /// Returns independent draws from N(0, 1).
    mutating func noise(_ shape: Shape) -> Tensor<Float>
}

struct StreamDraws: CodebookDraws {
    var random: RandomStream
    mutating func permutation(_ count: Int) -> Tensor<Int32> { random.permutation(count) }
    mutating func noise(_ shape: Shape) -> Tensor<Float> { random.normal(shape) }
}

extension Codebook {
    /// Draws the rows from the latents of the first batch.
    func initialize(
        from flat: Tensor<Float>, _ context: Context, draws: inout some CodebookDraws
    ) {
        let rows = candidates(from: flat, context, draws: &draws)
        context.update(embeddings, to: rows)
        context.update(sums, to: rows)
        context.update(usage, to: .ones([rows.shape[0]]))
        context.update(isInitialized, to: Tensor(1))
    }

    /// Moves the averages by one batch of all ranks, and redraws the codes that hardly anyone uses.
    /// - Parameter counts: latents assigned to each code on all ranks, `[K]`.
    func follow(
        _ flat: Tensor<Float>, _ ids: Tensor<Int32>, _ counts: Tensor<Float>, _ context: Context,
        draws: inout some CodebookDraws
    ) {
        let codes = counts.count
        let batchSums = context.collectives.allReduce(
            Tensor<Float>.zeros([codes, flat.shape[1]]).scatterAdded(flat, at: ids, axis: 0))
        let (old, new) = (Float(decay), Float(1 - decay))
        let newUsage = context.read(usage) * old + counts * new
        let newSums = context.read(sums) * old + batchSums * new
        let total = newUsage.sum()
        let smoothed = (newUsage + Self.smoothing) / (total + Float(codes) * Self.smoothing) * total
        let means = newSums / smoothed.expanded(axis: 1)

        let fresh = candidates(from: flat, context, draws: &draws)
        let starved = (newUsage .< Self.restartThreshold).expanded(axis: 1)
        context.update(embeddings, to: means.replacing(with: fresh, where: starved))
        context.update(usage, to: newUsage)
        context.update(sums, to: newSums)
    }

    /// Added to every code's count before the division. Source: VideoGPT, `vqvae.py`.
    private static var smoothing: Float { 1e-7 }
    /// Mean latents per batch below which a code is restarted. Source: VideoGPT, `vqvae.py`.
    private static var restartThreshold: Float { 1 }
    /// Standard deviation of the noise on repeated latents, times 1/√D. Source: VideoGPT,
    /// `vqvae.py`.
    private static var tilingNoise: Float { 0.01 }

    /// `[K, D]`: latents of rank 0's batch in random order; with fewer latents than codes, all of
    /// them repeated with a little noise.
    private func candidates(
        from flat: Tensor<Float>, _ context: Context, draws: inout some CodebookDraws
    ) -> Tensor<Float> {
        let codes = embeddings.value.shape[0]
        var pool = flat
        if flat.shape[0] < codes {
            let copies = (codes + flat.shape[0] - 1) / flat.shape[0]
            let repeated = concatenated(Array(repeating: flat, count: copies), axis: 0)
            let spread = Self.tilingNoise / Float(flat.shape[1]).squareRoot()
            pool = repeated + draws.noise(repeated.shape) * spread
        }
        let order = draws.permutation(pool.shape[0])
        return context.collectives.broadcast(pool.gathered(order[0..<codes], axis: 0), from: 0)
    }

    /// `exp(−Σ p ln(p + 1e-10))` over the frequencies of a batch.
    func perplexity(of counts: Tensor<Float>) -> Float {
        let p = counts / counts.sum()
        return (-(p * (p + 1e-10).log()).sum()).exp().scalar
    }
}
