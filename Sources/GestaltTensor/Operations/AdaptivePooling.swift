import GestaltChecks

// Windows of a box are the product of windows along each axis, and along one axis all elements of a
// window have equal weight: hence the axes are pooled one after the other.
extension Tensor where Scalar: FloatingScalar {
    /// Returns the mean of each of `lengths` windows along the spatial axes; window i of m over n
    /// positions is `⌊i n / m⌋ ..< ⌈(i + 1) n / m⌉`, so neighbors may overlap by one position.
    ///
    /// - Shapes: `[N, spatial…, C]` to `[N, lengths…, C]`.
    /// - Precondition: a positive length for each spatial axis; no spatial axis is empty.
    public func adaptiveAveragePooled(to lengths: [Int]) -> Tensor {
        adaptivelyPooled(lengths, "adaptiveAveragePooled") {
            $0.mean(axes: [$1], keepingAxes: true)
        }
    }

    /// Returns the largest element of each window; see ``adaptiveAveragePooled(to:)``.
    public func adaptiveMaxPooled(to lengths: [Int]) -> Tensor {
        adaptivelyPooled(lengths, "adaptiveMaxPooled") { $0.max(axes: [$1], keepingAxes: true) }
    }

    private func adaptivelyPooled(
        _ lengths: [Int], _ name: StaticString, _ pool: (Tensor, Int) -> Tensor
    ) -> Tensor {
        require(
            rank == lengths.count + 2 && lengths.allSatisfy { $0 > 0 }
                && shape[1..<rank - 1].allSatisfy { $0 > 0 },
            "\(name): \(shape) is not [N, spatial…, C] that makes windows \(lengths)")
        return lengths.enumerated().reduce(self) { x, entry in
            let (axis, count) = (entry.offset + 1, entry.element)
            let length = x.shape[axis]
            if length == count { return x }
            let windows = (0..<count).map { i in
                let range = i * length / count..<((i + 1) * length + count - 1) / count
                return pool(x.sliced(range, axis: axis), axis)
            }
            return concatenated(windows, axis: axis)
        }
    }
}
