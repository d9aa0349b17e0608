import GestaltChecks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A learning rate as a function of the step, counted from 0: plain data, so that an experiment can
/// record it and a resumed run continues it.
///
/// ```swift
/// let schedule = Schedule.warmUp(steps: 100, then: .cosine(from: 1e-3, to: 1e-5, steps: 5_000))
/// optimizer.learningRate = schedule.learningRate(at: step)
/// ```
public indirect enum Schedule: Sendable, Equatable, Codable {
    case constant(Double)
    /// Half a cosine from `from` down to `to` in `steps` steps, and `to` after them.
    /// Source: Loshchilov and Hutter, *SGDR* (2016), equation 5, one cycle.
    case cosine(from: Double, to: Double = 0, steps: Int)
    /// `from · factorᵗ`, t the step divided by `every`.
    case exponential(from: Double, factor: Double, every: Int = 1)
    /// `from`, multiplied by `factor` after each `every` steps.
    case step(from: Double, factor: Double, every: Int)
    /// Linear from near 0 to the start of `then`, which begins after `steps` steps: step t has the
    /// fraction `(t + 1) / (steps + 1)`.
    case warmUp(steps: Int, then: Schedule)
    case oneCycle(OneCycle)

    /// Returns the learning rate of step `step`.
    /// - Precondition: `step` is not negative; lengths in steps are positive.
    public func learningRate(at step: Int) -> Double {
        require(step >= 0, "learningRate(at: \(step))")
        switch self {
        case .constant(let rate): return rate
        case .cosine(let first, let last, let steps):
            require(steps > 0, "Schedule.cosine of \(steps) steps")
            return cosineBetween(first, last, share: Double(min(step, steps)) / Double(steps))
        case .exponential(let first, let factor, let every):
            require(every > 0, "Schedule.exponential every \(every) steps")
            return first * pow(factor, Double(step) / Double(every))
        case .step(let first, let factor, let every):
            require(every > 0, "Schedule.step every \(every) steps")
            return first * pow(factor, Double(step / every))
        case .warmUp(let steps, let then):
            guard step < steps else { return then.learningRate(at: step - steps) }
            return then.learningRate(at: 0) * Double(step + 1) / Double(steps + 1)
        case .oneCycle(let cycle): return cycle.learningRate(at: step)
        }
    }

    /// Returns the momentum, or Adam's β₁, of step `step`; nil if the schedule does not change it.
    public func momentum(at step: Int) -> Double? {
        switch self {
        case .oneCycle(let cycle): cycle.momentum(at: step)
        case .warmUp(let steps, let then): then.momentum(at: max(0, step - steps))
        default: nil
        }
    }
}

/// The one-cycle schedule: the learning rate rises in the first part of a run and falls far below
/// its initial value in the rest; momentum moves inversely.
///
/// Both parts are half cosines. The rate runs `maximum / divisor` → `maximum` →
/// `maximum / divisor / finalDivisor`; the numbers equal PyTorch's `OneCycleLR`.
///
/// - Source: Smith and Topin, *Super-Convergence* (2017); the two-part cosine form is fast.ai's.
public struct OneCycle: Sendable, Equatable, Codable {
    public var maximum: Double
    /// The number of steps of the whole run; later steps keep the final values.
    public var steps: Int
    /// The fraction of the steps with a rising rate.
    public var warmUpFraction: Double
    public var divisor: Double
    public var finalDivisor: Double
    /// The range of momentum, from the upper bound to the lower one and back; nil leaves it
    /// unchanged.
    public var momentum: ClosedRange<Double>?

    /// - Precondition: rates, divisors and steps are positive, `warmUpFraction` lies within 0 … 1.
    public init(
        maximum: Double, steps: Int, warmUpFraction: Double = 0.3, divisor: Double = 25,
        finalDivisor: Double = 1e4, momentum: ClosedRange<Double>? = 0.85...0.95
    ) {
        require(
            maximum > 0 && steps > 0 && (0...1).contains(warmUpFraction) && divisor > 0
                && finalDivisor > 0,
            "OneCycle(maximum: \(maximum), steps: \(steps), warmUpFraction: \(warmUpFraction), divisor: \(divisor), finalDivisor: \(finalDivisor))"
        )
        self.maximum = maximum
        self.steps = steps
        self.warmUpFraction = warmUpFraction
        self.divisor = divisor
        self.finalDivisor = finalDivisor
        self.momentum = momentum
    }

    func learningRate(at step: Int) -> Double {
        let start = maximum / divisor
        return value(at: step, start, maximum, start / finalDivisor)
    }

    func momentum(at step: Int) -> Double? {
        momentum.map { value(at: step, $0.upperBound, $0.lowerBound, $0.upperBound) }
    }

    private func value(at step: Int, _ first: Double, _ peak: Double, _ last: Double) -> Double {
        // The peak need not fall on a whole step.
        let top = warmUpFraction * Double(steps) - 1
        let end = Double(steps - 1)
        let step = min(Double(step), end)
        // A step at or before the peak belongs to the warm-up.
        if top > 0 && step <= top { return cosineBetween(first, peak, share: step / top) }
        return cosineBetween(peak, last, share: end > top ? (step - top) / (end - top) : 1)
    }
}

/// Returns `from` at fraction 0, `to` at fraction 1, half a cosine between.
private func cosineBetween(_ from: Double, _ to: Double, share: Double) -> Double {
    to + (from - to) / 2 * (1 + cos(.pi * share))
}
