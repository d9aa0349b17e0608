import GestaltData
import GestaltFiles

/// What the numbers of all recipes must be.
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

/// - Throws: `ConfigurationError` for a share outside 0…1.
func validateShare(_ key: String, _ value: Double) throws(ConfigurationError) {
    guard (0...1).contains(value) else { throw .invalid(key, expected: "0…1", found: value) }
}

/// The frames whose labels a recipe may use: so many spread over the clips, or all.
/// - Throws: `ConfigurationError` when there are fewer frames than labels asked for.
func labelledFrames(_ labels: Int?, of data: DataSet) throws(ConfigurationError) -> [FrameIndex] {
    guard let labels else { return LabelledFrames.every(1, of: data.lengths) }
    let frames = data.lengths.reduce(0, +)
    guard (1...max(frames, 1)).contains(labels), frames > 0 else {
        throw .invalid("labels", expected: "1 to \(frames), the frames of \(data)", found: labels)
    }
    return LabelledFrames.spread(labels, over: data.lengths)
}
