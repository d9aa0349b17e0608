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

    /// Returns conditioning frames `[N, count, H, W, 3]`: frames `[N, H, W, 3]` repeated, or clips
    /// `[M, T, H, W, 3]` cut into N = M·T / given parts, the first frame of each repeated before it
    /// where fewer are given than needed.
    ///
    /// - Parameter encoder: the caller, for the message.
    func conditioning(_ count: Int, given: Int, for encoder: String) -> Tensor {
        guard rank == 5 else { return standingStill(count, for: encoder) }
        require(
            shape[4] == 3 && given <= count && shape[1] > 0 && shape[1] % given == 0,
            "\(encoder): clips \(shape) are not [N, T, H, W, 3] of parts of \(given) frames")
        let parts = reshaped([-1, given, shape[2], shape[3], 3])
        guard given < count else { return parts }
        let first = parts.sliced(0..<1, axis: 1)
            .broadcast(to: [parts.shape[0], count - given, shape[2], shape[3], 3])
        return concatenated([first, parts], axis: 1)
    }
}
