import CKernels

// Comparisons give truth values and have no gradient. NaN is equal to nothing, not even to itself.
extension Tensor where Scalar: NumericScalar {
    public func equal(_ other: Tensor) -> Tensor<Bool> { combined(gk_equal, "equal", self, other) }
    public func notEqual(_ other: Tensor) -> Tensor<Bool> {
        combined(gk_not_equal, "notEqual", self, other)
    }
    public func less(_ other: Tensor) -> Tensor<Bool> { combined(gk_less, "less", self, other) }
    public func lessOrEqual(_ other: Tensor) -> Tensor<Bool> {
        combined(gk_less_or_equal, "lessOrEqual", self, other)
    }
    public func greater(_ other: Tensor) -> Tensor<Bool> {
        combined(gk_greater, "greater", self, other)
    }
    public func greaterOrEqual(_ other: Tensor) -> Tensor<Bool> {
        combined(gk_greater_or_equal, "greaterOrEqual", self, other)
    }

    public func equal(_ other: Scalar) -> Tensor<Bool> { equal(Tensor(other)) }
    public func notEqual(_ other: Scalar) -> Tensor<Bool> { notEqual(Tensor(other)) }
    public func less(_ other: Scalar) -> Tensor<Bool> { less(Tensor(other)) }
    public func lessOrEqual(_ other: Scalar) -> Tensor<Bool> { lessOrEqual(Tensor(other)) }
    public func greater(_ other: Scalar) -> Tensor<Bool> { greater(Tensor(other)) }
    public func greaterOrEqual(_ other: Scalar) -> Tensor<Bool> { greaterOrEqual(Tensor(other)) }
}

// Truth values are bytes 0 and 1, so that arithmetic of bytes serves them.
extension Tensor<Bool> {
    public func equal(_ other: Tensor) -> Tensor { combined(gk_equal, "equal", self, other) }
    public func notEqual(_ other: Tensor) -> Tensor {
        combined(gk_not_equal, "notEqual", self, other)
    }

    /// Whether not.
    public static prefix func ! (mask: Tensor) -> Tensor {
        combined(gk_equal, "!", mask, Tensor(false))
    }

    /// Whether both.
    public static func .& (a: Tensor, b: Tensor) -> Tensor { combined(gk_minimum, ".&", a, b) }

    /// Whether at least one.
    public static func .| (a: Tensor, b: Tensor) -> Tensor { combined(gk_maximum, ".|", a, b) }
}

extension Tensor where Scalar: TensorScalar {
    /// `other` where `mask` is true, this elsewhere; all three broadcast.
    public func replacing(with other: Tensor, where mask: Tensor<Bool>) -> Tensor {
        Replacing(mask: mask)(self, other)
    }

    /// `value` where `mask` is true, this elsewhere.
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
