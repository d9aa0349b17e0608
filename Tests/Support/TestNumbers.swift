import GestaltTensor

/// Reproducible numbers for tests, independent of the library's own streams. Source: Steele, Lea
/// and Flood, *Fast Splittable Pseudorandom Number Generators* (2014), SplitMix64.
package struct TestNumbers: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    package mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound
            + (range.upperBound - range.lowerBound) * Double(next() >> 11) * 0x1p-53
    }
}

extension Tensor where Scalar: FloatingScalar {
    /// Uniform numbers of a range, the same for the same seed.
    package static func sample(
        _ shape: Shape, seed: UInt64 = 1, in range: ClosedRange<Double> = -2...2
    ) -> Tensor {
        var numbers = TestNumbers(seed: seed)
        return Tensor(
            shape: shape,
            scalars: (0..<shape.elementCount).map { _ in Scalar(numbers.uniform(in: range)) })
    }

    /// Distinct numbers in shuffled order, `gap` apart, none within `gap / 2` of 0: for operations
    /// with kinks and ties.
    package static func distinct(_ shape: Shape, seed: UInt64 = 1, gap: Double = 0.1) -> Tensor {
        var numbers = TestNumbers(seed: seed)
        let count = shape.elementCount
        let order = (0..<count).shuffled(using: &numbers)
        return Tensor(
            shape: shape,
            scalars: order.map { Scalar((Double($0) - Double(count / 2) + 0.5) * gap) })
    }
}
