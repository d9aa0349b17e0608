import GestaltData
import GestaltFiles
import GestaltModels

/// Validates the values that all recipes share.
func validateNumbers(
    steps: Int, batch: Int, learningRate: Double, evaluationInterval: Int, checkpointInterval: Int
) throws(ConfigurationError) {
    for (key, value) in [
        ("steps", steps), ("batch", batch), ("evaluationInterval", evaluationInterval),
        ("checkpointInterval", checkpointInterval),
    ] where value < 1 {
        throw .invalid(key, expected: "1 or more", found: value)
    }
    guard learningRate > 0, learningRate.isFinite else {
        throw .invalid("learningRate", expected: "a positive number", found: learningRate)
    }
}

/// - Throws: `ConfigurationError` for a fraction outside 0…1.
func validateShare(_ key: String, _ value: Double) throws(ConfigurationError) {
    guard (0...1).contains(value) else { throw .invalid(key, expected: "0…1", found: value) }
}

/// - Throws: `ConfigurationError` for a bound that is not positive.
func validateGradientNorm(_ norm: Float?) throws(ConfigurationError) {
    if let norm, !(norm > 0) {
        throw .invalid("gradientNorm", expected: "a positive number", found: norm)
    }
}

/// Returns the labeled frames of a recipe: `labels` frames spread over the clips, or all.
/// - Throws: `ConfigurationError` when there are fewer labeled frames than `labels`.
func labeledFrames(_ labels: Int?, of data: DataSet) throws(ConfigurationError) -> [FrameIndex] {
    guard let labels else { return LabeledFrames.labeled(in: data) }
    let count = data.labeledFrameCount
    guard count > 0, (1...count).contains(labels) else {
        throw .invalid(
            "labels", expected: "1 to \(count), the labeled frames of \(data)", found: labels)
    }
    return LabeledFrames.spread(labels, of: data)
}

extension DataSet {
    /// Reports the labels of the set that the chosen frames lack.
    func remark(on frames: [FrameIndex], classes: Int, _ options: RunOptions) {
        let chosen = LabelSummary(of: self, frames: frames)
        guard chosen.ids != labelSummary.ids else { return }
        for remark in chosen.remarks(classes: classes) {
            options.notice("\(name), the chosen frames: \(remark)")
        }
    }
}
