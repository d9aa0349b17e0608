import GestaltChecks

/// The matrices in the last two axes of a tensor, for routines that take one at a time.
struct MatrixBatch {
    let operation: String
    /// The leading axes, and the number of matrices in them.
    let lead: Shape
    let count: Int
    let rows, columns: Int
    /// Whether only the lower triangles are read.
    let isLower: Bool

    /// The minimum number of multiplications per task.
    private static let taskWork = 1 << 16

    /// - Precondition: at least two axes, and nonempty matrices.
    init<Scalar>(
        _ x: Tensor<Scalar>, _ operation: String, square: Bool = false, lower: Bool = false
    ) {
        require(
            x.rank >= 2 && x.shape[-1] > 0 && x.shape[-2] > 0,
            "\(operation): shape \(x.shape) holds no matrices")
        require(
            !square || x.shape[-1] == x.shape[-2],
            "\(operation): the matrices of \(x.shape) are not square")
        self.operation = operation
        isLower = lower
        lead = Shape(x.shape.dropLast(2))
        count = lead.elementCount
        (rows, columns) = (x.shape[-2], x.shape[-1])
    }

    /// Returns the leading axes followed by `lengths`.
    func shape(_ lengths: Int...) -> Shape { Shape(lead.dimensions + lengths) }

    /// Factors every matrix of `x`: `body` may destroy its copy of the matrix, and writes `size`
    /// scalars. In parallel over the batch. Non-finite matrices are not passed to LAPACK, some of
    /// whose iterations would never end.
    /// - Returns: `[count, size]`, and LAPACK's `info` for each matrix: negative if it is not
    ///   finite.
    func results<Scalar: FloatingScalar>(
        of x: Tensor<Scalar>, size: Int,
        _ body: (UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Int32
    ) -> (packed: Tensor<Scalar>, infos: [Int32]) {
        Runtime.prepare()
        let copy = x.copied()
        var infos = [Int32](repeating: 0, count: count)
        let packed = Profiler.part("LAPACK for \(operation)", [x]) {
            Tensor<Scalar>(uninitialized: [count, size]) { result in
                guard count > 0, let target = result.baseAddress else { return }
                let matrices = start(copy)
                infos.withUnsafeMutableBufferPointer { infos in
                    let info = infos.baseAddress!
                    parallelChunks(count: count, minimumChunk: chunk, alignment: 1) { range in
                        for index in range {
                            let matrix = matrices + index * rows * columns
                            info[index] =
                                isFinite(matrix) ? body(matrix, target + index * size) : -1
                        }
                    }
                }
                withExtendedLifetime(copy) {}
            }
        }
        return (packed, infos)
    }

    /// Returns whether all elements read from a matrix are finite.
    private func isFinite<Scalar: FloatingScalar>(_ matrix: UnsafePointer<Scalar>) -> Bool {
        for row in 0..<rows {
            // 0 times a non-finite value is NaN: no branch per element.
            var sum = Scalar.zero
            let line = matrix + row * columns
            for column in 0..<(isLower ? row + 1 : columns) { sum += line[column] * 0 }
            guard sum == 0 else { return false }
        }
        return true
    }

    private var chunk: Int {
        max(1, Self.taskWork / (rows * columns * min(rows, columns)))
    }

    /// Factors every matrix of `x`, and throws `failure` for a positive `info`.
    func factored<Scalar: FloatingScalar>(
        _ x: Tensor<Scalar>, size: Int,
        failure: (_ operation: String, _ batchIndex: Int, _ info: Int) -> LinearAlgebraError,
        _ body: (UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Int32
    ) throws(LinearAlgebraError) -> Tensor<Scalar> {
        let (packed, infos) = results(of: x, size: size, body)
        for (index, info) in infos.enumerated() where info != 0 {
            guard info > 0 else { throw .notFinite(operation: operation, batchIndex: index) }
            throw failure(operation, index, Int(info))
        }
        return packed
    }

    static func notConverged(_ operation: String, _ index: Int, _: Int) -> LinearAlgebraError {
        .notConverged(operation: operation, batchIndex: index)
    }

    static func singular(_ operation: String, _ index: Int, _ info: Int) -> LinearAlgebraError {
        .singular(operation: operation, batchIndex: index, row: info - 1)
    }

    /// Cuts the rows of a packed result `[count, size]` into tensors of these shapes, after the
    /// leading axes; recorded where `packed` is.
    func parts<Scalar: FloatingScalar>(
        _ packed: Tensor<Scalar>, _ shapes: [Int]...
    ) -> [Tensor<Scalar>] {
        var first = 0
        return shapes.map { lengths in
            let size = lengths.reduce(1, *)
            defer { first += size }
            return packed.sliced(first..<first + size, axis: 1).reshaped(
                Shape(lead.dimensions + lengths))
        }
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns matrices times diagonal matrices specified by their diagonals `[…, n]`: columns are
    /// scaled.
    func scalingColumns(_ factors: Tensor) -> Tensor { self * factors.expanded(axis: -2) }

    /// Returns diagonal matrices specified by their diagonals times matrices: rows are scaled.
    func scalingRows(_ factors: Tensor) -> Tensor { self * factors.expanded(axis: -1) }

    /// `[…, n, n]` with these diagonals `[…, n]`.
    var asDiagonal: Tensor { Tensor.identity(shape[-1]) * expanded(axis: -1) }

    /// Half the sum with the transpose.
    var symmetrized: Tensor { (self + transposed()) * 0.5 }

    /// The reciprocals, 0 where there is none.
    var reciprocalsOrZero: Tensor {
        Tensor(uninitialized: shape) { result in
            withScalars { x in
                for index in x.indices { result[index] = x[index] == 0 ? 0 : 1 / x[index] }
            }
        }
    }

    /// Returns `[…, n, n]` with `combine(v[i], v[j])` in row i and column j, from vectors `[…, n]`.
    func pairs(_ combine: (Scalar, Scalar) -> Scalar) -> Tensor {
        let n = shape[-1]
        var target = shape
        target.append(n)
        return Tensor(uninitialized: target) { result in
            withScalars { x in
                for row in x.indices {
                    let first = row / n * n
                    for j in 0..<n { result[row * n + j] = combine(x[row], x[first + j]) }
                }
            }
        }
    }

    /// Returns `[n, n]`: ones below the diagonal, `diagonal` on it, zeros above.
    static func lowerTriangle(_ n: Int, diagonal: Scalar) -> Tensor {
        Tensor(
            shape: [n, n],
            scalars: (0..<n * n).map { index in
                let (i, j) = (index / n, index % n)
                return j < i ? 1 : j == i ? diagonal : 0
            })
    }
}
