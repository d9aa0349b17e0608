import GestaltData
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

/// The scoring of models that segment foreground or classes: ``SegmentationReport``.
struct MaskScoring: StudyScoring {
    static let kind = "masks"
    private let model: any SegmentationModel & StoredModel

    init?(_ model: any StoredModel) {
        guard let model = model as? any SegmentationModel & StoredModel else { return nil }
        self.model = model
    }

    var parameterCount: Int { model.parameterCount }
    var classes: Int { model.classes }
    var seesFuture: Bool { model.seesFuture }

    func open(_ data: DataChoice, _ split: Split) throws -> DataSet {
        try data.open(split, masks: .required, classes: model.classes)
    }

    func scores(
        on data: DataSet, every interval: Int, _ progress: ProgressHandler?
    ) throws -> StudyResults.Scores {
        func report(_ model: some SegmentationModel) throws -> SegmentationReport {
            try SegmentationReport(of: model, on: data, every: interval, progress: progress)
        }
        return StudyResults.Scores(split: data.split, masks: try report(model))
    }

    func apply(to images: Tensor<UInt8>) { _ = model.probabilities(images: images) }

    func labels(of frame: Int, in clip: Clip) throws -> Tensor<UInt8> {
        try FrameSegmenter(model).labels(of: frame..<(frame + 1), in: clip)[0]
    }
}
