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

    /// Returns `[n, n]` with ones on the diagonal.
    public static func identity(_ n: Int) -> Tensor {
        var result = zeros([n, n])
        result.withMutableScalars { for i in 0..<n { $0[i * n + i] = 1 } }
        return result
    }
}

extension Tensor where Scalar: NumericScalar & Strideable, Scalar.Stride: SignedNumeric {
    /// Returns the whole numbers of `range`, `step` apart, as a vector.
    /// - Precondition: `step` is positive; every number is representable in `Scalar`.
    public static func range(_ range: Range<Int>, by step: Int = 1) -> Tensor {
        require(step > 0, "range(\(range), by: \(step)): the step must be positive")
        return Tensor(
            stride(from: range.lowerBound, to: range.upperBound, by: step).map { number in
                guard let scalar = Scalar(exactly: number) else {
                    stop("range(\(range), by: \(step)): no \(Scalar.elementType) is \(number)")
                }
                return scalar
            })
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns `count` values from `first` to `last`, both included, evenly spaced.
    public static func linearSpace(from first: Scalar, to last: Scalar, count: Int) -> Tensor {
        let step = count > 1 ? (last - first) / Scalar(count - 1) : 0
        return Tensor(
            (0..<count).map { $0 == count - 1 && count > 1 ? last : first + Scalar($0) * step })
    }

    /// Draws independent numbers from the normal distribution.
    /// - Precondition: `standardDeviation` is not negative.
    public static func normal(
        _ shape: Shape, mean: Scalar = 0, standardDeviation: Scalar = 1,
        using random: inout RandomStream
    ) -> Tensor {
        random.normal(shape, mean: mean, standardDeviation: standardDeviation)
    }

    /// Draws independent numbers uniformly from `range`.
    /// - Precondition: `range` is not empty and its bounds are finite.
    public static func uniform(
        _ shape: Shape, in range: Range<Scalar> = 0..<1, using random: inout RandomStream
    ) -> Tensor {
        random.uniform(shape, in: range)
    }
}

extension Tensor {
    /// Returns the coordinates of a grid: for vectors of lengths `n₀, n₁, …`, one tensor each of
    /// shape `[n₀, n₁, …]` whose element at `[i₀, i₁, …]` is `vectors[k][iₖ]` (NumPy's
    /// `indexing="ij"`).
    /// - Precondition: at most eight vectors, each of rank 1.
    public static func grid(_ vectors: [Tensor]) -> [Tensor] {
        let shape = Shape(vectors.map(\.count))
        return vectors.enumerated().map { axis, vector in
            require(vector.rank == 1, "grid: vector \(axis) has shape \(vector.shape)")
            var place = Shape(repeatElement(1, count: vectors.count))
            place[axis] = vector.count
            return vector.reshaped(place).broadcast(to: shape)
        }
    }
}
