import CKernels
import GestaltChecks

/// The largest element of each window, channel by channel.
struct MaxPoolingOperation<Scalar: FloatingScalar>: Operation {
    let geometry: ConvolutionGeometry

    /// The source pixel of each element; computed only for a gradient.
    typealias Residual = Tensor<Int32>?

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let windows = PatchGrid(pooling: geometry).windows
        let places = needs.any ? Storage<Int32>(count: geometry.outputShape.elementCount) : nil
        let value = pooled(inputs[0], geometry) { x, y, rows in
            withUnsafePointer(to: windows) {
                gk_largest_of_windows(
                    Scalar.variant, $0, x, rows.lowerBound, rows.count, y,
                    places.map { $0.pointer + rows.lowerBound * geometry.inputChannels })
            }
        }
        return (
            value,
            places.map { Tensor(storage: $0, layout: Layout(contiguous: geometry.outputShape)) }
        )
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ places: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let places else { return [nil] }
        let windows = PatchGrid(pooling: geometry).windows
        return [
            unpooled(cotangent, geometry) { g, image, outputs, channels, out in
                let from = places.storage.pointer + image * outputs
                withUnsafePointer(to: windows) {
                    gk_largest_of_windows_gradient(
                        Scalar.variant, $0, g, from, channels.lowerBound, channels.upperBound, out)
                }
            }
        ]
    }
}

/// The mean, or the sum, of each window, channel by channel.
struct MeanPoolingOperation<Scalar: FloatingScalar>: Operation {
    enum Divisor: Sendable { case tapsInside, allTaps, none }

    let geometry: ConvolutionGeometry
    let divisor: Divisor

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        let windows = PatchGrid(pooling: geometry).windows
        let value = pooled(inputs[0], geometry) { x, y, rows in
            withUnsafePointer(to: windows) {
                gk_mean_of_windows(
                    Scalar.variant, $0, x, rows.lowerBound, rows.count, code, y)
            }
        }
        return (value, ())
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        let windows = PatchGrid(pooling: geometry).windows
        return [
            unpooled(cotangent, geometry) { g, _, _, channels, out in
                withUnsafePointer(to: windows) {
                    gk_mean_of_windows_gradient(
                        Scalar.variant, $0, g, code, channels.lowerBound, channels.upperBound, out)
                }
            }
        ]
    }

    private var code: gk_divisor {
        switch divisor {
        case .tapsInside: gk_taps_inside
        case .allTaps: gk_taps_all
        case .none: gk_taps_none
        }
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the largest element of each window, channel by channel. Padding is never selected,
    /// NaN always is; of equal elements the first one receives the gradient.
    ///
    /// - Shapes: `[N, spatial…, C]` in and out; lengths as for a convolution.
    /// - Parameter stride: `kernel` by default.
    /// - Precondition: 1 to 3 spatial axes; less padding on a side than the kernel is long.
    public func maxPooled(
        kernel: [Int], stride: [Int]? = nil, padding: Padding = .valid
    ) -> Tensor {
        MaxPoolingOperation(geometry: .pooling(shape, kernel, stride, padding))(self)
    }

    /// Returns the mean of each window, channel by channel.
    ///
    /// - Shapes: `[N, spatial…, C]` in and out; lengths as for a convolution.
    /// - Parameters:
    ///   - stride: `kernel` by default.
    ///   - countingPadding: whether the zeros of the padding count in the mean (PyTorch's default)
    ///     or only the elements inside.
    /// - Precondition: 1 to 3 spatial axes; less padding on a side than the kernel is long.
    public func averagePooled(
        kernel: [Int], stride: [Int]? = nil, padding: Padding = .valid,
        countingPadding: Bool = true
    ) -> Tensor {
        MeanPoolingOperation(
            geometry: .pooling(shape, kernel, stride, padding),
            divisor: countingPadding ? .allTaps : .tapsInside)(self)
    }

    /// Returns the mean over all spatial axes: `[N, spatial…, C]` to `[N, C]`.
    /// - Precondition: at least one spatial axis.
    public func globalAveragePooled() -> Tensor {
        require(rank >= 3, "globalAveragePooled: \(shape) is not [N, spatial…, C]")
        return mean(axes: Array(1..<rank - 1))
    }
}

extension ConvolutionGeometry {
    /// Returns the geometry of windows over each channel, as a convolution with one group per
    /// channel.
    static func pooling(
        _ input: Shape, _ kernel: [Int], _ stride: [Int]?, _ padding: Padding
    ) -> ConvolutionGeometry {
        require(
            input.rank == kernel.count + 2 && !kernel.isEmpty,
            "pooling: a kernel \(kernel) needs [N, spatial…, C] with \(kernel.count) spatial axes,"
                + " not \(input)")
        let geometry = ConvolutionGeometry(
            input: input, weight: Shape(kernel + [1, input[-1]]), stride: stride ?? kernel,
            padding: padding, groups: input[-1])
        require(
            geometry.axes.allSatisfy { $0.before < $0.kernel && $0.after < $0.kernel },
            "pooling \(geometry): a window may not lie in the padding alone")
        return geometry
    }
}

extension PatchGrid {
    /// The windows of a pooling: all channels at once.
    init(pooling geometry: ConvolutionGeometry) {
        self.init(geometry, isTrimmed: false, groups: 1)
    }
}

/// Returns a result whose rows `body` computes from the input, in ranges.
private func pooled<Scalar: FloatingScalar>(
    _ x: Tensor<Scalar>, _ geometry: ConvolutionGeometry,
    _ body: (UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>, Range<Int>) -> Void
) -> Tensor<Scalar> {
    Tensor(uninitialized: geometry.outputShape) { target in
        guard let y = target.baseAddress, !target.isEmpty else { return }
        let channels = geometry.outputChannels
        let work = max(1, channels * geometry.kernelCount)
        x.withScalars { x in
            parallelChunks(
                count: geometry.outputPixels, minimumChunk: max(1, parallelThreshold / work),
                alignment: 1
            ) { rows in
                body(x.baseAddress!, y + rows.lowerBound * channels, rows)
            }
        }
    }
}

/// Returns a gradient of the input whose images `body` computes, some channels at a time, from the
/// cotangent of the image: `(cotangent, image, outputs of an image, channels, gradient)`.
private func unpooled<Scalar: FloatingScalar>(
    _ cotangent: Tensor<Scalar>, _ geometry: ConvolutionGeometry,
    _ body: (UnsafePointer<Scalar>, Int, Int, Range<Int>, UnsafeMutablePointer<Scalar>) -> Void
) -> Tensor<Scalar> {
    Tensor(uninitialized: geometry.inputShape) { target in
        guard let x = target.baseAddress, !target.isEmpty else { return }
        let (batch, channels) = (geometry.batch, geometry.inputChannels)
        let outputs = geometry.outputPixels / batch * channels
        let inputs = geometry.inputPixels / batch * channels
        // Whole images if there are enough, otherwise blocks of channels: no two tasks overlap.
        let isSmall = target.count < parallelThreshold
        let blocks =
            isSmall || batch >= 2 * Runtime.threads
            ? 1 : max(1, min(Runtime.threads, channels / 16))
        cotangent.withScalars { g in
            parallelFor(batch * blocks) { task in
                let (image, block) = (task / blocks, task % blocks)
                body(
                    g.baseAddress! + image * outputs, image, outputs,
                    channels * block / blocks..<channels * (block + 1) / blocks, x + image * inputs)
            }
        }
    }
}
