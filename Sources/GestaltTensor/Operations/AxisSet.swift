import GestaltChecks

/// A subset of the axes of a shape.
struct AxisSet: Sendable, Equatable {
    private var bits: UInt8 = 0

    /// Creates a set of axes; nil selects all axes of `shape`.
    /// - Precondition: every axis exists, and none is listed twice.
    init(_ axes: [Int]?, of shape: Shape) {
        guard let axes else {
            bits = UInt8(truncatingIfNeeded: (1 << shape.rank) - 1)
            return
        }
        for axis in axes {
            let bit = UInt8(1) << UInt8(shape.resolved(axis))
            require(bits & bit == 0, "axis \(axis) of \(shape) is named twice in \(axes)")
            bits |= bit
        }
    }

    var isEmpty: Bool { bits == 0 }

    func contains(_ axis: Int) -> Bool { bits >> UInt8(axis) & 1 == 1 }

    /// Returns `shape` with these axes of length 1, or without them.
    func reduced(_ shape: Shape, keeping: Bool) -> Shape {
        var result: Shape = []
        for axis in 0..<shape.rank {
            if !contains(axis) { result.append(shape[axis]) } else if keeping { result.append(1) }
        }
        return result
    }

    /// Returns the number of elements of `shape` reduced to one.
    func reducedCount(_ shape: Shape) -> Int {
        (0..<shape.rank).reduce(1) { contains($1) ? $0 * shape[$1] : $0 }
    }

    /// Returns `shape` as alternating groups of neighboring axes, outermost first.
    func groups(_ shape: Shape) -> [(length: Int, reduced: Bool)] {
        var groups: [(length: Int, reduced: Bool)] = []
        for axis in 0..<shape.rank where shape[axis] != 1 {
            if let last = groups.last, last.reduced == contains(axis) {
                groups[groups.count - 1].length *= shape[axis]
            } else {
                groups.append((shape[axis], contains(axis)))
            }
        }
        return groups
    }
}

/// A tensor as rows of reduced elements: the kept axes outside, the reduced ones inside.
struct RowForm<Scalar: TensorScalar>: Sendable {
    private let order: [Int]
    private let permuted: Shape
    let rows: Int
    let length: Int

    init(_ shape: Shape, _ axes: AxisSet) {
        order =
            (0..<shape.rank).filter { !axes.contains($0) } + (0..<shape.rank).filter(axes.contains)
        permuted = Shape(order.map { shape[$0] })
        length = axes.reducedCount(shape)
        rows = axes.reduced(shape, keeping: false).elementCount
    }

    /// Returns `[rows, length]`, contiguous; copied only if the axes must be permuted.
    func rows(of x: Tensor<Scalar>) -> Tensor<Scalar> {
        x.viewed(x.layout.permuted(order)).contiguous()
            .relabeled([rows, length])
    }

    /// Returns `rows` with the axes in their original order, as a view.
    func restored(_ rows: Tensor<Scalar>) -> Tensor<Scalar> {
        var inverse = order
        for (new, old) in order.enumerated() { inverse[old] = new }
        let tensor = rows.relabeled(permuted)
        return tensor.viewed(tensor.layout.permuted(inverse))
    }
}

extension Shape {
    /// Returns the element counts before, along and after an axis.
    func divided(at axis: Int) -> (outer: Int, length: Int, inner: Int) {
        let index = resolved(axis)
        return (
            self[0..<index].reduce(1, *), self[index], self[(index + 1)...].reduce(1, *)
        )
    }
}
