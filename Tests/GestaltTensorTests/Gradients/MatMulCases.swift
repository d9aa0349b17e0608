import GestaltTensor
import TestSupport

/// Shapes as stored, and which of them are transposed.
private let products: [(Shape, Shape, Bool, Bool)] = [
    ([2, 3], [3, 4], false, false), ([3, 2], [3, 4], true, false), ([2, 3], [4, 3], false, true),
    ([3, 2], [4, 3], true, true), ([1, 3], [3, 1], false, false), ([5, 1], [1, 4], false, false),
    ([4], [4], false, false), ([4], [4, 3], false, false), ([2, 4], [4], false, false),
    ([2, 3, 4], [4], false, false), ([4], [2, 4, 3], false, false),
    ([2, 3, 4], [4, 2], false, false), ([2, 3, 4], [2, 4], false, true),
    ([3, 4], [2, 4, 2], false, false), ([2, 1, 3, 4], [3, 4, 2], false, false),
    ([2, 4, 3], [2, 4, 2], true, false), ([2, 4, 3], [1, 2, 4], true, true),
    ([0, 3], [3, 2], false, false), ([2, 0], [0, 3], false, false),
    ([0, 2, 3], [3, 2], false, false),
    ([9, 10], [10, 11], false, false), ([2, 9, 3], [3, 12], false, false),
]

let matMulCases: [GradientCase] = products.map { a, b, first, second in
    GradientCase(
        "matmul\(first ? " ᵀ" : "")\(second ? " ·ᵀ" : "")",
        inputs: [.sample(a, seed: 3), .sample(b, seed: 4)],
        reference: { naiveProduct($0[0], $0[1], first, second) },
        { $0[0].matmul($0[1], transposingFirst: first, transposingSecond: second) })
}

/// The matrix product by plain loops.
func naiveProduct<Scalar: FloatingScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ transposingFirst: Bool = false,
    _ transposingSecond: Bool = false
) -> Tensor<Scalar> {
    let isRow = a.rank == 1
    let isColumn = b.rank == 1
    let x = isRow ? a.expanded(axis: 0) : transposingFirst ? a.transposed() : a
    let y = isColumn ? b.expanded(axis: 1) : transposingSecond ? b.transposed() : b
    let lead = Shape(x.shape.dropLast(2)).broadcast(with: Shape(y.shape.dropLast(2)))!
    let shape = Shape(lead.dimensions + [x.shape[-2], y.shape[-1]])
    func element(_ t: Tensor<Scalar>, _ outer: [Int], _ i: Int, _ j: Int) -> Scalar {
        let own = zip(outer.suffix(t.rank - 2), t.shape).map { $1 == 1 ? 0 : $0 }
        return t.at(own + [i, j])
    }
    let value = Tensor<Scalar>.built(shape) { index in
        let outer = Array(index.dropLast(2))
        let (i, j) = (index[index.count - 2], index[index.count - 1])
        return (0..<x.shape[-1]).reduce(0) {
            $0 + element(x, outer, i, $1) * element(y, outer, $1, j)
        }
    }
    if isRow && isColumn { return value.reshaped([] as Shape) }
    return isRow ? value.squeezed(axis: -2) : isColumn ? value.squeezed(axis: -1) : value
}
