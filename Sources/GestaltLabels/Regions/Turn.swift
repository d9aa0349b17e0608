#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A clockwise rotation in picture coordinates (`y` down).
struct Turn {
    let sine: Double
    let cosine: Double

    /// Quarter turns are exact.
    init(degrees: Double) {
        let rest = degrees.truncatingRemainder(dividingBy: 360)
        switch rest {
        case 0: (sine, cosine) = (0, 1)
        case 90, -270: (sine, cosine) = (1, 0)
        case 180, -180: (sine, cosine) = (0, -1)
        case 270, -90: (sine, cosine) = (-1, 0)
        default:
            sine = sin(rest * .pi / 180)
            cosine = cos(rest * .pi / 180)
        }
    }

    /// Returns the point at the offset (`x`, `y`) from `center`, rotated about `center`.
    func applied(to x: Double, _ y: Double, about center: LabelPoint) -> LabelPoint {
        LabelPoint(center.x + x * cosine - y * sine, center.y + x * sine + y * cosine)
    }
}
