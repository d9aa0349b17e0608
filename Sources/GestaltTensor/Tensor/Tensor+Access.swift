import CKernels
import GestaltChecks

extension Tensor {
    /// All elements, row-major.
    public var scalars: [Scalar] { withScalars { Array($0) } }

    /// The only element.
    /// - Precondition: the tensor has exactly one.
    public var scalar: Scalar {
        require(count == 1, "scalar of a tensor of shape \(shape)")
        return withExtendedLifetime(storage) { storage.pointer[layout.offset] }
    }

    /// One element, by an index per axis; negative indices count from the end.
    public subscript(scalar indices: Int...) -> Scalar {
        get { withExtendedLifetime(storage) { storage.pointer[position(indices)] } }
        set {
            withMutableScalars { _ in }  // makes the memory this tensor's own
            storage.pointer[position(indices)] = newValue
        }
    }

    private func position(_ indices: [Int]) -> Int {
        require(indices.count == rank, "\(indices.count) indices into shape \(shape)")
        var position = layout.offset
        for (axis, index) in indices.enumerated() {
            let length = shape[axis]
            let resolved = index < 0 ? index + length : index
            require(
                resolved >= 0 && resolved < length, "index \(indices) is outside of shape \(shape)")
            position += resolved * layout.strides[axis]
        }
        return position
    }
}

extension Tensor: Equatable {
    /// Returns whether shapes and all elements are equal; NaN differs from itself.
    public static func == (a: Tensor, b: Tensor) -> Bool {
        guard a.shape == b.shape else { return false }
        switch Scalar.elementType {
        case .float16, .bfloat16:
            return a.withScalars { x in b.withScalars { y in x.elementsEqual(y) } }
        default:
            let equal: Tensor<Bool> = combined(gk_equal, "==", a, b)
            return equal.all().scalar
        }
    }
}
