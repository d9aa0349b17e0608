import GestaltChecks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A function of two numbers that the C library computes, element by element in parallel.
enum MathFunctionOfTwo: String, Sendable {
    case atan2, hypot
    case remainder = "%"
    case xlogy
}

private func float(_ function: MathFunctionOfTwo) -> @Sendable (Float, Float) -> Float {
    switch function {
    case .atan2: { atan2($0, $1) }
    case .hypot: { hypot($0, $1) }
    case .remainder: { fmod($0, $1) }
    case .xlogy: { $0 == 0 && !$1.isNaN ? 0 : $0 * log($1) }
    }
}

private func double(_ function: MathFunctionOfTwo) -> @Sendable (Double, Double) -> Double {
    switch function {
    case .atan2: { atan2($0, $1) }
    case .hypot: { hypot($0, $1) }
    case .remainder: { fmod($0, $1) }
    case .xlogy: { $0 == 0 && !$1.isNaN ? 0 : $0 * log($1) }
    }
}

/// A ``MathFunctionOfTwo`` of two tensors that broadcast.
struct MathOperationOfTwo<Scalar: FloatingScalar>: Operation {
    let function: MathFunctionOfTwo

    init(_ function: MathFunctionOfTwo) { self.function = function }

    typealias Residual = (a: Tensor<Scalar>, b: Tensor<Scalar>)?

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        (value(x[0], x[1]), needs.any ? (x[0], x[1]) : nil)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let (a, b) = kept else { return [nil, nil] }
        return [
            needs[0] ? firstPartial(cotangent, a, b).summed(to: a.shape) : nil,
            needs[1] ? secondPartial(cotangent, a, b).summed(to: b.shape) : nil,
        ]
    }

    private func firstPartial(
        _ g: Tensor<Scalar>, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        switch function {
        case .atan2: return g * b / (a.squared() + b.squared())
        case .hypot: return g * share(of: a, a, b)
        case .remainder: return g
        // 0 where a is 0 and the logarithm is undefined: the value is constantly 0 along b.
        case .xlogy: return g * b.log().replacing(with: 0, where: (a .== 0) .& (b .<= 0))
        }
    }

    private func secondPartial(
        _ g: Tensor<Scalar>, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        switch function {
        case .atan2: return -(g * a / (a.squared() + b.squared()))
        case .hypot: return g * share(of: b, a, b)
        case .remainder: return -(g * (a / b).trunc())
        case .xlogy: return g * (a / b).replacing(with: 0, where: (a .== 0) .& (b .== 0))
        }
    }

    /// Returns `side / √(a² + b²)`, 0 at the origin.
    private func share(
        of side: Tensor<Scalar>, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        let length = value(a, b)
        return (side / length).replacing(with: 0, where: length .== 0)
    }

    private func value(_ first: Tensor<Scalar>, _ second: Tensor<Scalar>) -> Tensor<Scalar> {
        let (shape, a, b) = stretched(first, second, function.rawValue)
        return Tensor(uninitialized: shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            let (x, y) = (UnsafeRawPointer(a.pointer), UnsafeRawPointer(b.pointer))
            let to = UnsafeMutableRawPointer(target)
            if Scalar.self == Double.self {
                applyPairs(double(function), x, y, to, shape.elementCount)
            } else {
                applyPairs(float(function), x, y, to, shape.elementCount)
            }
            withExtendedLifetime((a, b)) {}
        }
    }
}

/// Applies `function` to `count` pairs at `x` and `y` and writes the results to `to`.
@inline(__always)
private func applyPairs<Number>(
    _ function: @Sendable (Number, Number) -> Number, _ x: UnsafeRawPointer, _ y: UnsafeRawPointer,
    _ to: UnsafeMutableRawPointer, _ count: Int
) {
    let (a, b) = (x.assumingMemoryBound(to: Number.self), y.assumingMemoryBound(to: Number.self))
    let target = to.assumingMemoryBound(to: Number.self)
    parallelChunks(
        count: count, minimumChunk: parallelThreshold / 8, keepsDenormals: true
    ) { range in
        for i in range { target[i] = function(a[i], b[i]) }
    }
}

/// Returns both operands, contiguous and of their common shape.
private func stretched<Scalar: TensorScalar>(
    _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ name: String
) -> (shape: Shape, a: Tensor<Scalar>, b: Tensor<Scalar>) {
    guard let shape = a.shape.broadcast(with: b.shape) else {
        stop("\(name): shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    return (
        shape, a.viewed(a.layout.broadcast(to: shape)).contiguous(),
        b.viewed(b.layout.broadcast(to: shape)).contiguous()
    )
}

extension Tensor where Scalar: FloatingScalar {
    /// Returns the angle of the point `(x, self)` with the x axis, in −π … π.
    public func atan2(_ x: Tensor) -> Tensor { MathOperationOfTwo(.atan2)(self, x) }

    /// Returns `√(self² + other²)` without overflow; the gradient at the origin is 0.
    public func hypot(_ other: Tensor) -> Tensor { MathOperationOfTwo(.hypot)(self, other) }

    /// Returns `self · ln(y)`, 0 where this tensor is 0 and `y` is not NaN.
    public func xlogy(_ y: Tensor) -> Tensor { MathOperationOfTwo(.xlogy)(self, y) }

    /// Returns the remainder of division towards zero, with the sign of `a` (C's `fmod`, Swift's
    /// `%`); NaN where `b` is 0.
    public static func % (a: Tensor, b: Tensor) -> Tensor { MathOperationOfTwo(.remainder)(a, b) }
    public static func % (a: Tensor, b: Scalar) -> Tensor { a % Tensor(b) }
    public static func % (a: Scalar, b: Tensor) -> Tensor { Tensor(a) % b }

    public static func += (a: inout Tensor, b: Scalar) { a = a + b }
    public static func -= (a: inout Tensor, b: Scalar) { a = a - b }
    public static func *= (a: inout Tensor, b: Scalar) { a = a * b }
    public static func /= (a: inout Tensor, b: Scalar) { a = a / b }
}

extension Tensor where Scalar: NumericScalar {
    public static func += (a: inout Tensor, b: Tensor) { a = a + b }
    public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
    public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
    public static func += (a: inout Tensor, b: Scalar) { a = a + b }
    public static func -= (a: inout Tensor, b: Scalar) { a = a - b }
    public static func *= (a: inout Tensor, b: Scalar) { a = a * b }
}

// Whole numbers divide towards zero, as in Swift. The lowest number divided by −1 wraps around.
extension Tensor where Scalar: NumericScalar & FixedWidthInteger {
    /// Returns the quotient, rounded towards zero.
    /// - Precondition: no element of `b` is 0.
    public static func / (a: Tensor, b: Tensor) -> Tensor {
        divided(a, b, "/") { $0.dividedReportingOverflow(by: $1).partialValue }
    }
    public static func / (a: Tensor, b: Scalar) -> Tensor { a / Tensor(b) }
    public static func / (a: Scalar, b: Tensor) -> Tensor { Tensor(a) / b }

    /// Returns the remainder of `/`, with the sign of `a`.
    /// - Precondition: no element of `b` is 0.
    public static func % (a: Tensor, b: Tensor) -> Tensor {
        divided(a, b, "%") { $0.remainderReportingOverflow(dividingBy: $1).partialValue }
    }
    public static func % (a: Tensor, b: Scalar) -> Tensor { a % Tensor(b) }
    public static func % (a: Scalar, b: Tensor) -> Tensor { Tensor(a) % b }

    @specialized(where Scalar == Int32)
    @specialized(where Scalar == Int64)
    private static func divided(
        _ first: Tensor, _ second: Tensor, _ name: String, _ function: (Scalar, Scalar) -> Scalar
    ) -> Tensor {
        let (shape, a, b) = stretched(first, second, name)
        require(
            !(b .== 0).any().scalar, "\(name): a division of shape \(a.shape) by 0")
        return Tensor(uninitialized: shape) { target in
            guard let to = target.baseAddress else { return }
            let (x, y) = (a.pointer, b.pointer)
            parallelChunks(count: shape.elementCount, minimumChunk: parallelThreshold) { range in
                for i in range { to[i] = function(x[i], y[i]) }
            }
            withExtendedLifetime((a, b)) {}
        }
    }
}
