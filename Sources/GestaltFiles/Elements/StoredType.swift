import GestaltTensor

/// The type of a tensor's elements in a file. Files have more types than tensors: narrow integers
/// and 8-bit floating-point types are widened on reading.
public enum StoredType: String, Sendable, CaseIterable, CustomStringConvertible {
    case float64, float32, float16, bfloat16
    case int64, int32, int16, int8
    case uint64, uint32, uint16, uint8
    case bool
    // Eight bits: exponent and fraction, with PyTorch's names.
    case float8E4M3 = "float8_e4m3fn"
    case float8E5M2 = "float8_e5m2"
    case float8E4M3UnsignedZero = "float8_e4m3fnuz"
    case float8E5M2UnsignedZero = "float8_e5m2fnuz"
    case float8E8M0 = "float8_e8m0fnu"

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        default: 1
        }
    }

    /// The element type of a tensor that represents every value.
    public var elementType: ElementType {
        switch self {
        case .float64: .float64
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int64, .uint64, .uint32: .int64
        case .int32, .int16, .int8, .uint16: .int32
        case .uint8: .uint8
        case .bool: .bool
        case .float8E4M3, .float8E5M2, .float8E4M3UnsignedZero, .float8E5M2UnsignedZero,
            .float8E8M0:
            .float32
        }
    }

    /// The type that stores a tensor's elements unchanged.
    public init(_ type: ElementType) {
        self =
            switch type {
            case .float32: .float32
            case .float64: .float64
            case .float16: .float16
            case .bfloat16: .bfloat16
            case .int32: .int32
            case .int64: .int64
            case .uint8: .uint8
            case .bool: .bool
            }
    }

    public var description: String { rawValue }

    /// Returns the bytes of a tensor of these lengths, nil when the product does not fit an `Int`.
    func byteCount(of lengths: [Int]) -> Int? {
        var product = byteCount
        for length in lengths {
            let (next, overflows) = product.multipliedReportingOverflow(by: length)
            if overflows { return nil }
            product = next
        }
        return product
    }
}
