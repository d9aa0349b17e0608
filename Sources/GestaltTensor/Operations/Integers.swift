import CKernels

// Arithmetic without gradients, for the integer types: overflow wraps around. Floating-point
// tensors have separate, recorded forms.
extension Tensor where Scalar: NumericScalar {
    public static func + (a: Tensor, b: Tensor) -> Tensor { combined(gk_add, "+", a, b) }
    public static func - (a: Tensor, b: Tensor) -> Tensor { combined(gk_subtract, "-", a, b) }
    public static func * (a: Tensor, b: Tensor) -> Tensor { combined(gk_multiply, "*", a, b) }

    public static func + (a: Tensor, b: Scalar) -> Tensor { a + Tensor(b) }
    public static func - (a: Tensor, b: Scalar) -> Tensor { a - Tensor(b) }
    public static func * (a: Tensor, b: Scalar) -> Tensor { a * Tensor(b) }

    public static func + (a: Scalar, b: Tensor) -> Tensor { Tensor(a) + b }
    public static func - (a: Scalar, b: Tensor) -> Tensor { Tensor(a) - b }
    public static func * (a: Scalar, b: Tensor) -> Tensor { Tensor(a) * b }

    /// Returns the elementwise maximum.
    public func maximum(_ other: Tensor) -> Tensor { combined(gk_maximum, "maximum", self, other) }

    /// Returns the elementwise minimum.
    public func minimum(_ other: Tensor) -> Tensor { combined(gk_minimum, "minimum", self, other) }
}
