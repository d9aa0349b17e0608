import GestaltData
import GestaltFiles
import GestaltModels

/// - Throws: `ConfigurationError` for a fraction outside 0…1.
func validateShare(_ key: String, _ value: Double) throws(ConfigurationError) {
    guard (0...1).contains(value) else { throw .invalid(key, expected: "0…1", found: value) }
}

/// Returns the labeled frames of a recipe: `labels` frames spread over the clips, or all.
/// - Throws: `ConfigurationError` when there are fewer labeled frames than `labels`, or none.
func labeledFrames(_ labels: Int?, of data: DataSet) throws(ConfigurationError) -> [FrameIndex] {
    let count = data.labeledFrameCount
    guard let labels else {
        guard count > 0 else {
            throw .invalid(
                "labels", expected: "a frame of \(data) with a pixel that is not ignored",
                found: "none")
        }
        return LabeledFrames.labeled(in: data)
    }
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
