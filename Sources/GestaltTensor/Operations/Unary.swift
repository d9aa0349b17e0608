import CKernels
import GestaltChecks

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

    var label: String { kind.name }

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
        let variant = Scalar.variant
        let (p, q) = (Double(first), Double(second))
        let pass =
            bypassesCaches(Scalar.self, cotangent.count)
            ? gk_unary_pullback_streamed : gk_unary_pullback
        return [
            kernelPass(reading: cotangent, kept ?? cotangent) { g, k, dx, count in
                pass(variant, kind, k, g, dx, count, p, q)
            }
        ]
    }

    private func value(of x: Tensor<Scalar>) -> Tensor<Scalar> {
        let variant = Scalar.variant
        let (p, q) = (Double(first), Double(second))
        let pass =
            bypassesCaches(Scalar.self, x.count) ? gk_unary_forward_streamed : gk_unary_forward
        return kernelPass(reading: x, keepsDenormals: !kind.hasTinyTails) { x, y, count in
            pass(variant, kind, x, y, count, p, q)
        }
    }
}

extension gk_unary {
    /// The name in profiles.
    fileprivate var name: String { Self.names[Int(rawValue)] }

    /// In the order of the declaration.
    private static let names = [
        "negate", "exp", "log", "squareRoot", "reciprocalSquareRoot", "squared", "reciprocal",
        "abs",
        "sin", "cos", "tanh", "sigmoid", "relu", "leakyRelu", "gelu", "gelu(tanh)", "silu",
        "softplus", "erf", "clamped", "power", "sign", "floor", "ceiling", "round",
    ]

    /// Whether ordinary arguments, far from 0 on one side, yield denormal values or intermediate
    /// results: each costs a processor some hundred cycles. These functions flush denormal numbers
    /// to 0, including arguments, an error of 10⁻³⁸; all others process them exactly.
    var hasTinyTails: Bool {
        switch self {
        case gk_exp, gk_sigmoid, gk_gelu, gk_gelu_tanh, gk_swish, gk_softplus, gk_erf: true
        default: false
        }
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

// All of these functions have gradients; NaN yields NaN. Denormal arguments are processed exactly
// (the logarithm of 1e-40 is −92.1), but `exp` and the smooth activations count them as 0.
extension Tensor where Scalar: FloatingScalar {
    // The common entry point: one generic body that is also compiled for Float.
    @specialized(where Scalar == Float)
    private func unary(_ kind: gk_unary, _ first: Scalar = 0, _ second: Scalar = 0) -> Tensor {
        Unary(kind, first, second)(self)
    }

    public static prefix func - (x: Tensor) -> Tensor { x.unary(gk_negate) }

    public func exp() -> Tensor { unary(gk_exp) }
    /// Returns the natural logarithm; −∞ at 0, NaN below.
    public func log() -> Tensor { unary(gk_log) }
    public func squareRoot() -> Tensor { unary(gk_square_root) }
    /// Returns `1 / √x`.
    public func reciprocalSquareRoot() -> Tensor { unary(gk_reciprocal_square_root) }
    public func squared() -> Tensor { unary(gk_squared) }
    /// Returns `1 / x`.
    public func reciprocal() -> Tensor { unary(gk_reciprocal) }
    /// Returns the absolute value; the gradient at 0 is 0.
    public func abs() -> Tensor { unary(gk_abs) }
    public func sin() -> Tensor { unary(gk_sin) }
    public func cos() -> Tensor { unary(gk_cos) }
    public func tanh() -> Tensor { unary(gk_tanh) }
    /// Returns `2/√π ∫₀ˣ exp(−t²) dt`.
    public func erf() -> Tensor { unary(gk_erf) }
    /// Returns `selfᵉ` for one exponent.
    public func power(_ exponent: Scalar) -> Tensor { unary(gk_power_of, exponent) }

    /// Returns `σ(x) = 1 / (1 + e⁻ˣ)`.
    public func sigmoid() -> Tensor { unary(gk_sigmoid) }
    /// Returns `max(x, 0)`; the gradient at 0 is 0.
    public func relu() -> Tensor { unary(gk_relu) }
    /// Returns `x` above 0, `slope · x` elsewhere; the gradient at 0 is `slope`.
    public func leakyRelu(slope: Scalar = 0.01) -> Tensor { unary(gk_leaky_relu, slope) }
    /// Returns `x σ(x)`. Source: Elfwing, Uchibe and Doya (2017), equation 5.
    public func silu() -> Tensor { unary(gk_swish, 1) }
    /// Returns `ln(1 + eˣ)`, without overflow.
    public func softplus() -> Tensor { unary(gk_softplus) }

    public func gelu(_ form: GELUForm = .exact) -> Tensor {
        switch form {
        case .exact: unary(gk_gelu)
        case .tanh: unary(gk_gelu_tanh)
        case .sigmoid: unary(gk_swish, 1.702)
        }
    }

    /// Returns the nearest value in `lowest ... highest`; no gradient flows from outside of it.
    /// - Precondition: `min ≤ max`.
    public func clamped(min lowest: Scalar = -.infinity, max highest: Scalar = .infinity) -> Tensor
    {
        require(lowest <= highest, "clamped(min: \(lowest), max: \(highest))")
        return unary(gk_clamp, lowest, highest)
    }

    /// Returns −1, 0 or 1. The gradient is 0, as for the three functions below.
    public func sign() -> Tensor { unary(gk_sign) }
    public func floor() -> Tensor { unary(gk_floor) }
    public func ceiling() -> Tensor { unary(gk_ceiling) }
    /// Returns the nearest whole number; ties to even.
    public func round() -> Tensor { unary(gk_round) }
}
