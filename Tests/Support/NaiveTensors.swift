import GestaltTensor

// Plain loops that the references of tests are made of.
extension Tensor where Scalar: TensorScalar {
    /// `function` of each element.
    package func mapped<Result: TensorScalar>(_ function: (Scalar) -> Result) -> Tensor<Result> {
        Tensor<Result>(shape: shape, scalars: scalars.map(function))
    }

    /// A tensor of `shape` whose element at each multi-index is `element(index)`.
    package static func built(_ shape: Shape, _ element: ([Int]) -> Scalar) -> Tensor {
        Tensor(shape: shape, scalars: indices(of: shape).map(element))
    }
}

/// All multi-indices of a shape, row-major.
package func indices(of shape: Shape) -> [[Int]] {
    (0..<shape.elementCount).map { position in
        var rest = position
        var index = [Int](repeating: 0, count: shape.rank)
        for axis in (0..<shape.rank).reversed() {
            index[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        return index
    }
}

extension Tensor {
    /// The element at a multi-index.
    package func at(_ index: [Int]) -> Scalar {
        var position = layout.offset
        for (axis, i) in index.enumerated() { position += i * layout.strides[axis] }
        return withExtendedLifetime(storage) { storage.pointer[position] }
    }
}

/// `function` of every pair of broadcast elements.
package func naiveBroadcast<Scalar: TensorScalar, Result: TensorScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ function: (Scalar, Scalar) -> Result
) -> Tensor<Result> {
    let shape = a.shape.broadcast(with: b.shape)!
    func element(_ x: Tensor<Scalar>, _ index: [Int]) -> Scalar {
        let own = index.suffix(x.rank)
        return x.at(zip(own, x.shape).map { $1 == 1 ? 0 : $0 })
    }
    return .built(shape) { function(element(a, $0), element(b, $0)) }
}

/// `function` of the elements of each group that shares its indices outside of `axes`; the result
/// keeps the axes with length 1.
package func naiveReduction<Scalar: TensorScalar, Result: TensorScalar>(
    _ x: Tensor<Scalar>, axes: [Int], _ function: ([Scalar]) -> Result
) -> Tensor<Result> {
    let reduced = Set(axes.map { $0 < 0 ? $0 + x.rank : $0 })
    var shape = x.shape
    for axis in reduced { shape[axis] = 1 }
    var groups: [[Int]: [Scalar]] = [:]
    for index in indices(of: x.shape) {
        let key = index.enumerated().map { reduced.contains($0.offset) ? 0 : $0.element }
        groups[key, default: []].append(x.at(index))
    }
    return .built(shape) { function(groups[$0] ?? []) }
}
