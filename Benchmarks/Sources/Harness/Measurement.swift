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
            seconds.append(clock.measure { checksum = body() }.seconds)
        }
        self.seconds = seconds.sorted()
        self.checksum = checksum
    }

    /// Times that were measured elsewhere.
    public init(seconds: [Double], checksum: Double) {
        self.seconds = seconds.sorted()
        self.checksum = checksum
    }

    /// Measures two things in turns, so that a machine that other work slows down for a while slows
    /// both. The quotients are second over first, turn by turn.
    public static func alternating(
        runs: Int, _ first: () -> Double, _ second: () -> Double
    ) -> (first: Measurement, second: Measurement, quotients: [Double]) {
        let clock = ContinuousClock()
        var (one, two) = ([Double](), [Double]())
        var sums = (first(), second())
        for _ in 0..<runs {
            one.append(clock.measure { sums.0 = first() }.seconds)
            two.append(clock.measure { sums.1 = second() }.seconds)
        }
        return (
            Measurement(seconds: one, checksum: sums.0),
            Measurement(seconds: two, checksum: sums.1), zip(one, two).map { $1 / $0 }
        )
    }

    /// Measures things in rounds, each once a round: for rows of one table.
    public static func rounds(_ runs: Int, _ bodies: [() -> Double]) -> [Measurement] {
        let clock = ContinuousClock()
        var seconds = bodies.map { _ in [Double]() }
        var sums = bodies.map { $0() }
        for _ in 0..<runs {
            for (place, body) in bodies.enumerated() {
                seconds[place].append(clock.measure { sums[place] = body() }.seconds)
            }
        }
        return zip(seconds, sums).map { Measurement(seconds: $0, checksum: $1) }
    }

    public var median: Double { Harness.median(seconds) }
    public var spread: Double { Harness.spread(seconds) }
}

public func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Half the distance from the first quarter to the third, as a share of the median.
public func spread(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / 2 / median(sorted)
}

extension Duration {
    public var seconds: Double {
        Double(components.attoseconds) * 1e-18 + Double(components.seconds)
    }
}

/// The sum of some thousand elements: a result is looked at, but the time of reading all of it is
/// not measured.
public func checksum(_ x: Tensor<Float>) -> Double {
    x.withScalars { scalars in
        var sum = 0.0
        let step = max(97, scalars.count / 4096 | 1)
        for index in stride(from: 0, to: scalars.count, by: step) { sum += Double(scalars[index]) }
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

/// A bare product 2048³ on all threads: what convolutions are compared with.
public struct BareProduct {
    private let a = sample([2048, 2048], seed: 1)
    private let b = sample([2048, 2048], seed: 2)

    public init() {}

    /// Floating-point operations of one run.
    public static let operationCount = 2.0 * 2048 * 2048 * 2048

    public func run() -> Double { checksum(a.matmul(b)) }
}
