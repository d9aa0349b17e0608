import GestaltTensor

/// An element type that file tensors can be converted to: it accepts values of other types where
/// only precision is lost.
///
/// Floating-point types accept floating-point values, rounded to nearest, and integers; integer
/// types accept integers in their range; `Bool` accepts 0 and 1. Half-width storage types accept
/// only themselves, except that `BFloat16` rounds.
public protocol StoredScalar: TensorScalar {
    /// Converts a floating-point element; nil when the type accepts none.
    init?(stored value: Double)
    /// Converts an integer or Boolean element; nil when it is out of range.
    init?(stored value: Int64)
}

extension Float: StoredScalar {
    public init?(stored value: Double) { self = Float(value) }
    public init?(stored value: Int64) { self = Float(value) }
}

extension Double: StoredScalar {
    public init?(stored value: Double) { self = value }
    public init?(stored value: Int64) { self = Double(value) }
}

extension Int32: StoredScalar {
    public init?(stored value: Double) { return nil }
    public init?(stored value: Int64) { self.init(exactly: value) }
}

extension Int64: StoredScalar {
    public init?(stored value: Double) { return nil }
    public init?(stored value: Int64) { self = value }
}

extension UInt8: StoredScalar {
    public init?(stored value: Double) { return nil }
    public init?(stored value: Int64) { self.init(exactly: value) }
}

extension Bool: StoredScalar {
    public init?(stored value: Double) { return nil }
    public init?(stored value: Int64) {
        guard value == 0 || value == 1 else { return nil }
        self = value == 1
    }
}

extension BFloat16: StoredScalar {
    public init?(stored value: Double) { self.init(Float(value)) }
    public init?(stored value: Int64) { return nil }
}

extension Float16Bits: StoredScalar {
    public init?(stored value: Double) { return nil }
    public init?(stored value: Int64) { return nil }
}
