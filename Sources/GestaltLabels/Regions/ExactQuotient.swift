/// Fractions of the sides of pictures, from which the coordinates are computed again.
enum ExactQuotient {
    /// Returns `value / side * whole`, or a neighboring number from which
    /// `result / whole * side` is `value` to the bit.
    ///
    /// A coordinate on the border of two pixels would change sides by the last bit.
    static func share(_ value: Double, of side: Double, whole: Double) -> Double {
        let quotient = value / side * whole
        var (above, below) = (quotient, quotient)
        for _ in 0..<4 {
            if above / whole * side == value { return above }
            if below / whole * side == value { return below }
            (above, below) = (above.nextUp, below.nextDown)
        }
        return quotient
    }
}
