import GestaltModels
import GestaltTensor
import GestaltVideo

/// The frames that a predictor of any kind forecasts, decoded to pixels, as a latent: the mean of K
/// sampled futures.
///
/// The first frames are reconstructions of the conditioning frames.
///
/// - Shapes: frames `[N, H, W, 3]` of the predictor's size to `[N, T, H, W, 3]`, one slot for each
///   frame of its clips, −0.5…0.5.
public struct FuturePixelEncoder: FutureVideoEncoder {
    public typealias Configuration = FutureVideoConfiguration<Self>
    public static let place = "pixels"
    public static let usualSamples: Int? = 1

    public var predictor: any ClipPredictor
    public let source: FutureSource

    /// - Precondition: the predictor is conditioned on frames alone.
    public init(_ predictor: any ClipPredictor, source: FutureSource) {
        self.predictor = predictor
        self.source = source
        requireValid(configuration)
    }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: predictor.clipSizes.frames, height: height, width: width, channels: 3,
            stride: 1)
    }

    public func latent(codes: Tensor<Int32>, video: Tensor<Float>) -> Tensor<Float> {
        video.mean(axes: [0])
    }
}
