import CKernels

extension Tensor {
    /// Returns the elements converted to another type, a constant for every gradient; the tensor
    /// itself if it already has that type.
    ///
    /// To integers: towards zero, clamped to the range, NaN becomes 0; between integers the low
    /// bits are kept. To `Bool`: true for nonzero elements; from it: 0 and 1. To the half-width
    /// types: nearest, ties to even.
    public func cast<Other: TensorScalar>(to type: Other.Type = Other.self) -> Tensor<Other> {
        if let same = detached as? Tensor<Other> { return same }
        let x = contiguous()
        let (from, to) = (Scalar.elementType.kernelElement, Other.elementType.kernelElement)
        let source = x.pointer
        return Tensor<Other>(uninitialized: shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            withExtendedLifetime(x) {
                parallelChunks(count: buffer.count, minimumChunk: parallelThreshold) { range in
                    gk_cast(
                        from, source + range.lowerBound, to, target + range.lowerBound, range.count)
                }
            }
        }
    }
}

extension ElementType {
    fileprivate var kernelElement: gk_element {
        switch self {
        case .float32: gk_cast_float32
        case .float64: gk_cast_float64
        case .float16: gk_cast_float16
        case .bfloat16: gk_cast_bfloat16
        case .int32: gk_cast_int32
        case .int64: gk_cast_int64
        case .uint8: gk_cast_uint8
        case .bool: gk_cast_bool
        }
    }
}
