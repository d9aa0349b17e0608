import CKernels
import GestaltChecks

/// Products of the matrices in the last two axes, over leading axes that broadcast.
struct MatMul<Scalar: FloatingScalar>: Operation {
    let transposesFirst: Bool
    let transposesSecond: Bool

    typealias Residual = (a: Tensor<Scalar>?, b: Tensor<Scalar>?, shapes: (Shape, Shape))

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        (
            matrixProduct(x[0], x[1], transposesFirst, transposesSecond),
            (needs[1] ? x[0] : nil, needs[0] ? x[1] : nil, (x[0].shape, x[1].shape))
        )
    }

    // C = op(A)·op(B): Ḡ·op(B)ᵀ and op(A)ᵀ·Ḡ, transposed again where an operand was; then sums over
    // the leading axes that were broadcast.
    func pullback(
        _ g: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        var first: Tensor<Scalar>?
        var second: Tensor<Scalar>?
        if let b = kept.b {
            let partial =
                transposesFirst
                ? matrixProduct(b, g, transposesSecond, true)
                : matrixProduct(g, b, false, !transposesSecond)
            first = partial.summed(to: kept.shapes.0)
        }
        if let a = kept.a {
            second = secondPartial(a, g, kept.shapes.1).summed(to: kept.shapes.1)
        }
        return [first, second]
    }

    private func secondPartial(
        _ a: Tensor<Scalar>, _ g: Tensor<Scalar>, _ shape: Shape
    ) -> Tensor<Scalar> {
        var (a, g) = (a, g)
        if shape.rank == 2, a.rank > 2, !transposesFirst {
            // A single matrix for the whole batch: its rows are the terms of one long sum.
            let rows = a.shape.dropLast().reduce(1, *)
            a = a.reshaped([rows, a.shape[-1]] as Shape)
            g = g.reshaped([rows, g.shape[-1]] as Shape)
        }
        return transposesSecond
            ? matrixProduct(g, a, true, transposesFirst)
            : matrixProduct(a, g, !transposesFirst, false)
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the matrix product over the last two axes: `[…, m, k] × […, k, n] → […, m, n]`.
    ///
    /// Leading axes broadcast. A vector on the left counts as one row, on the right as one column,
    /// and that axis is absent from the result, as in NumPy. A transposed view (`x.transposed()`)
    /// requires no copy, and neither do the flags.
    ///
    /// - Parameters:
    ///   - transposingFirst: transposes this tensor's matrices: its shape is `[…, k, m]`.
    ///   - transposingSecond: transposes the matrices of `other`: its shape is `[…, n, k]`.
    /// - Precondition: neither is a scalar, a vector is not transposed, the inner lengths agree,
    ///   the leading axes broadcast.
    public func matmul(
        _ other: Tensor, transposingFirst: Bool = false, transposingSecond: Bool = false
    ) -> Tensor {
        require(
            rank > 0 && other.rank > 0 && !(rank == 1 && transposingFirst)
                && !(other.rank == 1 && transposingSecond),
            "matmul: \(shape) × \(other.shape): scalars have no product, vectors no transpose")
        let a = rank == 1 ? reshaped([1, count] as Shape) : self
        let b = other.rank == 1 ? other.reshaped([other.count, 1] as Shape) : other
        let inner = a.shape[transposingFirst ? -2 : -1]
        require(
            inner == b.shape[transposingSecond ? -1 : -2],
            "matmul: inner lengths of \(shape)\(transposingFirst ? "ᵀ" : "") and "
                + "\(other.shape)\(transposingSecond ? "ᵀ" : "") differ")
        let value = MatMul(transposesFirst: transposingFirst, transposesSecond: transposingSecond)(
            a, b)
        guard rank == 1 || other.rank == 1 else { return value }
        var lengths = Array(value.shape.dropLast(2))
        if rank > 1 { lengths.append(value.shape[-2]) }
        if other.rank > 1 { lengths.append(value.shape[-1]) }
        return value.reshaped(Shape(lengths))
    }
}

/// Returns the product of matrices, not recorded.
func matrixProduct<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ transposesFirst: Bool, _ transposesSecond: Bool
) -> Tensor<Scalar> {
    if b.rank == 2, a.rank > 2, !transposesFirst,
        let flat = a.layout.reshaped([a.count / max(a.shape[-1], 1), a.shape[-1]]), a.count > 0
    {
        // One matrix for the whole batch: the batch's rows are the rows of one product.
        let value = matrixProduct(a.viewed(flat), b, false, transposesSecond)
        var shape = a.shape
        shape[-1] = value.shape[-1]
        return value.reshaped(shape)
    }
    let (m, k) = (a.shape[transposesFirst ? -1 : -2], a.shape[transposesFirst ? -2 : -1])
    let n = b.shape[transposesSecond ? -2 : -1]
    guard let lead = a.shape.leadingMatrixAxes.broadcast(with: b.shape.leadingMatrixAxes) else {
        stop("matmul: leading axes of \(a.shape) and \(b.shape) do not broadcast")
    }
    var shape = lead
    shape.append(m)
    shape.append(n)
    let x = MatrixOperand(a, transposed: transposesFirst)
    let y = MatrixOperand(b, transposed: transposesSecond)
    let walk = BatchWalk(lead, operands: 2) { operand, axis in
        (operand == 0 ? x : y).tensor.outerStep(axis, in: lead)
    }
    return Profiler.part("product of matrices", [a, b]) {
        Tensor(uninitialized: shape) { result in
            guard let target = result.baseAddress, !result.isEmpty else { return }
            withExtendedLifetime((x, y)) {
                multiply(x, y, walk, m: m, n: n, k: k, to: target)
            }
        }
    }
}

/// The maximum extent for the kernel for tiny products; above it BLAS is as fast.
private let tinyExtent = 8
/// The minimum number of multiplications per task of a batch.
private let taskWork = 1 << 17

private func multiply<Scalar: FloatingScalar>(
    _ x: MatrixOperand<Scalar>, _ y: MatrixOperand<Scalar>, _ walk: BatchWalk,
    m: Int, n: Int, k: Int, to target: UnsafeMutablePointer<Scalar>
) {
    let (a, b) = (x.pointer, y.pointer)
    let tiny = max(m, n, k) <= tinyExtent
    if !tiny, walk.count < 4 * Runtime.threads {
        for index in 0..<walk.count {
            let offsets = walk.offsets(at: index)
            parallelGEMM(
                x.transposed, y.transposed, m: m, n: n, k: k, a + offsets[0], lda: x.step,
                b + offsets[1], ldb: y.step, target + index * m * n, ldc: n)
        }
        return
    }
    let work = max(m * n * k, 1)
    let variant = Scalar.variant
    let (aRow, aColumn) = x.transposed ? (1, x.step) : (x.step, 1)
    let (bRow, bColumn) = y.transposed ? (1, y.step) : (y.step, 1)
    parallelChunks(
        count: walk.count, minimumChunk: max(1, taskWork / work), alignment: 1
    ) { range in
        for index in range {
            let offsets = walk.offsets(at: index)
            let (p, q) = (a + offsets[0], b + offsets[1])
            let c = target + index * m * n
            if tiny {
                gk_tiny_product(variant, m, n, k, p, aRow, aColumn, q, bRow, bColumn, c)
            } else {
                gemm(
                    x.transposed, y.transposed, m: m, n: n, k: k, p, lda: x.step, q,
                    ldb: y.step, c, ldc: n)
            }
        }
    }
}
