import GestaltData
import GestaltModels
import GestaltRecipes

/// The constant mask of `MeanMask`: the same for every frame.
///
/// It is computed from the masks of all training frames, which favors it over rows with few labels.
public struct MeanMaskMethod: StudyMethod {
    public static let kind = "mean-mask"
    public static let usual = MeanMaskMethod()

    /// The frequency above which a pixel is foreground, 0…1; nil for the one with the highest IoU
    /// on training frames.
    public var threshold: Float?

    public init(threshold: Float? = nil) { self.threshold = threshold }

    public var outline: RecipeOutline {
        RecipeOutline(
            source: "none", regime: "constant", initialization: RecipeOutline.Initialization.none,
            training: RecipeOutline.Training.none,
            pretraining: RecipeOutline.Pretraining.none, seesFuture: false)
    }
    public var usesLabels: Bool { false }

    public func validate() throws(ConfigurationError) {
        guard let threshold, !(0...1).contains(threshold) else { return }
        throw .invalid("threshold", expected: "0…1", found: threshold)
    }

    public func scores(_ task: StudyMethodTask) throws -> [StudyResults.Scores] {
        let train = try task.open(.train)
        let mean =
            try threshold.map { try MeanMask(of: train, threshold: $0) }
            ?? MeanMask.fitted(to: train, every: task.every)
        return try task.splits.map { split in
            StudyResults.Scores(
                split: split,
                masks: try mean.report(
                    on: task.open(split), every: task.every, measuresBoundaries: true))
        }
    }
}
