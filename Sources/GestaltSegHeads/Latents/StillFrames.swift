import GestaltChecks
import GestaltTensor

extension Tensor<Float> {
    /// Returns frames `[N, H, W, 3]` repeated along time, `[N, count, H, W, 3]`, without a copy.
    ///
    /// - Parameter encoder: the caller, for the message.
    func standingStill(_ count: Int, for encoder: String) -> Tensor {
        require(
            rank == 4 && shape[3] == 3,
            "\(encoder): frames \(shape) are not [N, H, W, 3]")
        var repeated = shape.dimensions
        repeated.insert(count, at: 1)
        return expanded(axis: 1).broadcast(to: Shape(repeated))
    }
}
