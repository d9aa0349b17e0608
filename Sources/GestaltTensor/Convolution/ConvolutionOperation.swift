import CKernels

/// A convolution or a transposed convolution with bias and activation. Inputs: x, weight and, if
/// there is one, bias.
struct ConvolutionOperation<Scalar: FloatingScalar>: Operation {
    let geometry: ConvolutionGeometry
    let direction: ConvolutionDirection
    let activation: FusedActivation
    /// Whether the sums of the value's channels are accumulated in the same pass and kept with it.
    var gathersMoments = false

    /// The input if the weight's gradient is required, the weight if the input's is, the value if
    /// the activation's gradient is derived from it.
    typealias Residual = (x: Tensor<Scalar>?, weight: Tensor<Scalar>?, value: Tensor<Scalar>?)

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let (x, weight) = (inputs[0].contiguous(), inputs[1].contiguous())
        var pass = ConvolutionPass(
            geometry, .forward(x: x, weight: weight), direction: direction,
            bias: inputs.count > 2 ? inputs[2] : nil, activation: activation)
        if gathersMoments { pass.moments = OutputMoments(channels: geometry.outputChannels) }
        let value = pass.run()
        if let sums = pass.moments?.total(rows: geometry.outputPixels) {
            value.storage.attach(sums)
        }
        return (
            value,
            (
                needs[1] ? x : nil, needs[0] ? weight : nil,
                activation == .relu && needs.any ? value : nil
            )
        )
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let g = kept.value.map { reluGradient(cotangent, of: $0) } ?? cotangent.contiguous()
        func gradient(_ computation: ConvolutionPass<Scalar>.Computation) -> Tensor<Scalar> {
            ConvolutionPass(geometry, computation, direction: direction).run()
        }
        return [
            kept.weight.map { gradient(.inputGradient(cotangent: g, weight: $0)) },
            kept.x.map { gradient(.weightGradient(x: $0, cotangent: g)) },
            needs[2] ? columnSums(g) : nil,
        ]
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the convolution (cross-correlation) over 1 to 3 spatial axes:
    /// `y[n, q, o] = activation(bias[o] + Σ_κ,c x[n, q·stride − before + κ·dilation, c] ·
    /// weight[κ, c, o])`, x being 0 outside.
    ///
    /// - Shapes: this `[N, spatial…, Cin]`, weight `[kernel…, Cin / groups, Cout]`, bias `[Cout]`,
    ///   result `[N, spatial…, Cout]`; a spatial axis of length n becomes
    ///   `(n + before + after − dilation·(kernel − 1) − 1) / stride + 1`, rounded down.
    /// - Parameters:
    ///   - stride: one number per spatial axis; empty: ones.
    ///   - dilation: one number per spatial axis; empty: ones.
    ///   - groups: divides both channel counts; group i of the outputs sees group i of the inputs.
    ///   - framewise: whether each frame of the result, a position along the outermost of three
    ///     axes, is equal to the bit whatever the other frames, their number, the batch and the
    ///     padding along that axis: it depends on the frames that it reads alone. No algorithm then
    ///     tiles that axis, which costs some speed. Gradients make no such promise. It holds for a
    ///     fixed number of threads and instruction set.
    /// - Precondition: ranks that agree, positive strides, dilations and groups, padding not
    ///   negative, channels that fit the weight and divide by `groups`, at least one output along
    ///   every axis.
    public func convolution(
        _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [], padding: Padding = .valid,
        dilation: [Int] = [], groups: Int = 1, activation: FusedActivation = .none,
        framewise: Bool = false
    ) -> Tensor {
        convolution(
            weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
            groups: groups, activation: activation, framewise: framewise, gathersMoments: false)
    }

    /// Returns the same convolution with optional channel sums.
    ///
    /// - Parameter gathersMoments: Whether the result's channels are summed as they are written, so
    ///   that ``batchNormalized(scale:shift:epsilon:rectifies:)`` of it needs no separate pass for
    ///   the statistics.
    package func convolution(
        _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [], padding: Padding = .valid,
        dilation: [Int] = [], groups: Int = 1, activation: FusedActivation = .none,
        framewise: Bool = false, gathersMoments: Bool
    ) -> Tensor {
        let geometry = ConvolutionGeometry(
            input: shape, weight: weight.shape, stride: stride, padding: padding,
            dilation: dilation, groups: groups, framewise: framewise)
        return ConvolutionOperation(
            geometry: geometry, direction: .direct, activation: activation,
            gathersMoments: gathersMoments
        )
        .apply([self, weight] + (bias.map { [$0] } ?? []))
    }

    /// Returns the transpose of a convolution over 1 to 3 spatial axes, which enlarges images:
    /// `y[n, s·i − before + κ·dilation, o] += x[n, i, c] · weight[κ, c, o]`, then bias and
    /// activation. Computed by output phase: no zero is multiplied.
    ///
    /// - Shapes: this `[N, spatial…, Cin]`, weight `[kernel…, Cin, Cout / groups]`, bias `[Cout]`,
    ///   result `[N, spatial…, Cout]`; a spatial axis of length n becomes
    ///   `(n − 1)·stride − before − after + dilation·(kernel − 1) + 1 + outputPadding`, or
    ///   `stride·n` with `.same`.
    /// - Parameters:
    ///   - padding: the positions cut off the output. `.same` is VideoGPT's for its kernels: any at
    ///     stride 1, 4 at stride 2.
    ///   - outputPadding: positions added at the end of the result.
    /// - Precondition: as for
    ///   ``convolution(_:bias:stride:padding:dilation:groups:activation:framewise:)``;
    ///   `outputPadding` not negative, below the stride, and zero with `.same`.
    public func transposedConvolution(
        _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [], padding: Padding = .valid,
        outputPadding: [Int] = [], dilation: [Int] = [], groups: Int = 1,
        activation: FusedActivation = .none
    ) -> Tensor {
        let geometry = ConvolutionGeometry(
            transposedInput: shape, weight: weight.shape, stride: stride, padding: padding,
            outputPadding: outputPadding, dilation: dilation, groups: groups)
        return ConvolutionOperation(
            geometry: geometry, direction: .transposed, activation: activation
        )
        .apply([self, weight] + (bias.map { [$0] } ?? []))
    }
}

/// Returns the gradient of a ReLU's input from the gradient of its value and the value itself.
private func reluGradient<Scalar: FloatingScalar>(
    _ cotangent: Tensor<Scalar>, of value: Tensor<Scalar>
) -> Tensor<Scalar> {
    kernelPass(reading: cotangent, value) { g, y, dx, count in
        gk_relu_gradient(Scalar.variant, g, y, dx, count)
    }
}

/// Returns the sums over all axes but the last: the gradient of a bias.
private func columnSums<Scalar: FloatingScalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    let width = x.shape[-1]
    let rows = x.count / max(1, width)
    let length = chunkLength(
        count: rows, minimumChunk: max(1, parallelThreshold / max(1, width)), alignment: 1,
        threads: Runtime.threads)
    let parts = max(1, (rows + length - 1) / length)
    let sums = Storage<Scalar>(count: max(1, parts * width))
    return Tensor(uninitialized: [width]) { result in
        guard let target = result.baseAddress, width > 0 else { return }
        x.withScalars { x in
            parallelFor(parts) { part in
                let range = part * length..<min(rows, (part + 1) * length)
                gk_column_sums(
                    Scalar.variant, x.baseAddress! + range.lowerBound * width, range.count, width,
                    sums.pointer + part * width)
            }
        }
        target.update(from: sums.pointer, count: width)
        for part in 1..<max(1, parts) {
            gk_accumulate(Scalar.variant, sums.pointer + part * width, target, width)
        }
        withExtendedLifetime(sums) {}
    }
}
