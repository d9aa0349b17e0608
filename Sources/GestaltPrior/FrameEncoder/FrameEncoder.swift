import GestaltChecks
import GestaltNN
import GestaltTensor

/// The residual network that encodes conditioning frames into features for the prior: a ResNet-34
/// of 3-D convolutions with a small stem, normalized over channels at each position.
///
/// - Shapes: frames `[N, n, H, W, 3]` in −0.5…0.5 to features `[N, n, ⌈H/4⌉, ⌈W/4⌉, outputWidth]`.
/// - Source: VideoGPT, `resnet.py`; He et al., *Deep Residual Learning* (2015), table 1.
public struct FrameEncoder: Module {
    public let configuration: FrameEncoderConfiguration
    public var stem: FrameConvolution
    public var stemNorm: LayerNorm
    public var groups: [ResidualGroup]

    public init(_ configuration: FrameEncoderConfiguration, random: inout RandomStream) {
        self.configuration = configuration
        stem = FrameConvolution(3, configuration.width, kernel: 3, random: &random)
        stemNorm = LayerNorm(width: configuration.width)
        groups = []
        var inputs = configuration.width
        var stride = 1
        for (index, outputs) in configuration.channels.enumerated() {
            let next = FrameEncoderConfiguration.strides[index]
            groups.append(
                ResidualGroup(
                    inputs, outputs, blocks: configuration.blocks[index], stride: next / stride,
                    random: &random))
            (inputs, stride) = (outputs, next)
        }
    }

    public func callAsFunction(_ frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        stages(frames, context)[3]
    }

    /// Returns the output of each of the four groups, finest first: `[N, n, H/s, W/s, channels]`
    /// with the strides 1, 2, 4, 4 and the channels of the configuration.
    public func stages(_ frames: Tensor<Float>, _ context: Context) -> [Tensor<Float>] {
        require(
            frames.rank == 5 && frames.shape[4] == 3,
            "FrameEncoder: frames \(frames.shape) are not [N, n, H, W, 3]")
        var x = context.part("stemNorm") { stemNorm(stem(frames), context) }.relu()
        return groups.enumerated().map { index, group in
            x = context.part("groups.\(index)") { group(x, context) }
            return x
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("stem", &stem)
        visitor.module("stemNorm", &stemNorm)
        visitor.modules("groups", &groups)
    }
}

/// Residual blocks of one size; the first applies the stride and the change of channels.
public struct ResidualGroup: Module {
    public var blocks: [FrameBlock]

    public init(
        _ inputs: Int, _ outputs: Int, blocks count: Int, stride: Int, random: inout RandomStream
    ) {
        blocks = []
        for index in 0..<count {
            blocks.append(
                FrameBlock(
                    index == 0 ? inputs : outputs, outputs, stride: index == 0 ? stride : 1,
                    projects: index == 0, random: &random))
        }
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        var x = x
        for (index, block) in blocks.enumerated() {
            x = context.part("blocks.\(index)") { block(x, context) }
        }
        return x
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.modules("blocks", &blocks)
    }
}

/// `relu(shortcut(x) + relu(norm2(conv2(relu(norm1(conv1(x)))))))`: rectified before and after the
/// sum. The first block of a group has a learned shortcut, a 1×1×1 convolution with a norm, even
/// where no shape changes; the others use the identity.
///
/// - Shapes: `[N, n, H, W, in]` to `[N, n, ⌈H / stride⌉, ⌈W / stride⌉, out]`.
/// - Source: VideoGPT, `resnet.py`, `ResidualBlock`.
public struct FrameBlock: Module {
    public var projection: FrameConvolution?
    public var projectionNorm: LayerNorm?
    public var conv1: FrameConvolution
    public var norm1: LayerNorm
    public var conv2: FrameConvolution
    public var norm2: LayerNorm

    public init(
        _ inputs: Int, _ outputs: Int, stride: Int, projects: Bool, random: inout RandomStream
    ) {
        if projects {
            projection = FrameConvolution(
                inputs, outputs, kernel: 1, stride: stride, random: &random)
            projectionNorm = LayerNorm(width: outputs)
        }
        conv1 = FrameConvolution(inputs, outputs, kernel: 3, stride: stride, random: &random)
        norm1 = LayerNorm(width: outputs)
        conv2 = FrameConvolution(outputs, outputs, kernel: 3, random: &random)
        norm2 = LayerNorm(width: outputs)
    }

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        var shortcut = x
        if let projection, let projectionNorm {
            shortcut = projectionNorm(projection(x), context)
        }
        let inner = norm1(conv1(x), context).relu()
        return (shortcut + norm2(conv2(inner), context).relu()).relu()
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("projection", &projection)
        visitor.module("projectionNorm", &projectionNorm)
        visitor.module("conv1", &conv1)
        visitor.module("norm1", &norm1)
        visitor.module("conv2", &conv2)
        visitor.module("norm2", &norm2)
    }
}
