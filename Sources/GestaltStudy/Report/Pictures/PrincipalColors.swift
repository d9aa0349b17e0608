import GestaltChecks
import GestaltTensor

/// The first three principal components of vectors as colors.
struct PrincipalColors {
    /// `[N, 3]`: each component from its lowest to its highest value; fewer components than three
    /// leave the other colors at the middle.
    let bytes: Tensor<UInt8>

    /// - Parameter vectors: `[N, C]`.
    /// - Throws: `LinearAlgebraError` for values that are not finite.
    init(of vectors: Tensor<Float>) throws(LinearAlgebraError) {
        require(
            vectors.rank == 2 && vectors.shape[0] > 0,
            "PrincipalColors: \(vectors.shape) is not [N, C]")
        let (count, width) = (vectors.shape[0], vectors.shape[1])
        let centered = vectors - vectors.mean(axes: [0], keepingAxes: true)
        let covariance = centered.transposed().matmul(centered) / Float(count)
        // Eigenvalues ascend: the last columns are the first components.
        let vectors = try covariance.symmetricEigen().vectors
        let known = min(3, width)
        let columns = vectors.sliced((width - known)..<width, axis: 1)
        let projected = centered.matmul(columns).scalars
        var result = [UInt8](repeating: 128, count: count * 3)
        for component in 0..<known {
            let values = (0..<count).map { projected[$0 * known + known - 1 - component] }
            let (low, high) = (values.min()!, values.max()!)
            guard high > low else { continue }
            for (index, value) in values.enumerated() {
                result[index * 3 + component] = UInt8(
                    (255 * (value - low) / (high - low)).rounded())
            }
        }
        bytes = Tensor(shape: [count, 3], scalars: result)
    }
}
