import CKernels

/// A function of one number, element by element. The kernels hold value and derivative together;
/// the derivative is computed from the input or from the value, whichever is cheaper.
struct Unary<Scalar: FloatingScalar>: Operation {
    let kind: gk_unary
    /// The kernel's parameters: a slope, a bound, an exponent.
    let first: Scalar
    let second: Scalar

    init(_ kind: gk_unary, _ first: Scalar = 0, _ second: Scalar = 0) {
        self.kind = kind
        self.first = first
        self.second = second
    }

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Tensor<Scalar>?) {
        let y = value(of: x[0])
        guard needs.any else { return (y, nil) }
        switch gk_unary_keeps(kind) {
        case gk_keeps_input: return (y, x[0])
        case gk_keeps_value: return (y, y)
        default: return (y, nil)
        }
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Tensor<Scalar>?, needs: Needs
    ) -> [Tensor<Scalar>?] {
        if gk_unary_keeps(kind) == gk_has_no_gradient { return [nil] }
        let g = cotangent.contiguous()
        let source = kept?.contiguous() ?? g
        let result = Tensor<Scalar>(storage: Storage(count: g.count), layout: Layout(contiguous: g.shape))
        let variant = Scalar.variant
        let (p, q) = (Double(first), Double(second))
        let (k, from, to) = (source.pointer, g.pointer, result.pointer)
        withExtendedLifetime((source, g)) {
            parallelChunks(count: g.count, minimumChunk: parallelThreshold) { range in
                let start = range.lowerBound
                gk_unary_pullback(
                    variant, kind, k + start, from + start, to + start, range.count, p, q)
            }
        }
        return [result]
    }

    private func value(of input: Tensor<Scalar>) -> Tensor<Scalar> {
        let x = input.contiguous()
        let result = Tensor<Scalar>(storage: Storage(count: x.count), layout: Layout(contiguous: x.shape))
        let variant = Scalar.variant
        let (p, q) = (Double(first), Double(second))
        let (from, to) = (x.pointer, result.pointer)
        withExtendedLifetime(x) {
            parallelChunks(count: x.count, minimumChunk: parallelThreshold) { range in
                let start = range.lowerBound
                gk_unary_forward(variant, kind, from + start, to + start, range.count, p, q)
            }
        }
        return result
    }
}

/// The forms of the Gaussian error linear unit. Source: Hendrycks and Gimpel, *Gaussian Error
/// Linear Units* (2016).
public enum GELUForm: Sendable, CaseIterable {
    /// `x Φ(x)`, Φ the normal distribution function.
    case exact
    /// `½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    case tanh
    /// `x σ(1.702 x)`.
    case sigmoid
}

// Every one has a gradient; NaN gives NaN.
extension Tensor where Scalar: FloatingScalar {
    public static prefix func - (x: Tensor) -> Tensor { Unary(gk_negate)(x) }

    public func exp() -> Tensor { Unary(gk_exp)(self) }
    /// The natural logarithm; −∞ at 0, NaN below.
    public func log() -> Tensor { Unary(gk_log)(self) }
    public func squareRoot() -> Tensor { Unary(gk_square_root)(self) }
    /// `1 / √x`.
    public func reciprocalSquareRoot() -> Tensor { Unary(gk_reciprocal_square_root)(self) }
    public func squared() -> Tensor { Unary(gk_squared)(self) }
    /// `1 / x`.
    public func reciprocal() -> Tensor { Unary(gk_reciprocal)(self) }
    /// The gradient at 0 is 0.
    public func abs() -> Tensor { Unary(gk_abs)(self) }
    public func sin() -> Tensor { Unary(gk_sin)(self) }
    public func cos() -> Tensor { Unary(gk_cos)(self) }
    public func tanh() -> Tensor { Unary(gk_tanh)(self) }
    /// `2/√π ∫₀ˣ exp(−t²) dt`.
    public func erf() -> Tensor { Unary(gk_erf)(self) }
    /// `selfᵉ` for one exponent.
    public func power(_ exponent: Scalar) -> Tensor { Unary(gk_power_of, exponent)(self) }

    /// `σ(x) = 1 / (1 + e⁻ˣ)`.
    public func sigmoid() -> Tensor { Unary(gk_sigmoid)(self) }
    /// `max(x, 0)`; the gradient at 0 is 0.
    public func relu() -> Tensor { Unary(gk_relu)(self) }
    /// `x` above 0, `slope · x` elsewhere; the gradient at 0 is `slope`.
    public func leakyRelu(slope: Scalar = 0.01) -> Tensor { Unary(gk_leaky_relu, slope)(self) }
    /// `x σ(x)`. Source: Elfwing, Uchibe and Doya (2017), equation 5.
    public func silu() -> Tensor { Unary(gk_swish, 1)(self) }
    /// `ln(1 + eˣ)`, without overflow.
    public func softplus() -> Tensor { Unary(gk_softplus)(self) }

    public func gelu(_ form: GELUForm = .exact) -> Tensor {
        switch form {
        case .exact: Unary(gk_gelu)(self)
        case .tanh: Unary(gk_gelu_tanh)(self)
        case .sigmoid: Unary(gk_swish, 1.702)(self)
        }
    }

    /// The nearest value in `lowest ... highest`; no gradient flows from outside of it.
    /// - Precondition: `min ≤ max`.
    public func clamped(min lowest: Scalar = -.infinity, max highest: Scalar = .infinity) -> Tensor {
        precondition(lowest <= highest, "clamped(min: \(lowest), max: \(highest))")
        return Unary(gk_clamp, lowest, highest)(self)
    }

    /// −1, 0 or 1. The gradient is 0, as it is of the three below.
    public func sign() -> Tensor { Unary(gk_sign)(self) }
    public func floor() -> Tensor { Unary(gk_floor)(self) }
    public func ceiling() -> Tensor { Unary(gk_ceiling)(self) }
    /// The nearest whole number; halves go to the even one.
    public func round() -> Tensor { Unary(gk_round)(self) }
}
