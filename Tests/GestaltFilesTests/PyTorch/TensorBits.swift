import GestaltFiles
import GestaltTensor

/// Type, shape and bits of a tensor: equal where the tensors are the same, NaNs included.
struct TensorBits: Equatable {
    let type: ElementType
    let shape: [Int]
    let bits: [UInt64]

    init(_ tensor: AnyTensor) {
        type = tensor.elementType
        shape = tensor.shape.dimensions
        bits =
            switch tensor {
            case .float32(let values): values.scalars.map { UInt64($0.bitPattern) }
            case .float64(let values): values.scalars.map(\.bitPattern)
            case .float16(let values): values.scalars.map { UInt64($0.bits) }
            case .bfloat16(let values): values.scalars.map { UInt64($0.bits) }
            case .int32(let values): values.scalars.map { UInt64(bitPattern: Int64($0)) }
            case .int64(let values): values.scalars.map { UInt64(bitPattern: $0) }
            case .uint8(let values): values.scalars.map { UInt64($0) }
            case .bool(let values): values.scalars.map { $0 ? 1 : 0 }
            }
    }
}
