import GestaltChecks
import GestaltModels
import GestaltTensor
import GestaltVideo

extension Tensor<Float> {
    /// Frames `[N, H, W, 3]` as clips in which nothing moves, `[N, count, H, W, 3]`; no copy.
    ///
    /// - Parameter encoder: who asks, for the message.
    func standingStill(_ count: Int, for encoder: String) -> Tensor {
        require(
            rank == 4 && shape[3] == 3,
            "\(encoder): frames \(shape) are not [N, H, W, 3]")
        var repeated = shape.dimensions
        repeated.insert(count, at: 1)
        return expanded(axis: 1).broadcast(to: Shape(repeated))
    }
}

/// Stops on a configuration that a program made and that is not valid.
func requireValid(_ configuration: some EncoderConfiguration) {
    do { try configuration.validate() } catch { stop("\(error)") }
}
