#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A function of one number that the C library computes, element by element in parallel: for the
/// functions without a vector kernel.
enum MathFunction: Sendable {
    case tangent, arcSine, arcCosine, arcTangent
    case hyperbolicSine, hyperbolicCosine, hyperbolicArcSine, hyperbolicArcCosine
    case hyperbolicArcTangent
    case logOnePlus, expMinusOne, logTwo, logTen, expTwo, complementaryErf, truncation
}

private func float(_ function: MathFunction) -> @Sendable (Float) -> Float {
    switch function {
    case .tangent: { tan($0) }
    case .arcSine: { asin($0) }
    case .arcCosine: { acos($0) }
    case .arcTangent: { atan($0) }
    case .hyperbolicSine: { sinh($0) }
    case .hyperbolicCosine: { cosh($0) }
    case .hyperbolicArcSine: { asinh($0) }
    case .hyperbolicArcCosine: { acosh($0) }
    case .hyperbolicArcTangent: { atanh($0) }
    case .logOnePlus: { log1p($0) }
    case .expMinusOne: { expm1($0) }
    case .logTwo: { log2($0) }
    case .logTen: { log10($0) }
    case .expTwo: { exp2($0) }
    case .complementaryErf: { erfc($0) }
    case .truncation: { $0.rounded(.towardZero) }
    }
}

private func double(_ function: MathFunction) -> @Sendable (Double) -> Double {
    switch function {
    case .tangent: { tan($0) }
    case .arcSine: { asin($0) }
    case .arcCosine: { acos($0) }
    case .arcTangent: { atan($0) }
    case .hyperbolicSine: { sinh($0) }
    case .hyperbolicCosine: { cosh($0) }
    case .hyperbolicArcSine: { asinh($0) }
    case .hyperbolicArcCosine: { acosh($0) }
    case .hyperbolicArcTangent: { atanh($0) }
    case .logOnePlus: { log1p($0) }
    case .expMinusOne: { expm1($0) }
    case .logTwo: { log2($0) }
    case .logTen: { log10($0) }
    case .expTwo: { exp2($0) }
    case .complementaryErf: { erfc($0) }
    case .truncation: { $0.rounded(.towardZero) }
    }
}

/// Returns the derivative at `x`, where the function's value is `y`; nil where it is 0 everywhere.
private func slope<Scalar: FloatingScalar>(
    _ function: MathFunction, _ x: Tensor<Scalar>, _ y: Tensor<Scalar>
) -> Tensor<Scalar>? {
    let ln2 = Scalar(0.693147180559945309417)
    let ln10 = Scalar(2.302585092994045684018)
    switch function {
    case .tangent: return y.squared() + 1
    case .arcSine: return (1 - x.squared()).reciprocalSquareRoot()
    case .arcCosine: return -(1 - x.squared()).reciprocalSquareRoot()
    case .arcTangent: return (x.squared() + 1).reciprocal()
    case .hyperbolicSine: return MathOperation(.hyperbolicCosine)(x)
    case .hyperbolicCosine: return MathOperation(.hyperbolicSine)(x)
    case .hyperbolicArcSine: return (x.squared() + 1).reciprocalSquareRoot()
    case .hyperbolicArcCosine: return ((x - 1) * (x + 1)).reciprocalSquareRoot()
    case .hyperbolicArcTangent: return ((1 - x) * (1 + x)).reciprocal()
    case .logOnePlus: return (x + 1).reciprocal()
    case .expMinusOne: return y + 1
    case .logTwo: return (x * ln2).reciprocal()
    case .logTen: return (x * ln10).reciprocal()
    case .expTwo: return y * ln2
    // −2/√π · exp(−x²)
    case .complementaryErf: return (-x.squared()).exp() * Scalar(-1.12837916709551257390)
    case .truncation: return nil
    }
}

/// A ``MathFunction`` of every element.
struct MathOperation<Scalar: FloatingScalar>: Operation {
    let function: MathFunction

    init(_ function: MathFunction) { self.function = function }

    typealias Residual = (x: Tensor<Scalar>, y: Tensor<Scalar>)?

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let y = mapped(x[0])
        return (y, needs.any ? (x[0], y) : nil)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let kept, let slope = slope(function, kept.x, kept.y) else { return [nil] }
        return [cotangent * slope]
    }

    private func mapped(_ input: Tensor<Scalar>) -> Tensor<Scalar> {
        let x = input.contiguous()
        return Tensor(uninitialized: x.shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            let (from, to) = (UnsafeRawPointer(x.pointer), UnsafeMutableRawPointer(target))
            if Scalar.self == Double.self {
                applyEach(double(function), from, to, x.count)
            } else {
                applyEach(float(function), from, to, x.count)
            }
            withExtendedLifetime(x) {}
        }
    }
}

/// Applies `function` to `count` numbers at `from` and writes the results to `to`.
@inline(__always)
private func applyEach<Number>(
    _ function: @Sendable (Number) -> Number, _ from: UnsafeRawPointer,
    _ to: UnsafeMutableRawPointer, _ count: Int
) {
    let source = from.assumingMemoryBound(to: Number.self)
    let target = to.assumingMemoryBound(to: Number.self)
    parallelChunks(
        count: count, minimumChunk: parallelThreshold / 8, keepsDenormals: true
    ) { range in
        for i in range { target[i] = function(source[i]) }
    }
}

// All of these functions have gradients; NaN and arguments outside of the domain yield NaN.
extension Tensor where Scalar: FloatingScalar {
    public func tan() -> Tensor { MathOperation(.tangent)(self) }
    /// Returns the inverse sine, in −π/2 … π/2; NaN outside of −1 … 1.
    public func asin() -> Tensor { MathOperation(.arcSine)(self) }
    /// Returns the inverse cosine, in 0 … π; NaN outside of −1 … 1.
    public func acos() -> Tensor { MathOperation(.arcCosine)(self) }
    /// Returns the inverse tangent, in −π/2 … π/2.
    public func atan() -> Tensor { MathOperation(.arcTangent)(self) }
    public func sinh() -> Tensor { MathOperation(.hyperbolicSine)(self) }
    public func cosh() -> Tensor { MathOperation(.hyperbolicCosine)(self) }
    public func asinh() -> Tensor { MathOperation(.hyperbolicArcSine)(self) }
    /// Returns the inverse hyperbolic cosine; NaN below 1.
    public func acosh() -> Tensor { MathOperation(.hyperbolicArcCosine)(self) }
    /// Returns the inverse hyperbolic tangent; ±∞ at ±1, NaN beyond.
    public func atanh() -> Tensor { MathOperation(.hyperbolicArcTangent)(self) }
    /// Returns `ln(1 + x)`, accurate for small `x`.
    public func log1p() -> Tensor { MathOperation(.logOnePlus)(self) }
    /// Returns `eˣ − 1`, accurate for small `x`.
    public func expm1() -> Tensor { MathOperation(.expMinusOne)(self) }
    public func log2() -> Tensor { MathOperation(.logTwo)(self) }
    public func log10() -> Tensor { MathOperation(.logTen)(self) }
    /// Returns `2ˣ`.
    public func exp2() -> Tensor { MathOperation(.expTwo)(self) }
    /// Returns `1 − erf(x)`, accurate where that is small.
    public func erfc() -> Tensor { MathOperation(.complementaryErf)(self) }
    /// Returns the nearest whole number towards zero; the gradient is 0.
    public func trunc() -> Tensor { MathOperation(.truncation)(self) }

    /// Returns `x` above 0, `α (eˣ − 1)` elsewhere. Source: Clevert, Unterthiner and Hochreiter
    /// (2015), equation 15.
    public func elu(alpha: Scalar = 1) -> Tensor {
        // Clamped, so that no infinite exponential is multiplied by a gradient of 0.
        (clamped(max: 0).expm1() * alpha).replacing(with: self, where: self .> 0)
    }

    /// Returns `x tanh(ln(1 + eˣ))`. Source: Misra, *Mish* (2019), equation 1.
    public func mish() -> Tensor { self * softplus().tanh() }

    /// Returns `x · min(max(x + 3, 0), 6) / 6`. Source: Howard et al., *Searching for MobileNetV3*
    /// (2019), section 5.2.
    public func hardSwish() -> Tensor { self * ((self + 3).clamped(min: 0, max: 6) * (1 / 6)) }

    /// Returns whether each element is NaN.
    public func isNaN() -> Tensor<Bool> { detached .!= detached }
    /// Returns whether each element is neither infinite nor NaN.
    public func isFinite() -> Tensor<Bool> { detached.abs() .< .infinity }
    /// Returns whether each element is +∞ or −∞.
    public func isInfinite() -> Tensor<Bool> { detached.abs() .== .infinity }
}
