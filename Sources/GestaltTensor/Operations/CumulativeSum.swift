import CKernels

/// Running sums along an axis.
struct CumulativeSum<Scalar: FloatingScalar>: Operation {
    let axis: Int
    let backwards: Bool

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        let input = x[0].contiguous()
        let (outer, n, inner) = input.shape.divided(at: axis)
        let variant = Scalar.variant
        let source = input.pointer
        let y = Tensor<Scalar>(uninitialized: input.shape) { buffer in
            guard let target = buffer.baseAddress, !buffer.isEmpty else { return }
            let slab = n * inner
            parallelChunks(
                count: outer, minimumChunk: Swift.max(1, parallelThreshold / slab), alignment: 1
            ) { range in
                let first = range.lowerBound * slab
                gk_running_sum(
                    variant, source + first, target + first, range.count, n, inner,
                    backwards ? 1 : 0)
            }
        }
        return withExtendedLifetime(input) { (y, ()) }
    }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        let reverse = CumulativeSum(axis: axis, backwards: !backwards)
        return [reverse.forward([cotangent], needs: .none).value]
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the cumulative sums along `axis`, each element included.
    public func cumulativeSum(axis: Int) -> Tensor {
        CumulativeSum(axis: shape.resolved(axis), backwards: false)(self)
    }
}
