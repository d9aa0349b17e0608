import GestaltNN
import GestaltTensor

/// The chains of elementwise operations that have a goal of speed, as a user would write them; their
/// peers stand in `peers/ops_torch.py`.
public enum Chains {
    /// `gelu(a·x + b) + r`.
    public static func gelu(
        _ x: Tensor<Float>, plus r: Tensor<Float>, _ a: Float, _ b: Float
    ) -> Tensor<Float> {
        fused(x, r) { ($0 * a + b).gelu(.exact) + $1 }
    }
}

/// A model of one parameter, for the optimizer's step alone.
struct OneParameter: Module {
    var weight: Tensor<Float>

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
    }
}
