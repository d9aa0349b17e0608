import GestaltIO
import GestaltModels
import GestaltTensor

/// A model that predicts whole clips from their first frames, a class or actions.
///
/// Registered with `ModelKinds`, a predictor of another package is opened and used by `gestalt
/// predict`, `encode`, `decode` and `features` like those of this one.
///
/// <!-- given: let predictor: any ClipPredictor = given() -->
/// ```swift
/// let sizes = predictor.clipSizes
/// let inputs = PredictionInputs(frames: clips[0..., 0..<sizes.givenFrames])
/// var options = PredictionOptions()
/// options.set(.topP, to: 0.9)
/// let forecast = try predictor.predict(
///     inputs, samples: 4, options: options, random: RandomStream(seed: 7))
/// print(forecast.video.shape)                              // [N, 4, T, H, W, 3], values in 0…1
/// ```
public protocol ClipPredictor: TokenizerContaining {
    /// The kind of recipe that trains it further; by default `prior`.
    static var priorRecipe: String { get }
    /// The sizes of its clips.
    var clipSizes: ClipSizes { get }
    /// The options of its predictions; others are errors.
    var predictionOptions: [PredictionOption] { get }
    /// Returns the number of frames that are predicted; by default those of a clip.
    /// - Throws: `ConfigurationError` for an invalid value.
    func predictedLength(_ options: PredictionOptions) throws(ConfigurationError) -> Int
    /// Checks inputs and options before any work.
    /// - Throws: ``ModelInputError`` for inputs that do not fit, are missing or not expected;
    ///   `ConfigurationError` for an option that the predictor does not have, or its value.
    func check(_ inputs: PredictionInputs, samples: Int, _ options: PredictionOptions) throws
    /// Predicts clips.
    ///
    /// A sample depends on the weights, its clip's inputs, the options, the stream and its own
    /// number clip · samples + sample.
    /// - Parameters:
    ///   - samples: the number for each clip, positive.
    ///   - progress: called after every step; an error it throws ends the prediction.
    /// - Throws: as ``check(_:samples:_:)``; what `progress` throws; `CancellationError` when the
    ///   surrounding task is cancelled; errors of the model, such as values that are not finite.
    func predict(
        _ inputs: PredictionInputs, samples: Int, options: PredictionOptions,
        random: RandomStream, progress: ProgressHandler?
    ) throws -> PredictedClips
}

extension ClipPredictor {
    public static var priorRecipe: String { "prior" }

    public func predictedLength(_ options: PredictionOptions) throws(ConfigurationError) -> Int {
        clipSizes.frames
    }

    /// Predicts clips with default options and without progress.
    public func predict(
        _ inputs: PredictionInputs, samples: Int = 1,
        options: PredictionOptions = PredictionOptions(), random: RandomStream
    ) throws -> PredictedClips {
        try predict(inputs, samples: samples, options: options, random: random, progress: nil)
    }
}

/// The sizes of a predictor's clips.
public struct ClipSizes: Sendable, Hashable {
    /// Frames of a clip.
    public var frames: Int
    /// Pixels of a frame.
    public var height: Int
    public var width: Int
    /// The number of conditioning frames, from the first; 0 for none.
    public var givenFrames: Int

    public init(frames: Int, height: Int, width: Int, givenFrames: Int) {
        self.frames = frames
        self.height = height
        self.width = width
        self.givenFrames = givenFrames
    }
}

/// The inputs of a prediction, for each of some clips.
public struct PredictionInputs: Sendable {
    /// The conditioning frames `[N, n, H, W, 3]` in −0.5…0.5; nil for none.
    public var frames: Tensor<Float>?
    /// `[N]`; nil for none.
    public var classes: Tensor<Int32>?
    /// `[N, T, width]`; nil for none.
    public var actions: Tensor<Float>?
    /// The number of clips.
    public var count: Int

    /// - Parameter count: by default that of the first input given, else 1.
    public init(
        frames: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil, count: Int? = nil
    ) {
        self.frames = frames
        self.classes = classes
        self.actions = actions
        self.count =
            count ?? frames?.shape.first ?? classes?.shape.first ?? actions?.shape.first ?? 1
    }
}

/// Predicted clips.
public struct PredictedClips: Sendable {
    /// `[N, samples, t, h, w]` of each window of a clip's length, one after the other.
    public let codes: [Tensor<Int32>]
    /// `[N, samples, T, H, W, 3]`, 0…1.
    public let video: Tensor<Float>

    public init(codes: [Tensor<Int32>], video: Tensor<Float>) {
        self.codes = codes
        self.video = video
    }
}

extension ModelNeed {
    public static let clipPredictor = ModelNeed("a video predictor", recipes: ["prior"])
}
