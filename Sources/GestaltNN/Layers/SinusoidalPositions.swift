import GestaltChecks
import GestaltTensor

/// Sinusoidal position encodings, added to each vector of a sequence.
///
/// `e[p, 2i] = sin(p / b^(2i / width))`, `e[p, 2i + 1] = cos(p / b^(2i / width))` with b the base.
///
/// - Shapes: `[…, L, width]` in and out.
/// - Source: Vaswani et al., *Attention Is All You Need* (2017), section 3.5.
public struct SinusoidalPositions: Layer {
    public let width: Int
    /// The base of the wavelengths, the longest of which is 2π times this.
    public let base: Double

    /// - Precondition: an even, positive width; a positive base.
    public init(width: Int, base: Double = 10_000) {
        require(
            width > 0 && width % 2 == 0 && base > 0,
            "SinusoidalPositions(width: \(width), base: \(base)): an even width and a positive base"
        )
        self.width = width
        self.base = base
    }

    /// Returns the encodings of the positions 0 ..< length: `[length, width]`.
    public func encodings(length: Int) -> Tensor<Float> {
        let pairs = width / 2
        // In double precision: positions past 10⁵ as floats retain no digits within a period.
        let exponents = Tensor<Double>.range(0..<pairs) * (-2 / Double(width))
        let angles =
            Tensor<Double>.range(0..<length).reshaped([length, 1])
            * Tensor(base).power(exponents)
        return stacked([angles.sin(), angles.cos()], axis: 2).reshaped([length, width])
            .cast(to: Float.self)
    }

    /// - Precondition: the last axis of `x` has length `width`, and there is an axis of positions.
    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            x.rank >= 2 && x.shape[-1] == width,
            "SinusoidalPositions: \(x.shape) is not […, L, \(width)]")
        return x + encodings(length: x.shape[-2])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
