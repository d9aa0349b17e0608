import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltVideo

/// Masks of the motion that a predictor forecasts, see `CommonFate`.
///
/// Labels choose a single number, the threshold of the strength of motion, on `val`; so scores of
/// `val` favor it.
public struct ForecastMotionMethod: StudyMethod {
    public static let kind = "common-fate"
    public static let usual = ForecastMotionMethod(model: "", method: "change")

    /// The path of a predictor; in a study `@NAME`.
    public var model: String
    /// The name of one of the `CommonFateMethods`: `change`, `correlation:8`.
    public var method: ComponentName
    /// Sampled futures of a frame, see `CommonFate/samples`.
    public var samples: Int
    /// Of the sampled codes, as in `PredictionOption/topP`; nil for the predictor's own default.
    public var topP: Double?

    public init(
        model: String, method: ComponentName, samples: Int = 8, topP: Double? = nil
    ) {
        (self.model, self.method, self.samples, self.topP) = (model, method, samples, topP)
    }

    public var outline: RecipeOutline {
        RecipeOutline(
            source: "\(Self.kind):\(method)", regime: "forecast motion",
            initialization: .pretrained, training: .frozen, pretraining: .video, seesFuture: false)
    }
    public var start: String? { model }
    public var usesLabels: Bool { false }
    public var usesSeed: Bool { true }

    public func validate() throws(ConfigurationError) {
        guard !model.isEmpty else { throw ConfigurationError(key: "model", .missingKey) }
        guard samples > 0 else {
            throw .invalid("samples", expected: "1 or more", found: samples)
        }
        do {
            _ = try CommonFateMethods.method(named: method)
        } catch let error as ConfigurationError {
            throw error.below("method")
        } catch {
            throw .invalid(
                "method",
                expected: "one of " + CommonFateMethods.registry.names.joined(separator: ", "),
                found: method)
        }
    }

    public func scores(_ task: StudyMethodTask) throws -> [StudyResults.Scores] {
        var options = PredictionOptions()
        options.set(.topP, to: topP)
        let fate = try CommonFate(
            method, on: OpenedModel(at: model, for: .prediction).clipPredictor(), samples: samples,
            options: options, seed: task.seed)
        let threshold = try fate.threshold(
            fittedTo: task.open(.validation, classes: 1), every: task.every,
            progress: task.progress)
        return try task.splits.map { split in
            // With the ids of objects, which segments are compared with.
            let report = try fate.report(
                on: task.open(split), threshold: threshold, every: task.every,
                progress: task.progress)
            let index = report.foregroundARI
            return StudyResults.Scores(
                split: split, masks: report.segmentation,
                measures: index.isNaN ? [:] : ["fg_ari": index])
        }
    }
}
