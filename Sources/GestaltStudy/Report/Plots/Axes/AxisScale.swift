import Foundation
import GestaltChecks

/// Positions of values along an axis.
package struct AxisScale: Sendable, Equatable {
    package enum Kind: Sendable { case linear, logarithmic }

    package let kind: Kind
    package let domain: ClosedRange<Double>
    /// The coordinates of the bounds of `domain`; the first may be the larger.
    package let start: Double
    package let end: Double

    /// - Precondition: the bounds are finite, and positive on a logarithmic axis.
    package init(
        _ kind: Kind = .linear, _ domain: ClosedRange<Double>, from start: Double, to end: Double
    ) {
        require(
            domain.lowerBound.isFinite && domain.upperBound.isFinite
                && (kind == .linear || domain.lowerBound > 0),
            "AxisScale: \(domain) has no \(kind) scale")
        (self.kind, self.domain, self.start, self.end) = (kind, domain, start, end)
    }

    /// Returns the coordinate of a value; the middle where the domain is a single value.
    package func position(_ value: Double) -> Double {
        require(value.isFinite, "AxisScale: \(value) has no position")
        let (lower, upper) = (warped(domain.lowerBound), warped(domain.upperBound))
        guard upper > lower else { return (start + end) / 2 }
        return start + (warped(value) - lower) / (upper - lower) * (end - start)
    }

    private func warped(_ value: Double) -> Double {
        kind == .linear ? value : Foundation.log10(value)
    }
}
