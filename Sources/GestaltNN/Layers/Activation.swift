import GestaltTensor

/// An elementwise function as a layer, for ``Sequential`` and configurations.
///
/// - Shapes: any, in and out.
public enum Activation: String, Layer, Codable, CaseIterable {
    case identity
    /// `max(x, 0)`
    case relu
    /// `x` above 0, `0.01 · x` below.
    case leakyRelu
    /// `x · Φ(x)`, Φ the normal distribution function.
    case gelu
    /// Its approximation by the hyperbolic tangent.
    case geluTanh
    /// `x · σ(1.702 x)`
    case geluSigmoid
    /// `x · σ(x)`
    case silu
    case sigmoid
    case tanh
    /// `ln(1 + eˣ)`
    case softplus
    /// `x` above 0, `eˣ − 1` below.
    case elu
    /// `x · tanh(ln(1 + eˣ))`
    case mish
    /// `x · min(max(x + 3, 0), 6) / 6`
    case hardSwish

    public func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        switch self {
        case .identity: x
        case .relu: x.relu()
        case .leakyRelu: x.leakyRelu(slope: 0.01)
        case .gelu: x.gelu(.exact)
        case .geluTanh: x.gelu(.tanh)
        case .geluSigmoid: x.gelu(.sigmoid)
        case .silu: x.silu()
        case .sigmoid: x.sigmoid()
        case .tanh: x.tanh()
        case .softplus: x.softplus()
        case .elu: x.elu()
        case .mish: x.mish()
        case .hardSwish: x.hardSwish()
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}
