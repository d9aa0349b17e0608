import GestaltChecks
import GestaltIO
import GestaltModels
import GestaltTensor
import GestaltVideo

/// Predictors whose clips are shown side by side: of one frame size and number of conditioning
/// frames, of any kinds.
///
/// <!-- given: let predictor: any ClipPredictor = given() -->
/// <!-- given: let other: any ClipPredictor = given() -->
/// ```swift
/// let comparison = try PredictorComparison([("a", predictor), ("b", other)])
/// let frames = clips[0..., 0..<predictor.clipSizes.givenFrames]
/// let videos = try comparison.predict(
///     PredictionInputs(frames: frames), random: RandomStream(seed: 7))
/// print(videos[1].shape)                                   // [N, 1, T, H, W, 3], values in 0…1
/// ```
public struct PredictorComparison: Sendable {
    public let predictors: [any ClipPredictor]

    /// - Parameter named: predictors with their names for messages, paths for instance.
    /// - Throws: `ModelInputError` for the first whose frame size or number of conditioning frames
    ///   is not that of the first one.
    /// - Precondition: at least one predictor.
    public init(
        _ named: [(name: String, predictor: any ClipPredictor)]
    ) throws(ModelInputError) {
        require(!named.isEmpty, "PredictorComparison: no predictor")
        let expected = Self.description(named[0].predictor.clipSizes)
        for (name, predictor) in named {
            let found = Self.description(predictor.clipSizes)
            guard found == expected else {
                throw ModelInputError(
                    name, expected: "\(expected), as \(named[0].name)", found: found)
            }
        }
        predictors = named.map(\.predictor)
    }

    private static func description(_ sizes: ClipSizes) -> String {
        "frames of \(sizes.height) × \(sizes.width), \(sizes.givenFrames) of them given"
    }

    /// Returns the number of frames that all of them predict.
    /// - Throws: `ConfigurationError` for an invalid value.
    public func length(
        _ options: PredictionOptions = PredictionOptions()
    ) throws(ConfigurationError) -> Int {
        var least = Int.max
        for predictor in predictors {
            least = min(least, try predictor.predictedLength(options.limited(to: predictor)))
        }
        return least
    }

    /// Checks inputs and options before any work.
    /// - Throws: `ConfigurationError` for an option that none of them has, or an invalid value;
    ///   `ModelInputError` for inputs that do not fit one of them.
    public func check(
        _ inputs: PredictionInputs, samples: Int = 1,
        _ options: PredictionOptions = PredictionOptions()
    ) throws {
        let known = Set(predictors.flatMap { $0.predictionOptions.map(\.name) })
        if !known.isSuperset(of: options.names) { try options.requireKnown(by: predictors[0]) }
        for predictor in predictors {
            try predictor.check(inputs, samples: samples, options.limited(to: predictor))
        }
    }

    /// Predicts the clips of each predictor, `[N, samples, T, H, W, 3]` in 0…1, as long as the
    /// shortest; each takes the options that it has.
    /// - Throws: as ``check(_:samples:_:)``, and errors of the predictions and of `progress`.
    public func predict(
        _ inputs: PredictionInputs, samples: Int = 1,
        options: PredictionOptions = PredictionOptions(), random: RandomStream,
        progress: ProgressHandler? = nil
    ) throws -> [Tensor<Float>] {
        try check(inputs, samples: samples, options)
        let length = try length(options)
        return try predictors.map { predictor in
            try predictor.predict(
                inputs, samples: samples, options: options.limited(to: predictor), random: random,
                progress: progress
            ).video[0..., 0..., 0..<length]
        }
    }
}
