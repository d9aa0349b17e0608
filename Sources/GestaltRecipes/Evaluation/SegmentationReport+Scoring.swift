import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltMetrics
import GestaltSegHeads
import GestaltTensor

extension SegmentationReport {
    /// Scores a function that predicts masks.
    ///
    /// - Parameters:
    ///   - interval: the minimum distance between two scored frames of a clip; see
    ///     ``LabeledFrames/labeled(in:apart:)``.
    ///   - classCount: 1 for foreground against background, else the number of labels that
    ///     `predict` returns; ids become classes by ``DataSet/classified(into:)``.
    ///   - bootstrap: how the interval over clips is drawn.
    ///   - progress: called after each batch; an error it throws ends the evaluation.
    ///   - predict: the labels `[N, H, W]` of the frames.
    /// - Throws: `ClipError` without a labeled frame, or for ids that are no class; what the
    ///   closures throw.
    /// - Precondition: the interval is positive.
    public init(
        on data: DataSet, every interval: Int = 5, classCount: Int = 1, seesFuture: Bool = false,
        measuresBoundaries: Bool = true, bootstrap: Bootstrap = Bootstrap(),
        progress: ProgressHandler? = nil,
        predict: (_ frames: ArraySlice<FrameIndex>) throws -> Tensor<UInt8>
    ) throws {
        try data.requireMasks()
        let data = try data.classified(into: classCount)
        let frames = LabeledFrames.labeled(in: data, apart: interval)
        var tally = Tally(classCount: classCount, measuresBoundaries: measuresBoundaries)
        try Self.forEachBatch(of: frames, in: data) { part, truth in
            tally.add(prediction: try predict(part), truth: truth)
            try progress?(
                WorkProgress(done: part.endIndex, total: frames.count, unit: "frames"))
        }
        self.data = data.name
        split = data.split
        self.interval = interval
        self.seesFuture = seesFuture
        let clips = frames.map(\.clip)
        clipCount = Set(clips).count
        imageCount = frames.count
        perImage = tally.foreground(.perImage)
        micro = tally.foreground(.micro)
        confidence =
            clipCount < Self.leastClips || perImage.iou.isNaN
            ? nil : tally.counts.interval(.iou, .perImage, clips: clips, bootstrap)
        // Without a true outline in any image the score is undefined.
        let hasOutlines = tally.boundaries.images.contains { $0.truth > 0 }
        boundaryF = hasOutlines ? tally.boundaries.f : nil
        classes = (1..<max(classCount, 2)).compactMap {
            tally.scores(of: $0, names: data.classNames)
        }
        images = tally.scores(of: frames, in: data)
    }

    /// Returns the IoU per image of several predictions of foreground, as the report of each has it,
    /// undefined ones NaN. Clips are read once.
    ///
    /// - Parameters:
    ///   - count: the number of predictions.
    ///   - predict: the labels `[N, H, W]` of the frames by the prediction of a number below
    ///     `count`.
    static func foregroundIoU(
        on data: DataSet, every interval: Int, of count: Int,
        predict: (_ frames: ArraySlice<FrameIndex>, _ prediction: Int) throws -> Tensor<UInt8>
    ) throws -> [Double] {
        try data.requireMasks()
        let data = try data.classified(into: 1)
        var tallies = [Tally](
            repeating: Tally(classCount: 1, measuresBoundaries: false), count: count)
        try forEachBatch(of: LabeledFrames.labeled(in: data, apart: interval), in: data) {
            part, truth in
            for place in tallies.indices {
                tallies[place].add(prediction: try predict(part, place), truth: truth)
            }
        }
        return tallies.map { $0.foreground(.perImage).iou }
    }

    /// Calls `body` with as many frames as a model segments at once, and with their masks.
    private static func forEachBatch(
        of frames: [FrameIndex], in data: DataSet,
        _ body: (_ part: ArraySlice<FrameIndex>, _ truth: Tensor<UInt8>) throws -> Void
    ) throws {
        for range in batches(of: frames, in: data) {
            let part = frames[range]
            let clips = try data.clips(at: part.map(\.clip))
            try body(
                part, stacked(part.compactMap { clips[$0.clip]?.masks?[$0.frame] }, axis: 0))
        }
    }

    /// The batch size of the model.
    private static let batch = 16

    /// Frames in their order, as many at once as there are of one size in a row.
    private static func batches(of frames: [FrameIndex], in data: DataSet) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = 0
        for place in frames.indices {
            let next = place + 1
            let isLast =
                next == frames.count
                || data.info(at: frames[next].clip).size != data.info(at: frames[place].clip).size
            guard isLast || next - start == batch else { continue }
            result.append(start..<next)
            start = next
        }
        return result
    }
}

/// Counts over the images of a split.
private struct Tally {
    var counts = CountTable(
        columns: [.foreground], ignoredLabel: Int(Clip.ignoredLabel))
    var classCounts: CountTable?
    var boundaries = BoundaryScores(ignoredLabel: Int(Clip.ignoredLabel))
    let measuresBoundaries: Bool

    init(classCount: Int, measuresBoundaries: Bool) {
        self.measuresBoundaries = measuresBoundaries
        guard classCount > 1 else { return }
        classCounts = .labels(classCount, from: 1, ignoring: Int(Clip.ignoredLabel))
    }

    mutating func add(prediction: Tensor<UInt8>, truth: Tensor<UInt8>) {
        counts.add(prediction: prediction, truth: truth)
        classCounts?.add(prediction: prediction, truth: truth)
        if measuresBoundaries { boundaries.add(prediction: prediction, truth: truth) }
    }

    /// Returns the scores of foreground; undefined where no image has any on either side.
    func foreground(_ reduction: Reduction) -> SegmentationScores {
        let isAbsent = counts.rows.allSatisfy { $0.allSatisfy(\.isAbsent) }
        return counts.scores(reduction, absent: isAbsent ? .skipped : .one)
    }

    /// Returns IoU of foreground and of each class of every image.
    /// - Parameter frames: the images, in the order in which they were added.
    func scores(
        of frames: [FrameIndex], in data: DataSet
    ) -> [SegmentationReport.ImageScore] {
        frames.indices.map { image in
            SegmentationReport.ImageScore(
                clip: data.info(at: frames[image].clip).name, frame: frames[image].frame,
                iou: counts.rows[image][0].value(of: .iou),
                classes: classCounts?.rows[image].map { $0.value(of: .iou, absent: .skipped) }
                    ?? [])
        }
    }

    func scores(of label: Int, names: [String]?) -> SegmentationReport.ClassScores? {
        guard let column = classCounts?.column(.label(label)) else { return nil }
        return SegmentationReport.ClassScores(
            label: label, name: names.flatMap { $0.indices.contains(label) ? $0[label] : nil },
            pictures: column.rows.count { !$0[0].isAbsent },
            perImage: column.scores(.perImage, absent: .skipped),
            micro: column.scores(.micro, absent: .skipped))
    }
}

extension SegmentationReport {
    /// Scores a model frame by frame; images of another size than the model's are resized for it
    /// and the masks back.
    ///
    /// - Throws: as
    ///   ``init(on:every:classCount:seesFuture:measuresBoundaries:bootstrap:progress:predict:)``,
    ///   `NonFiniteScores` with the frame for which the model's scores are not finite, and
    ///   `ClipError.mismatchedShapes` where a model that reads clips has another size.
    /// - Precondition: a model that reads clips is a ``Segmenter``.
    public init(
        of model: some SegmentationModel, on data: DataSet, every interval: Int = 5,
        measuresBoundaries: Bool = true,
        progress: ProgressHandler? = nil
    ) throws {
        let segmenter = model.readsClips ? model as? Segmenter : nil
        let windows = segmenter.map { LabeledFrameEncoder($0.encoder) }
        require(
            !model.readsClips || windows != nil,
            "SegmentationReport: \(type(of: model)) reads clips and is no Segmenter")
        if model.readsClips { try data.requireSize(of: model.input) }
        try self.init(
            on: data, every: interval, classCount: model.classes, seesFuture: model.seesFuture,
            measuresBoundaries: measuresBoundaries, progress: progress
        ) { frames in
            let clips = try data.clips(at: frames.map(\.clip))
            let probabilities =
                windows.map { model.probabilities(of: frames, in: clips, $0) }
                ?? model.probabilities(
                    images: stacked(
                        frames.compactMap { clips[$0.clip]?.frames[$0.frame] }, axis: 0))
            return try labels(ofFinite: probabilities) { picture in
                let index = frames[frames.startIndex + picture]
                return "\(data.name), \(data.info(at: index.clip).name), frame \(index.frame)"
            }
        }
    }
}

extension DataSet {
    /// - Throws: `ClipError.mismatchedShapes` for a clip of another size than the model's.
    func requireSize(of input: PictureInput) throws(ClipError) {
        guard let size = FrameSize(height: input.height, width: input.width) else { return }
        for info in infos() where info.size != size {
            throw .mismatchedShapes(
                path: "\(name), \(info.name)",
                expected: "\(size) pixels, the size of the model, which sees windows of clips "
                    + "(--size makes all alike)", found: "\(info.size)")
        }
    }
}

extension SegmentationModel {
    /// Returns the probabilities `[N, H, W, classes]` of frames by a model that sees windows of
    /// clips.
    fileprivate func probabilities(
        of frames: ArraySlice<FrameIndex>, in clips: [Int: Clip], _ windows: LabeledFrameEncoder
    ) -> Tensor<Float> {
        let inputs = frames.compactMap { index in
            clips[index.clip].map { windows.window(of: index.frame, in: $0) }
        }
        let scores = probabilities(stacked(inputs.map(\.pixels), axis: 0).centeredPixels())
        let slots = scores.shape[0] / inputs.count
        let rows = inputs.enumerated().map { Int32($0 * slots + $1.slot) }
        return scores.gathered(Tensor(rows), axis: 0)
    }
}
