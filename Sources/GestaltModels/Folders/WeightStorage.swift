import GestaltFiles
import GestaltTensor

/// The element type of stored weights. Models compute in float32, whatever their file holds.
public enum WeightStorage: String, Sendable, Codable, CaseIterable {
    /// Every bit of the weights.
    case float32
    /// Half the bytes and about three decimal digits for matrices and kernels; vectors (biases,
    /// scales, statistics), which are small in number and sensitive, stay float32.
    case bfloat16

    /// Returns a tensor in the type in which it is stored.
    func stored(_ tensor: Tensor<Float>) -> AnyTensor {
        switch self {
        case .float32: .float32(tensor)
        case .bfloat16:
            tensor.rank < 2 ? .float32(tensor) : .bfloat16(tensor.cast(to: BFloat16.self))
        }
    }
}
