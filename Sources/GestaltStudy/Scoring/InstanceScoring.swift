import GestaltData
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// The scoring of models that tell instances apart: the pixels of all instances together, image by
/// image, and average precision and panoptic quality over the split.
struct InstanceScoring: StudyScoring {
    static let kind = "instances"
    private let model: any InstanceModel & StoredModel

    init?(_ model: any StoredModel) {
        guard let model = model as? any InstanceModel & StoredModel else { return nil }
        self.model = model
    }

    var parameterCount: Int { model.parameterCount }
    /// Background does not count where there is one class of instances.
    var classes: Int { model.classes == 2 ? 1 : model.classes }
    var seesFuture: Bool { false }

    /// Masks keep the numbers of instances, which the report needs.
    func open(_ data: DataChoice, _ split: Split) throws -> DataSet {
        try data.open(split, masks: .required)
    }

    func scores(
        on data: DataSet, every interval: Int, _ progress: ProgressHandler?
    ) throws -> StudyResults.Scores {
        func report(_ model: some InstanceModel) throws -> InstanceReport {
            try InstanceReport(
                of: model, on: data, every: interval, measuresIntervals: false, progress: progress)
        }
        let report = try report(model)
        // IoU is that of the masks.
        let measures = report.metrics.filter { !$0.name.hasPrefix("iou") }
        return StudyResults.Scores(
            split: data.split, masks: report.masks,
            measures: Dictionary(
                measures.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
    }

    func apply(to images: Tensor<UInt8>) { _ = model.proposals(images: images) }

    func labels(of frame: Int, in clip: Clip) throws -> Tensor<UInt8> {
        try model.instances(image: clip.frames[frame]).classes
    }
}
