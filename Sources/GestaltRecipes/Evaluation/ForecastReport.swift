import GestaltData
import GestaltIO
import GestaltMotion
import GestaltSegHeads
import GestaltTraining

/// The losses of a forecaster's outputs on held-out clips, and the IoU of its maps at probability
/// 0.5, over every fifth frame.
public struct ForecastReport: Codable, Sendable, Equatable {
    /// Losses by the names of the outputs, and `NAME_iou` of each map.
    public let metrics: [Metric]
    public let clipCount: Int

    private enum CodingKeys: String, CodingKey {
        case metrics
        case clipCount = "clip_count"
    }

    /// - Parameter motion: thresholds and horizons of the true outputs, those of its training.
    /// - Throws: `ConfigurationError` for an output that is no target of `EncoderRecipe`;
    ///   `MotionError` for a clip that is too short, or whose camera moves; errors of reading and
    ///   of `progress`.
    public init(
        of model: Forecaster, on set: DataSet, motion: MotionSettings = MotionSettings(),
        progress: ProgressHandler? = nil
    ) throws {
        try set.requireOneSize()
        let terms = try Self.terms(of: model, motion)
        let clips = try ForecastClips(
            set, terms: terms, motion.keepingHorizons(of: terms), progress: progress)
        let batches = ForecastBatches(clips, terms: terms, every: 5, batchSize: 16, order: .once)
        // The total depends on the weights of a training, which a model does not record.
        metrics = try ForecastEvaluator(batches: batches).evaluation(of: model).metrics
            .filter { $0.name != ForecastEvaluator.total }
        clipCount = set.count
    }

    /// The number of frames that a clip must have.
    static func neededFrames(
        of model: Forecaster, _ motion: MotionSettings = MotionSettings()
    ) throws -> Int {
        let terms = try terms(of: model, motion)
        guard terms.contains(where: \.needsMotion) else { return 1 }
        return motion.keepingHorizons(of: terms).neededFrames
    }

    /// The outputs as terms of equal weight, pictures first, as the model's channels are.
    private static func terms(
        of model: Forecaster, _ motion: MotionSettings
    ) throws -> [ForecastTerm] {
        try (model.configuration.pictures + model.configuration.maps).map {
            try ForecastTerm($0, weight: 1, motion)
        }
    }
}
