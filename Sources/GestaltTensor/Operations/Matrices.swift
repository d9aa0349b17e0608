import GestaltChecks

/// The elements of two axes at equal positions, as a last axis: a view.
struct Diagonal<Scalar: TensorScalar>: Operation {
    let first: Int
    let second: Int
    let offset: Int

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        (x[0].viewed(layout(in: x[0].layout)), x[0].shape)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let layout = layout(in: Layout(contiguous: shape))
        return [
            Tensor(uninitialized: shape) { buffer in
                fill(buffer, with: .zeroScalar)
                guard let target = buffer.baseAddress else { return }
                copyElements(from: cotangent, to: target, layout: layout)
            }
        ]
    }

    private func layout(in base: Layout) -> Layout {
        var result = Layout(shape: [], strides: InlineArray(repeating: 0), offset: base.offset)
        for axis in 0..<base.shape.rank where axis != first && axis != second {
            result.strides[result.shape.rank] = base.strides[axis]
            result.shape.append(base.shape[axis])
        }
        let down = Swift.max(0, -offset)
        let right = Swift.max(0, offset)
        let length = Swift.max(
            0, Swift.min(base.shape[first] - down, base.shape[second] - right))
        if length > 0 {
            result.offset += down * base.strides[first] + right * base.strides[second]
        }
        result.strides[result.shape.rank] = base.strides[first] + base.strides[second]
        result.shape.append(length)
        return result
    }
}

extension Tensor {
    /// Returns the elements at equal positions of two axes, as a last axis: of `[…, m, n]` the main
    /// diagonals `[…, min(m, n)]`. A view.
    ///
    /// - Parameters:
    ///   - offset: columns to the right of the main diagonal; negative, rows below it.
    ///   - axes: rows and columns; by default the last two.
    /// - Precondition: the axes differ.
    public func diagonal(offset: Int = 0, axes: (rows: Int, columns: Int) = (-2, -1)) -> Tensor {
        let (first, second) = (shape.resolved(axes.rows), shape.resolved(axes.columns))
        require(first != second, "diagonal: axis \(first) of \(shape) is named twice")
        return Diagonal(first: first, second: second, offset: offset)(self)
    }

    /// Matrices with the last axis on their diagonals, zeros elsewhere: `[…, n]` to `[…, n, n]`.
    public func diagonalMatrix() -> Tensor {
        let n = shape[-1]
        let places = Tensor<Int32>.range(0..<n)
        return Tensor(.zeroScalar).replacing(
            with: expanded(axis: -1), where: places.reshaped([n, 1]) .== places)
    }

    /// Returns the last two axes with zeros above the diagonal `offset` columns right of the main
    /// one.
    public func lowerTriangle(offset: Int = 0) -> Tensor {
        replacing(with: .zeroScalar, where: rightOf(offset + 1, "lowerTriangle"))
    }

    /// Returns the last two axes with zeros below the diagonal `offset` columns right of the main
    /// one.
    public func upperTriangle(offset: Int = 0) -> Tensor {
        replacing(with: .zeroScalar, where: !rightOf(offset, "upperTriangle"))
    }

    /// Returns `[m, n]`: whether `column − row` is at least `offset`.
    private func rightOf(_ offset: Int, _ name: StaticString) -> Tensor<Bool> {
        require(rank >= 2, "\(name): a tensor of shape \(shape) holds no matrix")
        let rows = Tensor<Int32>.range(0..<shape[-2]).reshaped([shape[-2], 1])
        return Tensor<Int32>.range(0..<shape[-1]) .>= rows + Int32(clamping: offset)
    }

    /// Moves the axis `source` to position `target` of the result; the others keep their order.
    public func movedAxis(_ source: Int, to target: Int) -> Tensor {
        var order = Array(0..<rank)
        order.insert(order.remove(at: shape.resolved(source)), at: shape.resolved(target))
        return permuted(order)
    }
}

/// The kind of a vector norm.
public enum NormOrder: Sendable, Hashable {
    /// The sum of absolute values.
    case one
    /// The root of the sum of squares: the Euclidean norm, of a matrix Frobenius'.
    case two
    /// The largest absolute value.
    case maximum
    /// `(Σ |x|ᵖ)^(1/p)` for p > 0.
    case power(Double)
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the norm of the elements over `axes` (nil: all). Where it is 0 the gradient is 0.
    public func norm(
        _ order: NormOrder = .two, axes: [Int]? = nil, keepingAxes: Bool = false
    ) -> Tensor {
        switch order {
        case .one: return abs().sum(axes: axes, keepingAxes: keepingAxes)
        case .two:
            return squared().sum(axes: axes, keepingAxes: keepingAxes).rootOfSum {
                $0.squareRoot()
            }
        case .maximum: return abs().max(axes: axes, keepingAxes: keepingAxes)
        case .power(let p):
            require(p > 0, "norm: the power \(p) is not positive")
            // An absolute value of 0 has no derivative below the first power: no gradient flows to
            // it.
            let size = abs()
            let safe = size.replacing(with: 1, where: size .== 0)
            let powers = safe.power(Scalar(p)).replacing(with: 0, where: size .== 0)
            return powers.sum(axes: axes, keepingAxes: keepingAxes).rootOfSum {
                $0.power(Scalar(1 / p))
            }
        }
    }

    /// Applies `root` to this sum of positive numbers, which has no derivative at 0: 0 there.
    private func rootOfSum(_ root: (Tensor) -> Tensor) -> Tensor {
        let vanishes = detached .== 0
        return root(replacing(with: 1, where: vanishes)).replacing(with: 0, where: vanishes)
    }

    /// Returns the sum of products of two vectors `[n]`, of rank 0.
    /// - Precondition: two vectors of one length.
    public func dot(_ other: Tensor) -> Tensor {
        require(
            rank == 1 && other.rank == 1 && count == other.count,
            "dot: \(shape) and \(other.shape) are no two vectors of one length")
        return matmul(other)
    }

    /// Returns the product of every pair: `[m]` and `[n]` to `[m, n]`.
    /// - Precondition: two vectors.
    public func outer(_ other: Tensor) -> Tensor {
        require(
            rank == 1 && other.rank == 1, "outer: \(shape) and \(other.shape) are no two vectors")
        return expanded(axis: 1) * other
    }

    /// Returns the vector product along an axis of length 3; the other axes broadcast.
    /// - Precondition: both have length 3 along `axis`.
    public func cross(_ other: Tensor, axis: Int = -1) -> Tensor {
        require(
            shape[axis] == 3 && other.shape[axis] == 3,
            "cross: axis \(axis) of \(shape) and \(other.shape) is not of length 3")
        func parts(_ x: Tensor, _ shift: Int) -> Tensor { x.rolled(by: shift, axis: axis) }
        return parts(self, -1) * parts(other, -2) - parts(self, -2) * parts(other, -1)
    }

    /// Returns the sum of the main diagonal of the last two axes: `[…, m, n]` to `[…]`.
    public func trace() -> Tensor { diagonal().sum(axes: [-1]) }
}
