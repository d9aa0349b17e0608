import GestaltChecks
import GestaltTensor

/// A distribution for the initial values of a parameter.
///
/// Distributions scaled by fan depend on the number of inputs of a unit (``Fan/input``) and the
/// number of units that an input feeds (``Fan/output``).
public enum Initializer: Sendable, Equatable {
    case constant(Float)
    /// Uniform between −`limit` and `limit`.
    case uniform(limit: Float)
    case normal(standardDeviation: Float)
    /// Normal; values beyond `limit` standard deviations are drawn again.
    case truncatedNormal(standardDeviation: Float, limit: Float = 2)
    /// Uniform with variance `gain² · 2 / (fan in + fan out)`.
    /// Source: Glorot and Bengio (2010), equation 16.
    case glorotUniform(gain: Float = 1)
    /// Normal with the same variance.
    case glorotNormal(gain: Float = 1)
    /// Uniform with variance `gain² / fan in`. Source: He et al. (2015), equation 10 (gain √2).
    case heUniform(gain: Float = 1.4142135)
    /// Normal with the same variance.
    case heNormal(gain: Float = 1.4142135)
    /// Uniform between ±1/√(fan in): PyTorch's default for weights and biases of linear and
    /// convolution layers.
    case fanInUniform
    /// A matrix of orthonormal rows or columns, whichever are fewer, times `gain`; axes before the
    /// last count as rows. Source: Saxe, McClelland and Ganguli (2013).
    case orthogonal(gain: Float = 1)

    /// Returns a tensor drawn from the distribution.
    public func callAsFunction(
        _ shape: Shape, fan: Fan, random: inout RandomStream
    ) -> Tensor<Float> {
        switch self {
        case .constant(let value): return .init(repeating: value, shape: shape)
        case .uniform(let limit): return Self.uniform(shape, limit, &random)
        case .normal(let deviation): return random.normal(shape, standardDeviation: deviation)
        case .truncatedNormal(let deviation, let limit):
            return random.truncatedNormal(shape, standardDeviation: deviation, limit: limit)
        case .glorotUniform(let gain):
            return Self.uniform(
                shape, gain * (6 / Float(fan.input + fan.output)).squareRoot(), &random)
        case .glorotNormal(let gain):
            let deviation = gain * (2 / Float(fan.input + fan.output)).squareRoot()
            return random.normal(shape, standardDeviation: deviation)
        case .heUniform(let gain):
            return Self.uniform(shape, gain * (3 / Float(fan.input)).squareRoot(), &random)
        case .heNormal(let gain):
            return random.normal(shape, standardDeviation: gain / Float(fan.input).squareRoot())
        case .fanInUniform:
            return Self.uniform(shape, 1 / Float(fan.input).squareRoot(), &random)
        case .orthogonal(let gain): return Self.orthogonal(shape, gain, &random)
        }
    }

    private static func uniform(
        _ shape: Shape, _ limit: Float, _ random: inout RandomStream
    ) -> Tensor<Float> {
        limit > 0 ? random.uniform(shape, in: -limit..<limit) : .zeros(shape)
    }

    // Returns Q of a normal matrix, with the signs of R's diagonal applied to its columns: uniform
    // over rotations.
    private static func orthogonal(
        _ shape: Shape, _ gain: Float, _ random: inout RandomStream
    ) -> Tensor<Float> {
        require(shape.rank >= 2, "orthogonal: shape \(shape) is not at least a matrix")
        let columns = shape[-1]
        let rows = shape.elementCount / max(columns, 1)
        let tall = rows >= columns
        let drawn: Tensor<Float> = random.normal(tall ? [rows, columns] : [columns, rows])
        guard let factors = try? drawn.qr() else {
            stop("orthogonal: normal numbers are finite")
        }
        let signs = Tensor(
            (0..<min(rows, columns)).map { factors.r[scalar: $0, $0] < 0 ? -gain : gain })
        let signed = factors.q * signs
        return (tall ? signed : signed.transposed()).reshaped(shape)
    }
}

/// The number of inputs of a unit, and the number of units that an input feeds.
public struct Fan: Sendable, Equatable {
    public let input: Int
    public let output: Int

    /// - Precondition: both are positive.
    public init(input: Int, output: Int) {
        require(input > 0 && output > 0, "Fan(input: \(input), output: \(output))")
        self.input = input
        self.output = output
    }

    /// The fans of a weight `[…kernel, in, out]`: including a linear layer's `[in, out]`.
    public init(weight shape: Shape) {
        require(shape.rank >= 2, "Fan: weight \(shape) has no input and output axis")
        let kernel = shape.dropLast(2).reduce(1, *)
        self.init(input: kernel * shape[-2], output: kernel * shape[-1])
    }
}
