import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltTraining
import GestaltVideo

/// The evaluation that fits a stored model: masks of a segmentation model, predictions of a prior,
/// outputs of a forecaster, reconstructions of a tokenizer; of any other model with a tokenizer,
/// such as a masked predictor, the reconstructions of that.
///
/// ```swift
/// let evaluation = try ModelEvaluation(of: OpenedModel(at: "runs/unet"))
/// let scores = try evaluation.scores(on: evaluation.open(DataChoice("sample"), .test))
/// ```
public struct ModelEvaluation: Sendable {
    /// Whether masks are read.
    public let masks: MaskUse
    /// The number of classes that the masks must have; nil for any.
    public let classes: Int?
    /// The frame sizes that the model accepts; nil for any.
    public let target: FrameTarget?
    /// The number of frames of a clip; shorter clips are omitted.
    public let frames: Int
    /// The unit of progress.
    public let unit: String
    private let measure: @Sendable (DataSet, ProgressHandler?) throws -> ModelScores

    private init(
        masks: MaskUse = .ignored, classes: Int? = nil, target: FrameTarget? = nil,
        frames: Int = 1, unit: String,
        measure: @escaping @Sendable (DataSet, ProgressHandler?) throws -> ModelScores
    ) {
        (self.masks, self.classes, self.target) = (masks, classes, target)
        (self.frames, self.unit, self.measure) = (frames, unit, measure)
    }

    /// - Parameters:
    ///   - interval: the minimum distance of scored frames, for a segmentation model.
    ///   - clipLength: the number of frames of a clip, for a tokenizer; its usual one by default.
    /// - Throws: `ModelMismatch` for a model of another kind; `ConfigurationError` for a forecaster
    ///   of unknown targets.
    public init(of opened: OpenedModel, every interval: Int = 5, clipLength: Int? = nil) throws {
        switch opened.model {
        case let model as any SegmentationModel:
            self = Self.segmentation(model, every: interval)
        case let model as VideoPredictor: self = Self.prediction(model)
        case let model as Forecaster: self = try Self.forecasts(model)
        default:
            let tokenizer = try opened.tokenizer()
            self = Self.reconstruction(
                tokenizer, clipLength ?? tokenizer.configuration.usualClipLength,
                isPart: !(opened.model is any VideoTokenizer))
        }
    }

    /// Returns the evaluations for a model's card: its own, and for a predictor that of its
    /// tokenizer, too.
    /// - Throws: as ``init(of:every:clipLength:)``.
    public static func all(of opened: OpenedModel) throws -> [ModelEvaluation] {
        let own = try ModelEvaluation(of: opened)
        guard let predictor = opened.model as? VideoPredictor else { return [own] }
        return [own, reconstruction(predictor.tokenizer, predictor.configuration.clipLength)]
    }

    /// Opens a split for this evaluation.
    /// - Throws: errors of `DataChoice.open`; `ClipError` for frames that the model does not
    ///   accept.
    public func open(_ choice: DataChoice, _ split: Split) throws -> DataSet {
        var set = try choice.open(split, masks: masks, classes: classes)
        if let target { set = try set.fitted(to: target, nil) }
        return try set.longEnough(for: frames)
    }

    /// Evaluates the model on clips opened for it.
    /// - Throws: errors of the model's report.
    public func scores(on set: DataSet, progress: ProgressHandler? = nil) throws -> ModelScores {
        try measure(set, progress)
    }
}

/// The result of a ``ModelEvaluation``.
public struct ModelScores: Sendable {
    /// The complete report of the model's kind.
    public let report: any Encodable & Sendable
    /// The scores by name, NaN where undefined.
    public let metrics: [Metric]
    /// The number and choice of scored items, to complete “on DATA, …”.
    public let basis: String
    public let remarks: [String]
}

extension ModelEvaluation {
    private static func segmentation(
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

    private static func prediction(_ model: VideoPredictor) -> ModelEvaluation {
        let sizes = model.configuration
        return ModelEvaluation(
            target: sizes.frameTarget, frames: sizes.clipLength, unit: "batches"
        ) {
            let report = try PriorReport(of: model, on: $0, progress: $1)
            return ModelScores(
                report: report, metrics: report.metrics,
                basis: "the first and the last window of each clip", remarks: [])
        }
    }

    private static func forecasts(_ model: Forecaster) throws -> ModelEvaluation {
        let frames = try ForecastReport.neededFrames(of: model)
        return ModelEvaluation(frames: frames, unit: "clips") {
            let report = try ForecastReport(of: model, on: $0, progress: $1)
            return ModelScores(
                report: report, metrics: report.metrics,
                basis: "every fifth frame of \(report.clipCount) clips", remarks: [])
        }
    }

    /// - Parameter isPart: whether the tokenizer is a part of the opened model, which a remark
    ///   says.
    private static func reconstruction(
        _ model: any VideoTokenizer, _ clipLength: Int, isPart: Bool = false
    ) -> ModelEvaluation {
        ModelEvaluation(
            target: model.configuration.frameTarget, frames: clipLength, unit: "clips"
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
