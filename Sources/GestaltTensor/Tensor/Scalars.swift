#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A type whose values a tensor can hold.
///
/// Conforming types are trivial: their bytes are copied, never retained or released.
public protocol TensorScalar: Sendable, Equatable, BitwiseCopyable {
    static var elementType: ElementType { get }
}

/// A scalar with arithmetic and an order: every type but `Bool` and the half-width storage types.
public protocol NumericScalar: TensorScalar, Numeric, Comparable {}

/// A scalar that gradients flow through. Operations are generic over these two: layers, models and
/// optimizers use `Float`; `Double` serves to verify the operations by finite differences.
///
/// C kernels are compiled for these two: no other type can conform.
public protocol FloatingScalar: NumericScalar, BinaryFloatingPoint {}

extension TensorScalar {
    /// The value whose bytes are all 0: zero, or false.
    package static var zeroScalar: Self {
        withUnsafeTemporaryAllocation(of: Self.self, capacity: 1) { memory in
            memset(memory.baseAddress!, 0, MemoryLayout<Self>.stride)
            return memory[0]
        }
    }
}

/// The type of a tensor's elements, as named in files and messages.
public enum ElementType: String, Sendable, CaseIterable, CustomStringConvertible {
    case float32, float64, float16, bfloat16, int32, int64, uint8, bool

    public var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        case .uint8, .bool: 1
        }
    }

    public var description: String { rawValue }
}

extension Float: FloatingScalar {
    public static var elementType: ElementType { .float32 }
}

extension Double: FloatingScalar {
    public static var elementType: ElementType { .float64 }
}

extension Int32: NumericScalar {
    public static var elementType: ElementType { .int32 }
}

extension Int64: NumericScalar {
    public static var elementType: ElementType { .int64 }
}

extension UInt8: NumericScalar {
    public static var elementType: ElementType { .uint8 }
}

extension Bool: TensorScalar {
    public static var elementType: ElementType { .bool }
}

/// IEEE half precision as stored bits; convert to `Float` for arithmetic.
public struct Float16Bits: TensorScalar {
    public var bits: UInt16
    public init(bits: UInt16) { self.bits = bits }
    public static var elementType: ElementType { .float16 }

    /// The exact value; every half is a `Float`.
    public var float: Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:  // zero and subnormals: fraction · 2⁻²⁴
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}

/// The upper half of a `Float`, as stored bits; convert to `Float` for arithmetic.
public struct BFloat16: TensorScalar {
    public var bits: UInt16
    public init(bits: UInt16) { self.bits = bits }
    public static var elementType: ElementType { .bfloat16 }

    /// The nearest value, ties to even; NaN is preserved.
    public init(_ value: Float) {
        let pattern = value.bitPattern
        let rounded = pattern &+ 0x7FFF &+ (pattern >> 16 & 1)
        bits = value.isNaN ? UInt16(pattern >> 16) | 0x40 : UInt16(rounded >> 16)
    }

    public var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}
