import GestaltChecks
import GestaltData
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// Trains a model to tell instances apart.
///
/// Ids in masks number instances, of the classes that `DataSet.categorized(into:)` assigns them.
/// Ignored pixels are excluded. Frozen parts are those of the plan's `freezing`.
public struct InstanceTask<Model: InstanceModel>: TrainingTask {
    public let batches: FrameBatches
    /// The evaluation; nil disables it.
    public let evaluator: InstanceEvaluator?

    /// - Precondition: the batches have masks with categories, and frames of the model's size.
    public init(batches: FrameBatches, evaluator: InstanceEvaluator? = nil) {
        self.batches = batches
        self.evaluator = evaluator
    }

    /// - Throws: `ClipError.label` for an instance without a class of the model.
    public func loss(
        of model: Model, on batch: FrameBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let categories = batch.categories.compactMap { $0 }
        guard let masks = batch.masks, categories.count == masks.shape[0] else {
            stop("InstanceTask: frames without masks, or masks without categories")
        }
        for (place, index) in batch.indices.enumerated() {
            try requireCategories(
                categories[place], of: masks[place], below: model.classes,
                path: "clip \(index.clip), frame \(index.frame)")
        }
        let loss = model.loss(
            of: batch.frames, InstanceTargets(masks, categories: categories), context)
        return (loss.total, loss.terms.map { Metric("loss_\($0.name)", $0.value) })
    }

    public func evaluate(_ model: Model) throws -> Evaluation? {
        try evaluator?.evaluation(of: model)
    }
}

/// The evaluation of an instance model during training: the frames, and AP50 as the score.
public struct InstanceEvaluator: Sendable {
    public let data: DataSet
    /// The interval between evaluated frames of each clip.
    public let interval: Int

    public init(data: DataSet, every interval: Int = 5) {
        self.data = data
        self.interval = interval
    }

    func evaluation(of model: some InstanceModel) throws -> Evaluation {
        let report = try InstanceReport(
            of: model, on: data, every: interval, measuresBoundaries: false,
            measuresIntervals: false)
        return Evaluation(report.metrics, score: report.mean.ap50)
    }
}

/// Checks that every instance of a picture has a class.
///
/// - Parameters:
///   - categories: the class of each id.
///   - ids: `[H, W]`: 0 background, other ids instances, except for ignored pixels.
///   - classes: the number of classes, background included.
///   - path: the picture, for the error.
/// - Throws: `ClipError.label` with the first id that has no class from 1 on.
func requireCategories(
    _ categories: [UInt8: UInt8], of ids: Tensor<UInt8>, below classes: Int, path: String
) throws(ClipError) {
    let present = ids.withScalars { ids in
        var present = [Bool](repeating: false, count: 256)
        for id in ids { present[Int(id)] = true }
        return present
    }
    for id in 1..<Clip.ignoredLabel where present[Int(id)] {
        guard (1..<classes).contains(Int(categories[id] ?? 0)) else {
            throw .label(
                path: path, value: Int(id),
                expected: "ids of instances with a class from 1 to \(classes - 1)")
        }
    }
}
