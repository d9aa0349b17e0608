import GestaltChecks
import GestaltData
import GestaltMetrics
import GestaltSegHeads
import GestaltTensor

/// How well masks agree with the true ones over a split.
///
/// Foreground is any id above 0. Every n-th frame of each clip counts; pictures where neither side
/// has foreground count as 1.
public struct SegmentationReport: Sendable, Codable, Equatable {
    /// What was looked at, for people.
    public let data: String
    public let split: Split
    public let interval: Int
    public let clipCount: Int
    public let imageCount: Int
    /// Whether the model knew later frames than the one it segments; such rows stand apart.
    public let seesFuture: Bool
    /// Foreground: score of each picture, then their mean.
    public let perImage: SegmentationScores
    /// Foreground: pixels of all pictures counted together.
    public let micro: SegmentationScores
    /// IoU per image, had other clips been drawn.
    public let confidence: ConfidenceInterval
    /// Agreement of outlines, mean over pictures; nil where it was not asked for.
    public let boundaryF: Double?
    /// Class by class, for models of several classes; the background is not among them.
    public let classes: [ClassScores]

    /// How well the masks of one class agree.
    public struct ClassScores: Sendable, Codable, Equatable {
        /// The class; the last one takes all higher ids.
        public let label: Int
        /// Score of each picture, then their mean.
        public let perImage: SegmentationScores
        /// Pixels of all pictures counted together.
        public let micro: SegmentationScores
    }

    /// The numbers that logs and cards show.
    public var readings: [Reading] {
        [
            Reading("iou", perImage.iou), Reading("iou_micro", micro.iou),
            Reading("dice", perImage.dice), Reading("precision", perImage.precision),
            Reading("recall", perImage.recall),
        ] + (boundaryF.map { [Reading("boundary_f", $0)] } ?? [])
            + classes.map { Reading("iou_class_\($0.label)", $0.perImage.iou) }
    }
}

extension SegmentationReport {
    /// Judges whatever gives masks.
    ///
    /// - Parameters:
    ///   - interval: frames 0, n, 2n… of each clip.
    ///   - classCount: 1 for foreground against background, else as many as the labels that
    ///     `predict` gives; ids beyond count as the last.
    ///   - bootstrap: how the interval over clips is drawn.
    ///   - progress: told after each batch; may throw to stop.
    ///   - predict: the labels `[N, H, W]` of the frames.
    /// - Throws: `ClipError.missingMasks`, and what the closures throw.
    /// - Precondition: there are clips; the interval is positive.
    public init(
        on data: DataSet, every interval: Int = 5, classCount: Int = 1, seesFuture: Bool = false,
        measuresBoundaries: Bool = true, bootstrap: Bootstrap = Bootstrap(),
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in },
        predict: (_ frames: ArraySlice<FrameIndex>) throws -> Tensor<UInt8>
    ) throws {
        try data.requireMasks()
        let frames = LabelledFrames.every(interval, of: data.lengths)
        require(!frames.isEmpty, "SegmentationReport: no frames in \(data)")
        var counts = CountTable.foreground
        var classCounts = classCount > 1 ? CountTable.labels(classCount, from: 1) : nil
        var boundaries = BoundaryScores()
        for start in stride(from: 0, to: frames.count, by: Self.batch) {
            let part = frames[start..<min(start + Self.batch, frames.count)]
            let prediction = try predict(part)
            let ids = stacked(part.compactMap { data.clips[$0.clip].masks?[$0.frame] }, axis: 0)
            let truth = ids.limited(to: max(1, classCount - 1))
            counts.add(prediction: prediction, truth: truth)
            classCounts?.add(prediction: prediction, truth: truth)
            if measuresBoundaries { boundaries.add(prediction: prediction, truth: truth) }
            try progress(part.endIndex, frames.count)
        }
        self.data = data.name
        split = data.split
        self.interval = interval
        self.seesFuture = seesFuture
        clipCount = data.count
        imageCount = frames.count
        perImage = counts.scores(.perImage)
        micro = counts.scores(.micro)
        confidence = counts.interval(.iou, .perImage, clips: frames.map(\.clip), bootstrap)
        boundaryF = measuresBoundaries ? boundaries.f : nil
        classes = (1..<max(classCount, 2)).compactMap { label in
            classCounts.map { table in
                let column = table.column(.label(label))
                return ClassScores(
                    label: label, perImage: column.scores(.perImage), micro: column.scores(.micro))
            }
        }
    }

    /// Frames that go through a model at once.
    private static let batch = 16
}

extension SegmentationReport {
    /// Judges a model frame by frame; pictures of another size than the model's are resized for it
    /// and the masks back.
    ///
    /// - Throws: as ``init(on:every:classCount:seesFuture:measuresBoundaries:bootstrap:progress:predict:)``.
    /// - Precondition: a model that sees the future is a ``Segmenter``, and the frames are of its
    ///   size.
    public init(
        of model: some SegmentationModel, on data: DataSet, every interval: Int = 5,
        measuresBoundaries: Bool = true,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        let segmenter = model.seesFuture ? model as? Segmenter : nil
        let windows = segmenter.map { LabelledFrameEncoder($0.encoder) }
        require(
            !model.seesFuture || windows != nil,
            "SegmentationReport: \(type(of: model)) sees the future and is no Segmenter")
        try self.init(
            on: data, every: interval, classCount: model.classes, seesFuture: model.seesFuture,
            measuresBoundaries: measuresBoundaries, progress: progress
        ) { frames in
            guard let windows else {
                return model.segment(
                    images: stacked(frames.map { data.clips[$0.clip].frames[$0.frame] }, axis: 0))
            }
            let inputs = frames.map { windows.window(of: $0.frame, in: data.clips[$0.clip]) }
            let scores = model.probabilities(
                stacked(inputs.map(\.pixels), axis: 0).centredPixels())
            let slots = scores.shape[0] / inputs.count
            let rows = inputs.enumerated().map { Int32($0 * slots + $1.slot) }
            return labels(ofProbabilities: scores.gathered(Tensor(rows), axis: 0))
        }
    }
}

extension Tensor where Scalar == UInt8 {
    /// Ids above `last` become `last`.
    fileprivate func limited(to last: Int) -> Tensor<UInt8> {
        let last = UInt8(clamping: last)
        return Tensor(shape: shape, scalars: scalars.map { Swift.min($0, last) })
    }
}
