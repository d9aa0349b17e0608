import GestaltTensor

/// The sum of a tensor over all ranks, differentiable: the gradient of every rank's input is the
/// sum of the gradients that the ranks' outputs receive.
struct AllReduceOperation: Operation {
    let collectives: any Collectives

    func forward(
        _ inputs: [Tensor<Float>], needs: Needs
    ) -> (value: Tensor<Float>, residual: Void) {
        (collectives.allReduce(inputs[0]), ())
    }

    func pullback(
        _ cotangent: Tensor<Float>, _ residual: Void, needs: Needs
    ) -> [Tensor<Float>?] {
        [collectives.allReduce(cotangent)]
    }
}

extension Tensor<Float> {
    /// Normalizes each channel by its mean and biased variance over the batches of all ranks:
    /// ``batchNormalized(scale:shift:epsilon:rectifies:)`` of the joined batches, within rounding.
    ///
    /// Composed of recorded operations with two exchanges each in the forward and the backward
    /// pass; a single worker uses the fused form.
    ///
    /// - Shapes: `[…, C]` in and out, the leading axes may differ between ranks; `scale` and
    ///   `shift` `[C]`.
    /// - Returns: the result of this rank, and the statistics over all ranks (constants).
    func batchNormalized(
        scale: Tensor, shift: Tensor, epsilon: Float, rectifies: Bool,
        over collectives: any Collectives
    ) -> (value: Tensor, moments: ChannelMoments<Float>) {
        let allReduce = AllReduceOperation(collectives: collectives)
        let axes = Array(0..<rank - 1)
        let rows = shape.dropLast().reduce(1, *)
        // Two digits, since a Float counts exactly only to 2²⁴.
        let digits = collectives.allReduce(
            Tensor([Float(rows / Self.digit), Float(rows % Self.digit)])
        ).scalars
        let count = Int(digits[0]) * Self.digit + Int(digits[1])
        let mean = allReduce(sum(axes: axes)) / Float(count)
        let centered = self - mean
        let variance = allReduce(centered.squared().sum(axes: axes)) / Float(count)
        let value = centered / (variance + epsilon).squareRoot() * scale + shift
        return (
            rectifies ? value.relu() : value,
            ChannelMoments(mean: mean, variance: variance, count: count)
        )
    }

    private static var digit: Int { 1 << 20 }
}
