import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension VideoPrior {
    /// Returns the logits of every code of a clip, given the true codes before it, in one pass.
    ///
    /// - Parameter embeddings: rows of the codebook `[N, t, h, w, embedding]`.
    /// - Returns: `[N, t, h, w, codes]`.
    public func logits(
        _ embeddings: Tensor<Float>, _ condition: PriorCondition, checkpointing: Bool = false,
        _ context: Context
    ) -> Tensor<Float> {
        let x = run(
            stream(embeddings, condition, context), condition, checkpointing: checkpointing,
            context)
        return logits(of: x, condition)
    }

    /// Returns the mean cross entropy of all codes of a clip given those before, in nats.
    ///
    /// - Parameters:
    ///   - embeddings: rows of the codebook `[N, t, h, w, embedding]`.
    ///   - codes: `[N, t, h, w]`.
    ///   - checkpointing: whether to recompute each block for its gradient instead of keeping its
    ///     activations: less memory, more time.
    /// - Source: VideoGPT, `gpt.py`; the codes of the conditioning frames count, too.
    public func loss(
        _ embeddings: Tensor<Float>, codes: Tensor<Int32>, _ condition: PriorCondition,
        checkpointing: Bool = false, _ context: Context
    ) -> Tensor<Float> {
        crossEntropy(
            logits(embeddings, condition, checkpointing: checkpointing, context), codes)
    }

    /// Returns the residual stream of a clip after some of the blocks, in one pass.
    ///
    /// - Parameter layers: numbers of blocks, each in 0 … layers.
    /// - Returns: `[N, t, h, w, width]` for each of `layers`, in their order.
    public func hidden(
        _ embeddings: Tensor<Float>, layers: [Int], _ condition: PriorCondition,
        _ context: Context
    ) -> [Tensor<Float>] {
        taps(
            stream(embeddings, condition, context), layers, condition,
            clips: embeddings.shape[0], context)
    }

    /// The substitute for unknown codes.
    public enum Query: String, Codable, Sendable, CaseIterable {
        /// The start-of-sequence embedding, at every position.
        case start
        /// Zeros after the start-of-sequence embedding.
        case zeros
        /// The masked-token embedding after the start-of-sequence embedding: the input that a prior
        /// with code dropout has seen in training.
        case hidden
    }

    /// Returns the residual stream when only the condition is known: every token is the query
    /// embedding plus its position embedding; the causal mask is unchanged.
    ///
    /// - Parameters:
    ///   - query: the substitute for the codes; `.hidden` requires a prior with code dropout.
    ///   - layers: numbers of blocks, each in 0 … layers.
    ///   - clips: the number of clips; that of the condition where it has one.
    /// - Returns: `[N, t, h, w, width]` for each of `layers`, in their order.
    public func hidden(
        asking query: Query, layers: [Int], _ condition: PriorCondition, clips: Int = 1,
        _ context: Context
    ) -> [Tensor<Float>] {
        let count = clipCount(condition, clips)
        return taps(queryStream(query, condition, count), layers, condition, clips: count, context)
    }

    /// Returns the number of clips of a condition, or `clips` where it has none.
    func clipCount(_ condition: PriorCondition, _ clips: Int) -> Int {
        condition.features?.shape[0] ?? condition.classes?.count ?? clips
    }

    /// Returns the stream before the first block when no code is known: `[count, L, width]`, or
    /// `[1, L, width]` where all clips are equal there.
    func queryStream(
        _ query: Query, _ condition: PriorCondition, _ count: Int
    ) -> Tensor<Float> {
        let (tokens, width) = (configuration.tokens, configuration.width)
        let first = start.reshaped([1, 1, width])
        var all = concatenated(
            [first, unknown(query).broadcast(to: [1, tokens - 1, width])], axis: 1)
        // Conditioned on frames alone, all clips are equal up to the first cross-attention.
        if configuration.conditioning == nil || condition.classes != nil
            || condition.actions != nil || condition.aligned != nil
        {
            all = all.broadcast(to: [count, tokens, width])
        }
        return placed(all, condition)
    }

    /// Returns the embedding after the first position, `[1, 1, width]`.
    private func unknown(_ query: Query) -> Tensor<Float> {
        switch query {
        case .start: return start.reshaped([1, 1, -1])
        case .zeros: return .zeros([1, 1, configuration.width])
        case .hidden:
            guard let hiddenCode else {
                stop("VideoPrior: a prior without code dropout has no masked token")
            }
            return hiddenCode.reshaped([1, 1, -1])
        }
    }

    func taps(
        _ stream: Tensor<Float>, _ layers: [Int], _ condition: PriorCondition, clips: Int,
        _ context: Context
    ) -> [Tensor<Float>] {
        require(
            !layers.isEmpty && layers.allSatisfy { (0...configuration.layers).contains($0) },
            "VideoPrior: layers \(layers) of a prior of \(configuration.layers)")
        let last = layers.max()!
        var found: [Int: Tensor<Float>] = [:]
        _ = run(stream, condition, context) { passed, x in
            if layers.contains(passed) { found[passed] = x }
            return passed < last
        }
        let grid = [clips] + configuration.latent.array + [configuration.width]
        let rows = Shape([clips] + stream.shape.dropFirst())
        return layers.map { found[$0]!.broadcast(to: rows).reshaped(grid) }
    }
}
