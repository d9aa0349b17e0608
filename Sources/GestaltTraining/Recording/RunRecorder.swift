import GestaltMedia

/// Writes a run's numbers to its log and its TensorBoard events.
package final class RunRecorder {
    private let log: RunLog
    private let events: EventFile

    package init(_ run: RunFolder, resumingAt step: Int) throws {
        log = try RunLog(path: run.log, resumingAt: step)
        // A run that was killed has left steps that it takes again.
        try EventFile.cut(folder: run.path, after: step)
        events = try EventFile(folder: run.path)
    }

    package func train(step: Int, _ metrics: [Metric]) throws {
        try record(step: step, kind: "train", metrics)
    }

    package func evaluation(step: Int, _ metrics: [Metric]) throws {
        try record(step: step, kind: "evaluation", metrics)
    }

    private func record(step: Int, kind: String, _ metrics: [Metric]) throws {
        try log.write(step: step, kind: kind, metrics)
        try events.write(
            step: step,
            scalars: metrics.map { (tag: "\(kind)/\($0.name)", value: Float($0.value)) })
    }
}
