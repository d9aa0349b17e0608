import GestaltChecks

// Reading a region returns a view and is recorded. Assigning replaces the region: on tracked
// tensors by a recorded operation (gradients of overwritten elements are zero, those of the region
// flow to the new value), on constants by a write in place if the memory is not shared.
extension Tensor {
    /// The slice at `index` of the outermost axis, without that axis.
    public subscript(index: Int) -> Tensor {
        get { region([.position(index)]) }
        set { replaceRegion([.position(index)], with: newValue) }
    }

    /// The part of the tensor that an entry for each of the outermost axes selects; axes without an
    /// entry are selected whole.
    ///
    /// ```swift
    /// x[0, 1]                          // two axes fewer
    /// x[0..., ..<3, -1]                // ranges keep their axis, integers drop it
    /// x[..., 0]                        // the innermost axis alone
    /// x[.newAxis, stride(from: 0, to: 8, by: 2)]
    /// x[1..., 0] = y                   // y broadcasts to the region's shape
    /// ```
    /// Negative positions and bounds count from the end.
    /// - Precondition: every position and bound lies inside its axis; an assigned tensor broadcasts
    ///   to the region.
    public subscript(indices: any AxisIndexing...) -> Tensor {
        get { region(indices.map(\.axisIndex)) }
        set { replaceRegion(indices.map(\.axisIndex), with: newValue) }
    }

    /// The part that entries for the innermost axes select; see
    /// `subscript(_: any AxisIndexing...)`.
    public subscript(_: UnboundedRange, inner: any AxisIndexing...) -> Tensor {
        get { region([.remaining] + inner.map(\.axisIndex)) }
        set { replaceRegion([.remaining] + inner.map(\.axisIndex), with: newValue) }
    }

    /// The part that an entry for the outermost and some for the innermost axes select. Use
    /// `.ellipsis` for `...` at later positions.
    public subscript(
        outer: any AxisIndexing, _: UnboundedRange, inner: any AxisIndexing...
    ) -> Tensor {
        get { region([outer.axisIndex, .remaining] + inner.map(\.axisIndex)) }
        set {
            replaceRegion([outer.axisIndex, .remaining] + inner.map(\.axisIndex), with: newValue)
        }
    }

    func region(_ indices: [AxisIndex]) -> Tensor {
        SelectRegion(region: TensorRegion(indices, of: shape))(self)
    }

    mutating func replaceRegion(_ indices: [AxisIndex], with value: Tensor) {
        let region = TensorRegion(indices, of: shape)
        let expected = region.shape
        require(
            expected.broadcast(with: value.shape) == expected,
            "subscript: a tensor of shape \(value.shape) is assigned to a region of shape \(expected)"
        )
        guard record == nil && value.record == nil else {
            self = ReplaceRegion(region: region)(self, value)
            return
        }
        withMutableScalars { buffer in
            guard let target = buffer.baseAddress else { return }
            region.write(value, to: target)
        }
    }
}

/// One number for all elements of a region, written as a literal: `x[0] = 0`, `x[mask] = .nan`.
///
/// A number that is not a literal is assigned as a tensor: `x[0] = Tensor(value)`.
public struct FillValue<Scalar: TensorScalar>: Sendable {
    let scalar: Scalar
}

extension FillValue: ExpressibleByIntegerLiteral where Scalar: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Scalar.IntegerLiteralType) {
        scalar = Scalar(integerLiteral: value)
    }
}

extension FillValue: ExpressibleByFloatLiteral where Scalar: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Scalar.FloatLiteralType) {
        scalar = Scalar(floatLiteral: value)
    }
}

extension FillValue: ExpressibleByBooleanLiteral where Scalar == Bool {
    public init(booleanLiteral value: Bool) { scalar = value }
}

extension FillValue where Scalar: FloatingScalar {
    public static var nan: FillValue { FillValue(scalar: .nan) }
    public static var infinity: FillValue { FillValue(scalar: .infinity) }
}

// Assignment of one number to all elements of a region. Reading a number is `x[scalar: 0, 1]` or
// `x[0, 1].scalar`. A subscript of type `Scalar` would take precedence over that of tensors in
// `x[0] += 1`.
extension Tensor {
    @_disfavoredOverload
    public subscript(index: Int) -> FillValue<Scalar> {
        @available(*, unavailable, message: "read a number by x[scalar: 0] or x[0].scalar")
        get { FillValue(scalar: region([.position(index)]).scalar) }
        set { replaceRegion([.position(index)], with: Tensor(newValue.scalar)) }
    }

    @_disfavoredOverload
    public subscript(indices: any AxisIndexing...) -> FillValue<Scalar> {
        @available(*, unavailable, message: "read a number by x[scalar: 0, 1] or x[0, 1].scalar")
        get { FillValue(scalar: region(indices.map(\.axisIndex)).scalar) }
        set { replaceRegion(indices.map(\.axisIndex), with: Tensor(newValue.scalar)) }
    }

    @_disfavoredOverload
    public subscript(_: UnboundedRange, inner: any AxisIndexing...) -> FillValue<Scalar> {
        @available(*, unavailable, message: "read a number by x[scalar: 0, 1] or x[0, 1].scalar")
        get { FillValue(scalar: region([.remaining] + inner.map(\.axisIndex)).scalar) }
        set { replaceRegion([.remaining] + inner.map(\.axisIndex), with: Tensor(newValue.scalar)) }
    }

    @_disfavoredOverload
    public subscript(
        outer: any AxisIndexing, _: UnboundedRange, inner: any AxisIndexing...
    ) -> FillValue<Scalar> {
        @available(*, unavailable, message: "read a number by x[scalar: 0, 1] or x[0, 1].scalar")
        get {
            FillValue(
                scalar: region([outer.axisIndex, .remaining] + inner.map(\.axisIndex)).scalar)
        }
        set {
            replaceRegion(
                [outer.axisIndex, .remaining] + inner.map(\.axisIndex),
                with: Tensor(newValue.scalar))
        }
    }
}

/// Iteration over the slices of the outermost axis: `for row in x { … }`.
/// - Precondition: the tensor has at least one axis.
extension Tensor: Sequence {
    public struct Iterator: IteratorProtocol {
        let tensor: Tensor
        private var position = 0

        init(_ tensor: Tensor) { self.tensor = tensor }

        public mutating func next() -> Tensor? {
            guard position < tensor.shape[0] else { return nil }
            defer { position += 1 }
            return tensor[position]
        }
    }

    public func makeIterator() -> Iterator {
        require(rank > 0, "a tensor of shape \(shape) has no axis to iterate over")
        return Iterator(self)
    }

    /// The length of the outermost axis.
    public var underestimatedCount: Int { rank > 0 ? shape[0] : 0 }
}
