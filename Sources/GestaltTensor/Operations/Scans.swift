import GestaltChecks

/// The rows of a tensor along one axis, contiguous, and the inverse rearrangement.
private struct AxisRows<Scalar: TensorScalar> {
    private let order: [Int]
    let rows: Tensor<Scalar>
    var length: Int { rows.shape[-1] }
    var count: Int { rows.shape.dropLast().reduce(1, *) }

    init(_ x: Tensor<Scalar>, axis: Int) {
        var order = Array(0..<x.rank)
        order.swapAt(axis, x.rank - 1)
        self.order = order
        rows = x.viewed(x.layout.permuted(order)).contiguous()
    }

    /// Returns a tensor of the rows' shape with its axes in the original order.
    func restored<Other>(_ other: Tensor<Other>) -> Tensor<Other> {
        other.viewed(other.layout.permuted(order))
    }

    /// Returns a tensor of the rows' shape whose rows `body` writes: number, source and target.
    func mapped<Other>(
        _ body: (Int, UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Other>) -> Void
    ) -> Tensor<Other> {
        let (length, source) = (length, rows.pointer)
        let result = Tensor<Other>(uninitialized: rows.shape) { buffer in
            guard let target = buffer.baseAddress, !buffer.isEmpty else { return }
            parallelChunks(
                count: count, minimumChunk: Swift.max(1, parallelThreshold / length), alignment: 1
            ) { range in
                for row in range { body(row, source + row * length, target + row * length) }
            }
        }
        return withExtendedLifetime(rows) { result }
    }
}

/// Running products along an axis.
struct CumulativeProduct<Scalar: FloatingScalar>: Operation {
    let axis: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Tensor<Scalar>) {
        let form = AxisRows(x[0], axis: axis)
        let n = form.length
        let y: Tensor<Scalar> = form.mapped { _, from, to in
            var product: Scalar = 1
            for i in 0..<n {
                product *= from[i]
                to[i] = product
            }
        }
        return (form.restored(y), x[0])
    }

    // dL/dxₖ = (Π_{j<k} xⱼ) Sₖ with Sₖ = gₖ + xₖ₊₁ Sₖ₊₁: no division, so correct for zeros, too.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ x: Tensor<Scalar>, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let form = AxisRows(x, axis: axis)
        let gradient = AxisRows(cotangent, axis: axis)
        let (n, g) = (form.length, gradient.rows.pointer)
        let result: Tensor<Scalar> = form.mapped { row, from, to in
            var before: Scalar = 1
            for i in 0..<n {
                to[i] = before
                before *= from[i]
            }
            var after: Scalar = 0
            for i in (0..<n).reversed() {
                after = g[row * n + i] + (i + 1 < n ? from[i + 1] * after : 0)
                to[i] *= after
            }
        }
        return [withExtendedLifetime(gradient.rows) { form.restored(result) }]
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the cumulative products along `axis`, each element included. The gradient is correct
    /// for zeros, too.
    public func cumulativeProduct(axis: Int) -> Tensor {
        CumulativeProduct(axis: shape.resolved(axis))(self)
    }
}

extension Tensor where Scalar: NumericScalar {
    /// Returns the cumulative maximum along `axis`, each element included; NaN from the first NaN
    /// on. The first of equal elements receives the gradient.
    public func cumulativeMaximum(axis: Int) -> Tensor {
        extremaSoFar(axis) { $0 > $1 }
    }

    /// Returns the cumulative minimum along `axis`; see ``cumulativeMaximum(axis:)``.
    public func cumulativeMinimum(axis: Int) -> Tensor {
        extremaSoFar(axis) { $0 < $1 }
    }

    private func extremaSoFar(_ axis: Int, _ exceeds: (Scalar, Scalar) -> Bool) -> Tensor {
        let index = shape.resolved(axis)
        let form = AxisRows(detached, axis: index)
        let n = form.length
        let places: Tensor<Int32> = form.mapped { _, from, to in
            var place = 0
            for i in 0..<n {
                let (value, best) = (from[i], from[place])
                // Only NaN differs from itself.
                if best == best && (exceeds(value, best) || value != value) { place = i }
                to[i] = Int32(place)
            }
        }
        return GatherAlong(indices: form.restored(places), axis: index)(self)
    }
}
