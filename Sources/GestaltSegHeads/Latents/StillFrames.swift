import GestaltChecks
import GestaltModels
import GestaltTensor
import GestaltVideo

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

/// Stops on an invalid configuration made by a program.
func requireValid(_ configuration: some EncoderConfiguration) {
    do { try configuration.validate() } catch { stop("\(error)") }
}
