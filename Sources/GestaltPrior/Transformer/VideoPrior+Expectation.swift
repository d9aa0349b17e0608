import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVideo

extension VideoPrior {
    /// Returns the residual stream when only the condition is known, with the codes that the prior
    /// itself expects in place of the unknown ones.
    ///
    /// The first pass asks as ``hidden(asking:layers:_:clips:_:)`` does. Every refinement replaces
    /// the embedding of each code by its expectation under the logits of the pass before,
    /// `Σₖ softmax(logits)ₖ · codebookₖ`, all positions at once (a Jacobi iteration): after r
    /// refinements the first r codes have expectations that depend on expectations of the codes
    /// before alone, as in ancestral sampling. Differentiable.
    ///
    /// - Parameters:
    ///   - refinements: 0 or more; with 0 the stream of the query alone.
    ///   - codebook: the embeddings of all codes, `[codes, embedding]`.
    ///   - clips: the number of clips; that of the condition where it has one.
    /// - Returns: `[N, t, h, w, width]` for each of `layers`, in their order.
    /// - Precondition: `refinements` is not negative; the codebook has the codes and the embedding
    ///   width of the configuration.
    /// - Complexity: a pass over all positions for each refinement, and one more.
    public func hidden(
        asking query: Query, refinements: Int, codebook: Tensor<Float>, layers: [Int],
        _ condition: PriorCondition, clips: Int = 1, _ context: Context
    ) -> [Tensor<Float>] {
        let count = clipCount(condition, clips)
        let stream = expectedStream(
            query, refinements, codebook, condition, count, context)
        return taps(stream, layers, condition, clips: count, context)
    }

    /// Returns the expected embedding of each code after refinements, as
    /// ``hidden(asking:refinements:codebook:layers:_:clips:_:)`` makes them.
    ///
    /// - Returns: `[N, t, h, w, embedding]`.
    public func expectedEmbeddings(
        asking query: Query, refinements: Int, codebook: Tensor<Float>,
        _ condition: PriorCondition, clips: Int = 1, _ context: Context
    ) -> Tensor<Float> {
        let count = clipCount(condition, clips)
        let stream = expectedStream(
            query, refinements, codebook, condition, count, context)
        return expectation(stream, codebook, condition, count, context)
    }

    /// Returns the stream before the first block after some refinements.
    private func expectedStream(
        _ query: Query, _ refinements: Int, _ codebook: Tensor<Float>,
        _ condition: PriorCondition, _ count: Int, _ context: Context
    ) -> Tensor<Float> {
        require(
            refinements >= 0
                && codebook.shape == [configuration.codeCount, configuration.embeddingWidth],
            "VideoPrior: \(refinements) refinements with a codebook \(codebook.shape) of "
                + "\(configuration.codeCount) codes with \(configuration.embeddingWidth) channels")
        var x = queryStream(query, condition, count)
        for _ in 0..<refinements {
            let expected = expectation(x, codebook, condition, count, context)
            x = stream(expected, condition, context)
        }
        return x
    }

    /// Returns the expected embeddings under the logits of a stream, `[N, t, h, w, embedding]`.
    private func expectation(
        _ stream: Tensor<Float>, _ codebook: Tensor<Float>, _ condition: PriorCondition,
        _ count: Int, _ context: Context
    ) -> Tensor<Float> {
        let scores = logits(of: run(stream, condition, context), condition)
        let rows = scores.reshaped([-1, configuration.codeCount]).softmax(axis: -1)
        let expected = rows.matmul(codebook)
            .reshaped([scores.shape[0]] + configuration.latent.array + [-1])
        let shape = [count] + configuration.latent.array + [configuration.embeddingWidth]
        return expected.broadcast(to: Shape(shape))
    }
}
