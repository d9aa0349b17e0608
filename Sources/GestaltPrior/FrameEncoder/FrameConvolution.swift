import GestaltChecks
import GestaltNN
import GestaltTensor

/// A 3-D convolution over frames, without bias, padded symmetrically so that the time axis keeps
/// its length.
///
/// A single frame has only padding before and after it, so only the kernel's middle slice matters:
/// it then runs as a 2-D convolution, with exactly the same result and a third of the work. The
/// gradients of the other slices are exactly zero.
///
/// - Shapes: `[N, n, H, W, in]` to `[N, n, ⌈H / stride⌉, ⌈W / stride⌉, out]`.
/// - Learns: `weight` `[k, k, k, in, out]`, initially uniform on ±1/√(in·k³).
public struct FrameConvolution: Module {
    public var weight: Tensor<Float>
    /// The stride along height and width; along time it is 1.
    public let stride: Int

    /// - Precondition: `kernel` is odd.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, random: inout RandomStream
    ) {
        require(kernel % 2 == 1, "FrameConvolution: kernel \(kernel) is not odd")
        let shape: Shape = [kernel, kernel, kernel, inputs, outputs]
        weight = Initializer.fanInUniform(shape, fan: Fan(weight: shape), random: &random)
        self.stride = stride
    }

    public func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> {
        require(
            x.rank == 5 && x.shape[4] == weight.shape[3],
            "FrameConvolution: \(x.shape) is not [N, n, H, W, \(weight.shape[3])]")
        let half = weight.shape[0] / 2
        guard x.shape[1] == 1 else {
            return x.convolution(
                weight, stride: [1, stride, stride],
                padding: .symmetric([half, half, half]))
        }
        let image = x.squeezed(axis: 1).convolution(
            weight.selected(half, axis: 0), stride: [stride, stride],
            padding: .symmetric([half, half]))
        return image.expanded(axis: 1)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
    }
}
