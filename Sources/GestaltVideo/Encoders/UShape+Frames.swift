import GestaltChecks
import GestaltNN
import GestaltTensor

extension UShape {
    /// The factor on frames: the initial weights suit inputs of a standard deviation near 1.
    package static let frameScale: Float = 4

    /// Returns the features of frames at their resolution, `[N, H, W, 3]` in −0.5…0.5 to
    /// `[N, H, W, widths[0]]`, with the input scale that all dense encoders share.
    /// - Precondition: H and W are multiples of ``UShape/multiple``.
    package func features(of frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            frames.rank == 4 && frames.shape[3] == 3 && frames.shape[1] % multiple == 0
                && frames.shape[2] % multiple == 0,
            "UShape: frames \(frames.shape) are not [N, H, W, 3] with multiples of \(multiple)")
        return self(frames * Self.frameScale, context)
    }
}
