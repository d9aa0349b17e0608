import Foundation
import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltModels
import GestaltTensor
import GestaltVideo

extension ModelEvaluation {
    /// The propagation of each clip's first labels by the features of an encoder on a model.
    ///
    /// - Parameter source: the name of the encoder, as `dense` or `resnet:4`.
    /// - Throws: as ``OpenedModel/encoder(named:random:)``, and `ConfigurationError` for invalid
    ///   settings.
    public static func propagation(
        by source: ComponentName, on opened: OpenedModel,
        _ settings: PropagationSettings = PropagationSettings()
    ) throws -> ModelEvaluation {
        try settings.validate()
        BuiltIns.register()
        var random = RandomStream(seed: 0)
        let encoder = try opened.encoder(named: source, random: &random)
        return ModelEvaluation(masks: .required, target: encoder.frameTarget, unit: "clips") {
            let report = try PropagationReport(of: encoder, on: $0, settings, progress: $1)
            let interval = report.confidence.map {
                String(
                    format: "J&F, 95 %% interval over clips: %.4f … %.4f", $0.lower, $0.upper)
            }
            let future = "This encoder sees frames after the one it encodes."
            return ModelScores(
                report: report, metrics: report.metrics,
                basis: "\(report.propagated.objects.count) objects of "
                    + "\(report.propagated.sequences.count) clips, first labels propagated by "
                    + "\(source)",
                remarks: (report.seesFuture ? [future] : []) + (interval.map { [$0] } ?? []))
        }
    }

    /// The masks of single frames by forecast motion alone.
    ///
    /// - Parameter threshold: the strength of motion above which a pixel is foreground.
    public static func commonFate(
        _ fate: CommonFate, threshold: Float, every interval: Int = 5
    ) -> ModelEvaluation {
        ModelEvaluation(masks: .required, target: fate.predictor.frameTarget, unit: "frames") {
            let report = try fate.report(
                on: $0, threshold: threshold, every: interval, progress: $1)
            return ModelScores(
                report: report, metrics: report.measures,
                basis: "\(report.segmentation.imageCount) labeled frames at least \(interval) "
                    + "apart, \(fate.name) in \(fate.samples) futures each, threshold \(threshold)",
                remarks: report.segmentation.remarks)
        }
    }
}
