import CKernels
import GestaltChecks

/// Each pixel repeated along each spatial axis.
struct NearestUpsampling<Scalar: FloatingScalar>: Operation {
    let factors: [Int]

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        let x = inputs[0]
        // [N, H, W, C] seen as [N, H, 1, W, 1, C], stretched, and read in order.
        var (split, stretched, whole) = ([x.shape[0]], [x.shape[0]], [x.shape[0]])
        for (axis, factor) in factors.enumerated() {
            let length = x.shape[axis + 1]
            split += [length, 1]
            stretched += [length, factor]
            whole.append(length * factor)
        }
        let channels = x.shape[-1]
        let value = x.contiguous().reshaped(split + [channels])
            .broadcast(to: Shape(stretched + [channels])).contiguous()
            .reshaped(whole + [channels])
        return (value, value.shape)
    }

    // The sum over each pixel's copies.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let sums = MeanPoolingOperation<Scalar>(
            geometry: .pooling(shape, factors, nil, .valid), divisor: .none)
        return [sums.forward([cotangent], needs: .none).value]
    }
}

/// Linear interpolation along one axis to another length.
struct LinearInterpolation<Scalar: FloatingScalar>: Operation {
    let axis: Int
    let length: Int
    let aligningCorners: Bool

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        let x = inputs[0]
        var shape = x.shape
        shape[axis] = length
        return (run(x, to: shape, transposed: false), x.shape)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        [run(cotangent, to: shape, transposed: true)]
    }

    private func run(
        _ source: Tensor<Scalar>, to shape: Shape, transposed: Bool
    ) -> Tensor<Scalar> {
        let short = transposed ? shape[axis] : source.shape[axis]
        let mix = Mix<Scalar>(from: short, to: length, aligningCorners: aligningCorners)
        let outer = shape.prefix(axis).reduce(1, *)
        let inner = shape.suffix(shape.rank - axis - 1).reduce(1, *)
        // Outer positions are independent, and so are blocks of the inner elements.
        let blocks =
            outer >= 2 * Runtime.threads || inner * length < parallelThreshold
            ? 1 : max(1, min(Runtime.threads, inner / 64))
        let (from, to) = (source.shape[axis] * inner, shape[axis] * inner)
        return Tensor(uninitialized: shape) { target in
            guard let y = target.baseAddress, !target.isEmpty else { return }
            source.withScalars { x in
                let x = x.baseAddress!
                parallelFor(outer * blocks) { task in
                    let (row, block) = (task / blocks, task % blocks)
                    let first = inner * block / blocks
                    let count = inner * (block + 1) / blocks - first
                    let (x, y) = (x + row * from + first, y + row * to + first)
                    if transposed {
                        gk_interpolate_gradient(
                            Scalar.variant, x, short, length, inner, count, mix.low, mix.high,
                            mix.share, y)
                    } else {
                        gk_interpolate(
                            Scalar.variant, x, length, inner, count, mix.low, mix.high, mix.share,
                            y)
                    }
                }
            }
        }
    }
}

/// The two neighbors of each position of a longer or shorter axis, and the weight of the second.
private struct Mix<Scalar: FloatingScalar> {
    private(set) var low: [Int32] = []
    private(set) var high: [Int32] = []
    private(set) var share: [Scalar] = []

    init(from: Int, to: Int, aligningCorners: Bool) {
        for j in 0..<to {
            let place: Double
            if aligningCorners {
                place = to > 1 ? Double(j) * Double(from - 1) / Double(to - 1) : 0
            } else {
                place = max(0, (Double(j) + 0.5) * Double(from) / Double(to) - 0.5)
            }
            let first = min(Int(place), from - 1)
            low.append(Int32(first))
            high.append(Int32(min(first + 1, from - 1)))
            share.append(Scalar(place - Double(first)))
        }
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Repeats each pixel `factors[i]` times along spatial axis i (nearest neighbor).
    ///
    /// - Shapes: `[N, spatial…, C]` to `[N, spatial·factor…, C]`.
    /// - Precondition: 1 to 3 spatial axes, a positive factor for each.
    public func upsampled(by factors: [Int]) -> Tensor {
        require(
            (1...3).contains(factors.count) && rank == factors.count + 2
                && factors.allSatisfy { $0 > 0 },
            "upsampled(by: \(factors)): \(shape) is not [N, spatial…, C] with a factor an axis")
        return NearestUpsampling(factors: factors)(self)
    }

    /// Resizes the image or clip by linear interpolation along each spatial axis.
    ///
    /// Output j of an axis resized from length n to m lies at `(j + ½)·n/m − ½`, at least 0; with
    /// `aligningCorners` at `j·(n − 1)/(m − 1)`. No filter is applied before downsampling. Source:
    /// PyTorch's `interpolate`, modes linear, bilinear and trilinear.
    ///
    /// - Shapes: `[N, spatial…, C]` to `[N, lengths…, C]`.
    /// - Precondition: 1 to 3 spatial axes, a positive length for each.
    public func interpolated(to lengths: [Int], aligningCorners: Bool = false) -> Tensor {
        require(
            (1...3).contains(lengths.count) && rank == lengths.count + 2
                && lengths.allSatisfy { $0 > 0 } && shape.dropFirst().allSatisfy { $0 > 0 },
            "interpolated(to: \(lengths)): \(shape) is not [N, spatial…, C] with a length an axis")
        var result = self
        for (axis, length) in lengths.enumerated() where shape[axis + 1] != length {
            result = LinearInterpolation(
                axis: axis + 1, length: length, aligningCorners: aligningCorners)(result)
        }
        return result
    }
}
