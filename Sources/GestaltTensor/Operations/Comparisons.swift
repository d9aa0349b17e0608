import CKernels

// Comparisons return truth values of the broadcast shape and have no gradient. NaN differs from
// every value, including itself. The spelling is that of SIMD vectors, since `==` compares whole
// tensors.
extension Tensor where Scalar: NumericScalar {
    /// Returns whether both are equal, element by element.
    public static func .== (a: Tensor, b: Tensor) -> Tensor<Bool> {
        combined(gk_equal, ".==", a, b)
    }
    /// Returns whether both differ, element by element.
    public static func .!= (a: Tensor, b: Tensor) -> Tensor<Bool> {
        combined(gk_not_equal, ".!=", a, b)
    }
    /// Returns whether the first is less, element by element.
    public static func .< (a: Tensor, b: Tensor) -> Tensor<Bool> { combined(gk_less, ".<", a, b) }
    /// Returns whether the first is less or equal, element by element.
    public static func .<= (a: Tensor, b: Tensor) -> Tensor<Bool> {
        combined(gk_less_or_equal, ".<=", a, b)
    }
    /// Returns whether the first is greater, element by element.
    public static func .> (a: Tensor, b: Tensor) -> Tensor<Bool> {
        combined(gk_greater, ".>", a, b)
    }
    /// Returns whether the first is greater or equal, element by element.
    public static func .>= (a: Tensor, b: Tensor) -> Tensor<Bool> {
        combined(gk_greater_or_equal, ".>=", a, b)
    }

    public static func .== (a: Tensor, b: Scalar) -> Tensor<Bool> { a .== Tensor(b) }
    public static func .!= (a: Tensor, b: Scalar) -> Tensor<Bool> { a .!= Tensor(b) }
    public static func .< (a: Tensor, b: Scalar) -> Tensor<Bool> { a .< Tensor(b) }
    public static func .<= (a: Tensor, b: Scalar) -> Tensor<Bool> { a .<= Tensor(b) }
    public static func .> (a: Tensor, b: Scalar) -> Tensor<Bool> { a .> Tensor(b) }
    public static func .>= (a: Tensor, b: Scalar) -> Tensor<Bool> { a .>= Tensor(b) }

    public static func .== (a: Scalar, b: Tensor) -> Tensor<Bool> { Tensor(a) .== b }
    public static func .!= (a: Scalar, b: Tensor) -> Tensor<Bool> { Tensor(a) .!= b }
    public static func .< (a: Scalar, b: Tensor) -> Tensor<Bool> { Tensor(a) .< b }
    public static func .<= (a: Scalar, b: Tensor) -> Tensor<Bool> { Tensor(a) .<= b }
    public static func .> (a: Scalar, b: Tensor) -> Tensor<Bool> { Tensor(a) .> b }
    public static func .>= (a: Scalar, b: Tensor) -> Tensor<Bool> { Tensor(a) .>= b }
}

// Truth values are bytes 0 and 1, so that byte arithmetic applies to them.
extension Tensor<Bool> {
    /// Returns whether both are equal, element by element.
    public static func .== (a: Tensor, b: Tensor) -> Tensor { combined(gk_equal, ".==", a, b) }
    /// Returns whether exactly one is true, element by element.
    public static func .!= (a: Tensor, b: Tensor) -> Tensor { combined(gk_not_equal, ".!=", a, b) }

    /// Returns the elementwise logical negation.
    public static prefix func ! (mask: Tensor) -> Tensor {
        combined(gk_equal, "!", mask, Tensor(false))
    }

    /// Returns the elementwise logical and.
    public static func .& (a: Tensor, b: Tensor) -> Tensor { combined(gk_minimum, ".&", a, b) }

    /// Returns the elementwise logical or.
    public static func .| (a: Tensor, b: Tensor) -> Tensor { combined(gk_maximum, ".|", a, b) }
}

extension Tensor where Scalar: TensorScalar {
    /// Returns `other` where `mask` is true, this tensor elsewhere; all three broadcast.
    public func replacing(with other: Tensor, where mask: Tensor<Bool>) -> Tensor {
        Replacing(mask: mask)(self, other)
    }

    /// Returns `value` where `mask` is true, this tensor elsewhere.
    public func replacing(with value: Scalar, where mask: Tensor<Bool>) -> Tensor {
        replacing(with: Tensor(value), where: mask)
    }
}

/// One of two tensors, element by element.
struct Replacing<Scalar: TensorScalar>: Operation {
    let mask: Tensor<Bool>

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: (Shape, Shape)) {
        (selected(x[0], x[1], mask), (x[0].shape, x[1].shape))
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ shapes: (Shape, Shape), needs: Needs
    ) -> [Tensor<Scalar>?] {
        let zero = Tensor(Scalar.zeroScalar)
        return [
            needs[0] ? summedAway(selected(cotangent, zero, mask), to: shapes.0) : nil,
            needs[1] ? summedAway(selected(zero, cotangent, mask), to: shapes.1) : nil,
        ]
    }
}
