import GestaltChecks

extension Tensor {
    /// - Precondition: as many scalars as `shape` holds.
    public init(shape: Shape, scalars: some Collection<Scalar>) {
        require(
            scalars.count == shape.elementCount,
            "shape \(shape) holds \(shape.elementCount) scalars, not \(scalars.count)")
        self.init(uninitialized: shape) { _ = $0.initialize(fromContentsOf: scalars) }
    }

    /// A vector `[scalars.count]`.
    public init(_ scalars: [Scalar]) { self.init(shape: [scalars.count], scalars: scalars) }

    /// A matrix from its rows.
    /// - Precondition: all rows have one length.
    public init(rows: [[Scalar]]) {
        let width = rows.first?.count ?? 0
        require(
            rows.allSatisfy { $0.count == width },
            "rows of lengths \(rows.map { $0.count }) make no matrix")
        self.init(shape: [rows.count, width], scalars: rows.flatMap { $0 })
    }

    /// A tensor of rank 0.
    public init(_ scalar: Scalar) {
        self.init(uninitialized: []) { $0.baseAddress!.initialize(to: scalar) }
    }

    /// A tensor whose elements are all `value`.
    public init(repeating value: Scalar, shape: Shape) {
        self.init(uninitialized: shape) { fill($0, with: value) }
    }

    public static func zeros(_ shape: Shape) -> Tensor {
        Tensor(repeating: .zeroScalar, shape: shape)
    }
}

extension Tensor where Scalar: NumericScalar {
    public static func ones(_ shape: Shape) -> Tensor { Tensor(repeating: 1, shape: shape) }

    /// `[n, n]` with ones on the diagonal.
    public static func identity(_ n: Int) -> Tensor {
        var result = zeros([n, n])
        result.withMutableScalars { for i in 0..<n { $0[i * n + i] = 1 } }
        return result
    }
}

extension Tensor where Scalar: NumericScalar & Strideable, Scalar.Stride: SignedNumeric {
    /// The whole numbers of `range`, as a vector.
    public static func range(_ range: Range<Int>) -> Tensor {
        Tensor(range.map { Scalar(exactly: $0)! })
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// `count` values from `first` to `last`, both included, evenly spaced.
    public static func linearSpace(from first: Scalar, to last: Scalar, count: Int) -> Tensor {
        let step = count > 1 ? (last - first) / Scalar(count - 1) : 0
        return Tensor(
            (0..<count).map { $0 == count - 1 && count > 1 ? last : first + Scalar($0) * step })
    }
}
