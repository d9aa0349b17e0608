import GestaltModels
import GestaltTensor
import GestaltVideo

/// The motion at every pixel of K futures that a predictor of any kind samples, as a latent: what
/// common fate can be read from without labels.
///
/// With g the last conditioning frame of a future, as it is decoded, over the frames after it, the
/// colors and the futures, the root mean square of
/// 1. the difference of successive frames, the motion;
/// 2. the difference to g, the change;
/// 3. with several futures, their deviation from their mean, the disagreement.
///
/// - Shapes: frames `[N, H, W, 3]` of the predictor's size to `[N, 1, H, W, 3]`, with a single
///   future `[N, 1, H, W, 2]`; 0…1.
public struct FutureMotionEncoder: FutureVideoEncoder {
    public typealias Configuration = FutureVideoConfiguration<Self>
    public static let place = "energy"
    public static let usualSamples: Int? = nil

    public var predictor: any ClipPredictor
    public let source: FutureSource

    /// - Precondition: the predictor is conditioned on frames alone, fewer than a clip has.
    public init(_ predictor: any ClipPredictor, source: FutureSource) {
        self.predictor = predictor
        self.source = source
        requireValid(configuration)
    }

    /// - Throws: `ConfigurationError` for clips all of whose frames are given.
    public static func validate(_ sizes: ClipSizes) throws(ConfigurationError) {
        guard sizes.givenFrames < sizes.frames else {
            throw .invalid(
                "predictor", expected: "clips longer than their conditioning frames",
                found: "\(sizes.frames) frames, \(sizes.givenFrames) of them given")
        }
    }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: 1, height: height, width: width, channels: draw.samples > 1 ? 3 : 2, stride: 1)
    }

    public func latent(codes: Tensor<Int32>, video: Tensor<Float>) -> Tensor<Float> {
        let (length, last) = (video.shape[1], predictor.clipSizes.givenFrames - 1)
        let future = video.sliced(last + 1..<length, axis: 1)
        let before = video.sliced(last..<length - 1, axis: 1)
        var deviations = [future - before, future - video.sliced(last..<last + 1, axis: 1)]
        if draw.samples > 1 {
            deviations.append(future - future.mean(axes: [0], keepingAxes: true))
        }
        let maps = deviations.map { $0.squared().mean(axes: [0, 1, 4]).squareRoot() }
        return stacked(maps, axis: -1).expanded(axis: 0)
    }
}
