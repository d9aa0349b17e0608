import GestaltTensor

/// Times of one thing, in seconds.
public struct Measurement: Sendable {
    /// From the shortest to the longest.
    public let seconds: [Double]
    /// A number made from the result, so that nothing is left out and two sides can be compared.
    public let checksum: Double

    /// Runs `body` `warmUps` times unmeasured, then `runs` times.
    /// - Precondition: `runs` is positive.
    public init(warmUps: Int = 1, runs: Int, _ body: () -> Double) {
        precondition(runs > 0, "Measurement(runs: \(runs))")
        let clock = ContinuousClock()
        for _ in 0..<warmUps { _ = body() }
        var seconds: [Double] = []
        var checksum = 0.0
        for _ in 0..<runs {
            let time = clock.measure { checksum = body() }
            seconds.append(Double(time.components.attoseconds) * 1e-18 + Double(time.components.seconds))
        }
        self.seconds = seconds.sorted()
        self.checksum = checksum
    }

    public var median: Double { seconds[seconds.count / 2] }
    /// Half the distance from the first quarter to the third, as a share of the median.
    public var spread: Double {
        (seconds[seconds.count * 3 / 4] - seconds[seconds.count / 4]) / 2 / median
    }
}

/// The sum of the elements and of every 97th one, so that order counts.
public func checksum(_ x: Tensor<Float>) -> Double {
    x.withScalars { scalars in
        var sum = 0.0
        for index in stride(from: 0, to: scalars.count, by: 97) { sum += Double(scalars[index]) }
        return sum
    }
}

/// Numbers between −1 and 1 that the peers make in the same way: a linear congruence.
public func sample(_ shape: Shape, seed: UInt32) -> Tensor<Float> {
    Tensor(uninitialized: shape) { buffer in
        var state = seed
        for index in buffer.indices {
            state = state &* 1_664_525 &+ 1_013_904_223
            buffer[index] = Float(state >> 8) * 0x1p-23 - 1
        }
    }
}

/// Floating-point operations a second of a bare product 2048³, all threads: what convolutions are
/// compared with.
public func bareProductRate(runs: Int) -> Double {
    let n = 2048
    let (a, b) = (sample([n, n], seed: 1), sample([n, n], seed: 2))
    let time = Measurement(warmUps: 2, runs: runs) { checksum(a.matmul(b)) }
    return 2 * Double(n * n * n) / time.median
}
