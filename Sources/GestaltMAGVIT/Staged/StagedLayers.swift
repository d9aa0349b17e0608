import GestaltNN
import GestaltTensor

/// A convolution over time, height and width, of whose kernel an axis may be missing: k − 1 zeros
/// before the clip along time, (k − 1)/2 on both sides of rows and columns.
///
/// - Shapes: `[N, T, H, W, in]` to `[N, T/s, H/s′, W/s′, out]`.
/// - Learns: `weight` `[k…, in, out]`, `bias` `[out]`.
public struct StagedConvolution: Module {
    public var weight: Tensor<Float>
    public var bias: Tensor<Float>
    /// Frames, rows and columns of the kernel; of those that are 1 `weight` may lack the axis.
    let kernel: [Int]
    let stride: [Int]

    /// - Parameter axes: the axes of the kernel that `weight` has.
    init(
        _ inputs: Int, _ outputs: Int, kernel: [Int], axes: Range<Int> = 0..<3,
        stride: [Int] = [1, 1, 1], random: inout RandomStream
    ) {
        let fan = Fan(input: inputs * kernel.reduce(1, *), output: outputs)
        weight = Initializer.fanInUniform(
            Shape(kernel[axes] + [inputs, outputs]), fan: fan, random: &random)
        bias = Initializer.fanInUniform([outputs], fan: fan, random: &random)
        self.kernel = kernel
        self.stride = stride
    }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
        let sides = [kernel[1] / 2, kernel[2] / 2]
        let after = zip(sides, stride.dropFirst()).map { $1 == 1 ? $0 : 0 }
        return x.convolution(
            weight.reshaped(Shape(kernel + weight.shape.suffix(2))), bias: bias, stride: stride,
            padding: .explicit(before: [kernel[0] - 1] + sides, after: [0] + after),
            framewise: true)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
        visitor.parameter("bias", &bias)
    }
}

/// `x + gate(elu(mix(elu(conv(x)))))`: a causal convolution, a 1×1×1 one, and a factor for each
/// channel of each frame.
public struct StagedUnit: Module {
    public var conv: StagedConvolution
    public var mix: StagedConvolution
    public var gate: FrameGate

    init(_ channels: Int, kernel: Int, random: inout RandomStream) {
        conv = StagedConvolution(
            channels, channels, kernel: [kernel, kernel, kernel], random: &random)
        mix = StagedConvolution(channels, channels, kernel: [1, 1, 1], random: &random)
        gate = FrameGate(channels, random: &random)
    }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
        x + gate(mix(conv(x).elu()).elu())
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("conv", &conv)
        visitor.module("mix", &mix)
        visitor.module("gate", &gate)
    }
}

/// Multiplies the channels of each frame by factors in 0…1 that two small layers compute from its
/// mean cell, weighted by a softmax over its cells.
///
/// - Shapes: `[N, T, H, W, C]` in and out.
/// - Source: Cao et al., *Global Context Networks* (2020).
public struct FrameGate: Module {
    public var scores: StagedConvolution
    public var up: StagedConvolution
    public var down: StagedConvolution

    init(_ channels: Int, random: inout RandomStream) {
        func layer(_ inputs: Int, _ outputs: Int) -> StagedConvolution {
            StagedConvolution(inputs, outputs, kernel: [1, 1, 1], axes: 1..<3, random: &random)
        }
        let hidden = max(16, channels / 2)
        scores = layer(channels, 1)
        up = layer(channels, hidden)
        down = layer(hidden, channels)
        // Nearly closed: a fresh unit is the identity.
        down.weight = .zeros(down.weight.shape)
        down.bias = Tensor(repeating: -10, shape: [channels])
    }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
        let (n, t, channels) = (x.shape[0], x.shape[1], x.shape[4])
        let shares = scores(x).reshaped([n, t, -1, 1]).softmax(axis: 2)
        let mean = (x.reshaped([n, t, -1, channels]) * shares).sum(axes: [2])
        let hidden = up(mean.reshaped([n, t, 1, 1, channels]))
        let leaky = hidden.clamped(min: 0) + hidden.clamped(max: 0) * 0.1
        return x * down(leaky).sigmoid()
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("scores", &scores)
        visitor.module("up", &up)
        visitor.module("down", &down)
    }
}

/// One stage of an encoder or a decoder: residual units, or one convolution that halves or doubles.
///
/// A doubling of space is a 1×1 convolution to 4·C channels, swish, and cells from channels
/// `c·4 + row·2 + column`; one of time to 2·C channels, `c·2 + frame`.
public struct StagedStage: Module {
    /// Empty for a halving or doubling.
    public var units: [StagedUnit]
    /// Nil for residual units.
    public var convolution: StagedConvolution?
    let kind: StagedConfiguration.Stage.Kind
    let isDoubling: Bool

    /// - Parameters:
    ///   - inputs: the channels before the stage of the encoder.
    ///   - isDoubling: whether it is the decoder's.
    init(
        _ stage: StagedConfiguration.Stage, _ inputs: Int, kernel: Int, isDoubling: Bool,
        random: inout RandomStream
    ) {
        kind = stage.kind
        self.isDoubling = isDoubling
        units = []
        guard let width = stage.width else {
            for _ in 0..<(stage.count ?? 1) {
                units.append(StagedUnit(inputs, kernel: kernel, random: &random))
            }
            return
        }
        let axes = kind == .space ? 1..<3 : 0..<1
        let factor = kind == .space ? 4 : 2
        convolution =
            isDoubling
            ? StagedConvolution(
                width, factor * inputs, kernel: [1, 1, 1], axes: axes, random: &random)
            : StagedConvolution(
                inputs, width, kernel: kind == .space ? [1, 3, 3] : [3, 1, 1], axes: axes,
                stride: kind == .space ? [1, 2, 2] : [2, 1, 1], random: &random)
    }

    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
        guard let convolution else { return units.reduce(x) { $1($0) } }
        let y = convolution(x)
        return isDoubling ? spread(y.silu()) : y
    }

    /// Moves channels to cells, the channel outermost.
    private func spread(_ y: Tensor<Float>) -> Tensor<Float> {
        let (n, t, h, w) = (y.shape[0], y.shape[1], y.shape[2], y.shape[3])
        guard kind == .space else {
            let channels = y.shape[4] / 2
            return y.reshaped([n, t, h, w, channels, 2]).permuted([0, 1, 5, 2, 3, 4])
                .reshaped([n, 2 * t, h, w, channels])
        }
        let channels = y.shape[4] / 4
        return y.reshaped([n, t, h, w, channels, 2, 2]).permuted([0, 1, 2, 5, 3, 6, 4])
            .reshaped([n, t, 2 * h, 2 * w, channels])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.modules("units", &units)
        visitor.module("convolution", &convolution)
    }
}
