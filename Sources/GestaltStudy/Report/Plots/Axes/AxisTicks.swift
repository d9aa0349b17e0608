import Foundation
import GestaltChecks

/// Round values along an axis, with their labels.
package struct AxisTicks: Sendable, Equatable {
    package let values: [Double]
    package let labels: [String]

    package init(values: [Double], labels: [String]) {
        require(
            values.count == labels.count,
            "AxisTicks: \(values.count) values, \(labels.count) labels")
        (self.values, self.labels) = (values, labels)
    }

    /// Returns ticks at the multiples of 1, 2 or 5 · 10ⁿ inside `range`.
    ///
    /// - Parameters:
    ///   - count: the desired number; there are about as many.
    ///   - signed: whether labels have a sign.
    /// - Precondition: finite bounds, the upper one larger.
    package static func linear(
        in range: ClosedRange<Double>, about count: Int = 5, signed: Bool = false
    ) -> AxisTicks {
        let (lower, upper) = (range.lowerBound, range.upperBound)
        require(
            lower.isFinite && upper.isFinite && upper > lower && count > 0,
            "AxisTicks: \(count) in \(range)")
        let raw = (upper - lower) / Double(count)
        let exponent = Int(log10(raw).rounded(.down))
        let power = pow(10, Double(exponent))
        let factor = [1.0, 2, 5, 10].min { abs($0 * power - raw) < abs($1 * power - raw) } ?? 10
        // Counted in whole steps: sums of 0.1 would drift.
        let step = factor * power
        let slack = 1e-9
        let first = Int((lower / step - slack).rounded(.up))
        let last = max(Int((upper / step + slack).rounded(.down)), first)
        let decimals = max(0, factor == 10 ? -exponent - 1 : -exponent)
        let values = (first...last).map { Double($0) * factor * power }
        return AxisTicks(
            values: values,
            labels: values.map {
                signed
                    ? DisplayNumber.difference($0, decimals: decimals)
                    : DisplayNumber.fixed($0, decimals: decimals)
            })
    }

    /// Returns ticks at 1, 2 and 5 · 10ⁿ inside `range`, at powers of ten alone where those are
    /// many; never fewer than the two ends rounded outwards.
    ///
    /// - Precondition: positive, finite bounds.
    package static func logarithmic(
        covering range: ClosedRange<Double>, label: (Double) -> String
    ) -> AxisTicks {
        require(
            range.lowerBound > 0 && range.upperBound.isFinite, "AxisTicks: \(range) logarithmic")
        let first = Int(log10(range.lowerBound).rounded(.down)) - 1
        let last = Int(log10(range.upperBound).rounded(.up)) + 1
        let decades = log10(range.upperBound / range.lowerBound)
        let factors: [Double] = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5]
        let candidates = (first...last).flatMap { exponent in
            factors.map { $0 * pow(10, Double(exponent)) }
        }
        let below = candidates.lastIndex { $0 <= range.lowerBound * 1.000_001 } ?? 0
        let above =
            candidates.firstIndex { $0 >= range.upperBound * 0.999_999 } ?? candidates.count - 1
        let values = Array(candidates[below...max(above, below + 1)])
        return AxisTicks(values: values, labels: values.map(label))
    }

    /// Returns the values from the first tick to the last.
    package var domain: ClosedRange<Double> { values[0]...values[values.count - 1] }
}

extension ClosedRange<Double> {
    /// Returns the range from the least value to the largest.
    /// - Precondition: at least one value.
    static func covering(_ values: [Double]) -> ClosedRange<Double> {
        guard let least = values.min(), let largest = values.max() else {
            stop("a range of values: none")
        }
        return least...largest
    }

    /// The range with a margin of a twentieth on both sides; of a single value, with room in
    /// proportion to it.
    var padded: ClosedRange<Double> {
        let room =
            upperBound > lowerBound
            ? (upperBound - lowerBound) * 0.05 : Swift.max(abs(lowerBound) * 0.05, 1e-3)
        return (lowerBound - room)...(upperBound + room)
    }
}
