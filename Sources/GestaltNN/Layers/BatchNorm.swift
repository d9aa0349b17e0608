import GestaltChecks
import GestaltTensor

/// Batch normalization: each channel is normalized over all other axes, then scaled and shifted.
///
/// `y = (x − μ) / √(σ² + ε) · γ + β`. In training μ and the biased σ² are the batch's, and the
/// running statistics move towards the batch's mean and *unbiased* variance by `momentum`; in
/// inference, and for a frozen layer, the running ones are used. With several workers the batch is
/// that of all ranks, see ``Context/collectives``.
///
/// - Shapes: `[…, channels]` in and out.
/// - Learns: by default `scale` γ `[channels]`, initially ones, and `shift` β `[channels]`,
///   initially zeros.
/// - Buffers: `runningMean`, initially zeros, and `runningVariance`, initially ones, `[channels]`.
/// - Source: Ioffe and Szegedy, *Batch Normalization* (2015), algorithm 1; running statistics as
///   in PyTorch.
public struct BatchNorm: Layer {
    public var scale: Tensor<Float>?
    public var shift: Tensor<Float>?
    public var runningMean: Buffer
    public var runningVariance: Buffer
    /// The weight of a batch in the running statistics.
    public let momentum: Float
    /// The term added to the variance, in squared units of the input.
    public let epsilon: Float
    /// Whether ReLU is applied in the same pass.
    public let rectifies: Bool

    /// - Parameter affine: whether channels are scaled and shifted after the division.
    /// - Precondition: `channels` and `epsilon` are positive, `momentum` within 0 … 1.
    public init(
        channels: Int, momentum: Float = 0.1, epsilon: Float = 1e-5, affine: Bool = true,
        rectifies: Bool = false
    ) {
        require(
            channels > 0 && epsilon > 0 && (0...1).contains(momentum),
            "BatchNorm(channels: \(channels), momentum: \(momentum), epsilon: \(epsilon))")
        if affine {
            scale = .ones([channels])
            shift = .zeros([channels])
        }
        runningMean = Buffer(.zeros([channels]))
        runningVariance = Buffer(.ones([channels]))
        self.momentum = momentum
        self.epsilon = epsilon
        self.rectifies = rectifies
    }

    /// The number of channels.
    public var channels: Int { runningMean.value.count }

    /// Normalizes `x`. A batch without elements leaves the running statistics unchanged.
    ///
    /// - Precondition: the last axis of `x` has length `channels`; in training there is more than
    ///   one value per channel.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            x.rank > 0 && x.shape[-1] == channels,
            "BatchNorm: input \(x.shape) does not end in \(channels) channels")
        let scale = scale ?? .ones([channels])
        let shift = shift ?? .zeros([channels])
        guard context.trains(runningMean) else {
            return x.normalized(
                mean: context.read(runningMean), variance: context.read(runningVariance),
                scale: scale, shift: shift, epsilon: epsilon, rectifies: rectifies)
        }
        let (y, moments) =
            context.collectives.size > 1
            ? x.batchNormalized(
                scale: scale, shift: shift, epsilon: epsilon, rectifies: rectifies,
                over: context.collectives)
            : x.batchNormalized(
                scale: scale, shift: shift, epsilon: epsilon, rectifies: rectifies)
        guard moments.count > 0 else { return y }
        move(runningMean, towards: moments.mean, context)
        move(runningVariance, towards: moments.unbiasedVariance, context)
        return y
    }

    /// Returns `norm(convolution(x))`: in training the convolution accumulates the batch's
    /// statistics while writing its output, which is then read once, for normalization.
    ///
    /// - Precondition: the convolution has `channels` outputs.
    public func callAsFunction(
        after convolution: Convolution, _ x: Tensor<Float>, _ context: Context
    ) -> Tensor<Float> {
        self(convolution(x, context, gathersMoments: context.trains(runningMean)), context)
    }

    private func move(_ buffer: Buffer, towards batch: Tensor<Float>, _ context: Context) {
        context.update(buffer, to: context.read(buffer) * (1 - momentum) + batch * momentum)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("scale", &scale)
        visitor.parameter("shift", &shift)
        visitor.buffer("runningMean", &runningMean)
        visitor.buffer("runningVariance", &runningVariance)
    }
}
