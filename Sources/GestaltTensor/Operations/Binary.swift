import CKernels
import GestaltChecks

/// Elementwise arithmetic of two tensors whose shapes broadcast.
///
/// Source of the broadcasting rule: NumPy; axes are matched from the end, length 1 is broadcast.
struct Binary<Scalar: FloatingScalar>: Operation {
    let kind: gk_binary

    init(_ kind: gk_binary) { self.kind = kind }

    var label: String { name.description }

    /// For a division `a` is the quotient.
    typealias Residual = (a: Tensor<Scalar>?, b: Tensor<Scalar>?, shapes: (Shape, Shape))

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let keeps: (Bool, Bool) =
            switch kind {
            case gk_add, gk_subtract: (false, false)
            case gk_multiply: (needs[1], needs[0])
            case gk_divide: (needs[1], needs.any)
            default: (needs.any, needs.any)
            }
        let value: Tensor<Scalar> = combined(kind, name, x[0], x[1])
        let first = kind == gk_divide ? value : x[0]
        return (
            value, (keeps.0 ? first : nil, keeps.1 ? x[1] : nil, (x[0].shape, x[1].shape))
        )
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let (first, second) = partials(cotangent, kept, needs)
        let sum = second?.summed(to: kept.shapes.1)
        // The sign last, when the fewest elements are negated.
        let turns = kind == gk_subtract || kind == gk_divide
        return [first?.summed(to: kept.shapes.0), turns ? sum.map { -$0 } : sum]
    }

    /// Returns the gradients before summing over broadcast axes and before negation.
    private func partials(
        _ g: Tensor<Scalar>, _ kept: Residual, _ needs: Needs
    ) -> (Tensor<Scalar>?, Tensor<Scalar>?) {
        switch kind {
        case gk_add, gk_subtract: return (needs[0] ? g : nil, needs[1] ? g : nil)
        case gk_multiply: return (needs[0] ? g * kept.b! : nil, needs[1] ? g * kept.a! : nil)
        case gk_divide:
            // d/db [a / b] = −(a / b) / b
            let scaled = g / kept.b!
            return (needs[0] ? scaled : nil, needs[1] ? scaled * kept.a! : nil)
        case gk_maximum, gk_minimum:
            // On a tie the first operand receives the whole gradient.
            let (a, b) = (kept.a!, kept.b!)
            let first = kind == gk_maximum ? a .>= b : a .<= b
            let zero = Tensor<Scalar>(0)
            return (
                needs[0] ? selected(zero, g, first) : nil, needs[1] ? selected(g, zero, first) : nil
            )
        default: return powerPartials(g, kept.a!, kept.b!, needs)
        }
    }

    private func powerPartials(
        _ g: Tensor<Scalar>, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ needs: Needs
    ) -> (Tensor<Scalar>?, Tensor<Scalar>?) {
        let zero = Tensor<Scalar>(0)
        // d/da aᵇ = b·aᵇ⁻¹, which is 0 for b = 0, also at a = 0.
        let first = needs[0] ? g * selected(b * a.power(b - 1), zero, b .== zero) : nil
        guard needs[1] else { return (first, nil) }
        // d/db aᵇ = aᵇ·ln a, which is 0 at a = 0 for b > 0.
        return (first, g * selected(a.power(b) * a.log(), zero, a .== zero))
    }

    private var name: StaticString {
        switch kind {
        case gk_add: "+"
        case gk_subtract: "-"
        case gk_multiply: "*"
        case gk_divide: "/"
        case gk_maximum: "maximum"
        case gk_minimum: "minimum"
        default: "power"
        }
    }
}

extension Tensor where Scalar: FloatingScalar {
    // The common entry point: one generic body that is also compiled for Float.
    @specialized(where Scalar == Float)
    private func binary(_ kind: gk_binary, _ other: Tensor) -> Tensor { Binary(kind)(self, other) }

    public static func + (a: Tensor, b: Tensor) -> Tensor { a.binary(gk_add, b) }
    public static func - (a: Tensor, b: Tensor) -> Tensor { a.binary(gk_subtract, b) }
    public static func * (a: Tensor, b: Tensor) -> Tensor { a.binary(gk_multiply, b) }
    public static func / (a: Tensor, b: Tensor) -> Tensor { a.binary(gk_divide, b) }

    public static func + (a: Tensor, b: Scalar) -> Tensor { a + Tensor(b) }
    public static func - (a: Tensor, b: Scalar) -> Tensor { a - Tensor(b) }
    public static func * (a: Tensor, b: Scalar) -> Tensor { a * Tensor(b) }
    public static func / (a: Tensor, b: Scalar) -> Tensor { a / Tensor(b) }

    public static func + (a: Scalar, b: Tensor) -> Tensor { Tensor(a) + b }
    public static func - (a: Scalar, b: Tensor) -> Tensor { Tensor(a) - b }
    public static func * (a: Scalar, b: Tensor) -> Tensor { Tensor(a) * b }
    public static func / (a: Scalar, b: Tensor) -> Tensor { Tensor(a) / b }

    /// Returns the elementwise maximum. NaN in either operand yields NaN; on a tie the receiver
    /// gets the gradient.
    public func maximum(_ other: Tensor) -> Tensor { binary(gk_maximum, other) }

    /// Returns the elementwise minimum; see `maximum(_:)`.
    public func minimum(_ other: Tensor) -> Tensor { binary(gk_minimum, other) }

    public func maximum(_ other: Scalar) -> Tensor { maximum(Tensor(other)) }
    public func minimum(_ other: Scalar) -> Tensor { minimum(Tensor(other)) }

    /// Returns `selfᵉ`, element by element. The gradient with respect to the exponent requires a
    /// base ≥ 0.
    public func power(_ exponent: Tensor) -> Tensor { binary(gk_power, exponent) }

    public static func += (a: inout Tensor, b: Tensor) { a = a + b }
    public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
    public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
    public static func /= (a: inout Tensor, b: Tensor) { a = a / b }

    /// Returns the sum over the axes along which `shape` was broadcast to this tensor's shape; not
    /// recorded.
    package func summed(to shape: Shape) -> Tensor { summedAway(self, to: shape) }

    /// Adds in place if the memory is not shared; not recorded.
    package mutating func add(_ other: Tensor) {
        require(shape == other.shape, "add: \(shape) and \(other.shape)")
        let addend = other.contiguous()
        let variant = Scalar.variant
        addend.withScalars { x in
            withMutableScalars { y in
                let (from, to) = (x.baseAddress!, y.baseAddress!)
                parallelChunks(count: x.count, minimumChunk: parallelThreshold) { range in
                    gk_accumulate(
                        variant, from + range.lowerBound, to + range.lowerBound, range.count)
                }
            }
        }
    }
}
