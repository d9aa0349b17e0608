import Foundation
import GestaltData
import GestaltMAGVIT
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltTraining
import GestaltVideo

extension ModelEvaluation {
    static func segmentation(
        _ model: any SegmentationModel, every interval: Int
    ) -> ModelEvaluation {
        ModelEvaluation(masks: .required, classes: model.classes, unit: "frames") {
            let report = try SegmentationReport(of: model, on: $0, every: interval, progress: $1)
            return ModelScores(
                report: report, metrics: report.measures,
                basis: "\(report.imageCount) labeled frames at least \(interval) apart",
                remarks: report.remarks)
        }
    }

    /// - Parameter threshold: the least score of an instance; nil for the usual one.
    static func instances(
        _ model: any InstanceModel, every interval: Int, threshold: Float?
    ) -> ModelEvaluation {
        // Masks keep their ids; the report assigns the classes.
        ModelEvaluation(masks: .required, unit: "frames") {
            let report = try InstanceReport(
                of: model, on: $0, every: interval,
                threshold: threshold ?? SegmentedInstances.usualThreshold, progress: $1)
            return ModelScores(
                report: report, metrics: report.measures,
                basis: "\(report.masks.imageCount) labeled frames at least \(interval) apart"
                    + (threshold.map { ", instances of scores from \($0) on" } ?? ""),
                remarks: report.remarks)
        }
    }

    /// - Parameter isPart: whether the tokenizer is a part of the opened model, which a remark
    ///   says.
    static func reconstruction(
        _ model: any VideoTokenizer, _ clipLength: Int, isPart: Bool = false
    ) -> ModelEvaluation {
        ModelEvaluation(
            target: model.configuration.frameTarget, frames: clipLength, takesClipLength: true,
            unit: "clips"
        ) {
            let batches = try ClipBatches($0, length: clipLength, batchSize: 8, order: .once)
            let report = try ReconstructionReport(of: model, on: batches, progress: $1)
            var remarks = isPart ? ["These are the scores of the model's tokenizer alone."] : []
            remarks.append(
                "PSNR of each frame: "
                    + report.psnrOfFrames.map { String(format: "%.1f", $0) }
                    .joined(separator: " "))
            return ModelScores(
                report: report, metrics: report.metrics,
                basis: "the first \(clipLength) frames of each clip",
                remarks: remarks + report.remarks)
        }
    }
}

extension ModelEvaluation {
    /// The agreement of sampled futures with the true ones.
    ///
    /// - Parameter samples: the number for each clip.
    /// - Throws: `ModelMismatch` for a model that predicts no clips; `ConfigurationError` for an
    ///   option that it does not have.
    public static func futures(
        of opened: OpenedModel, samples: Int, options: PredictionOptions = PredictionOptions(),
        seed: UInt64 = 0
    ) throws -> ModelEvaluation {
        let model = try opened.clipPredictor()
        try options.requireKnown(by: model)
        return ModelEvaluation(
            target: model.frameTarget, frames: model.clipSizes.frames, unit: "clips"
        ) {
            let report = try FutureReport(
                of: model, on: $0, samples: samples, options: options, seed: seed, progress: $1)
            return ModelScores(
                report: report, metrics: report.metrics,
                basis: "\(samples) futures of the first \(model.clipSizes.frames) frames of "
                    + "\(report.clipCount) clips",
                remarks: ["Sampled on \(report.sampling.threads) threads."])
        }
    }
}

extension LikelihoodPredictor {
    /// The negative log-likelihood of true codes.
    public var evaluation: ModelEvaluation {
        ModelEvaluation(target: frameTarget, frames: clipSizes.frames, unit: "batches") {
            let report = try PriorReport(of: self, on: $0, progress: $1)
            return ModelScores(
                report: report, metrics: report.metrics,
                basis: "the first and the last window of each clip",
                remarks: ["nll is \(report.method)."])
        }
    }
}

extension VideoPredictor: EvaluatedModel {}
extension MaskedPredictor: EvaluatedModel {}

extension Forecaster: EvaluatedModel {
    /// The errors of forecast pictures and maps.
    public var evaluation: ModelEvaluation {
        get throws {
            let frames = try ForecastReport.neededFrames(of: self)
            return ModelEvaluation(frames: frames, unit: "clips") {
                let report = try ForecastReport(of: self, on: $0, progress: $1)
                return ModelScores(
                    report: report, metrics: report.metrics,
                    basis: "every fifth frame of \(report.clipCount) clips")
            }
        }
    }
}
