import GestaltChecks

/// A point of a drawing in its units; y runs downwards.
package struct PlotPoint: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
}

/// An axis-parallel rectangle of a drawing.
package struct PlotBox: Sendable, Equatable {
    package var x: Double
    package var y: Double
    package var width: Double
    package var height: Double

    package init(x: Double, y: Double, width: Double, height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    package var right: Double { x + width }
    package var bottom: Double { y + height }

    /// The area that both cover.
    package func overlap(with other: PlotBox) -> Double {
        let across = min(right, other.right) - max(x, other.x)
        let down = min(bottom, other.bottom) - max(y, other.y)
        return max(across, 0) * max(down, 0)
    }

    package func contains(_ other: PlotBox) -> Bool {
        other.x >= x && other.y >= y && other.right <= right && other.bottom <= bottom
    }
}

/// Coordinates as text.
package enum Coordinate {
    /// Returns the number with at most two decimals, without trailing zeros or a negative zero, and
    /// with a point in every locale.
    ///
    /// - Precondition: the number is finite: a drawing of a score that is not defined would be
    ///   wrong without a sign of it.
    package static func text(_ value: Double) -> String {
        require(value.isFinite && abs(value) < 1e9, "Coordinate: \(value) cannot be drawn")
        let hundredths = Int((value * 100).rounded())
        let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
        let decimals =
            rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return (hundredths < 0 ? "-" : "") + "\(whole)" + decimals
    }

    static func text(_ points: [PlotPoint]) -> String {
        points.map { "\(text($0.x)),\(text($0.y))" }.joined(separator: " ")
    }
}
