import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltSegHeads
import GestaltTensor

extension InstanceReport {
    /// Scores a model frame by frame; images of another size than the model's are resized for it
    /// and the masks back.
    ///
    /// - Parameters:
    ///   - data: with masks that number instances; categories become classes by
    ///     ``DataSet/categorized(into:)``.
    ///   - interval: the minimum distance between two scored frames of a clip.
    ///   - threshold: the least score of an instance of the ``SegmentedInstances``.
    ///   - measuresIntervals: whether intervals over clips are computed, which scores the split a
    ///     thousand times.
    ///   - progress: called after each batch; an error it throws ends the evaluation.
    /// - Throws: `ClipError` without a labeled frame, where ids are classes, or for ids without a
    ///   class; `NonFiniteScores` with the frame for which the model's scores are not finite.
    /// - Precondition: the interval is positive.
    public init(
        of model: some InstanceModel, on data: DataSet, every interval: Int = 5,
        threshold: Float = SegmentedInstances.usualThreshold, measuresBoundaries: Bool = true,
        measuresIntervals: Bool = true, progress: ProgressHandler? = nil
    ) throws {
        let truth = try data.categorized(into: model.classes)
        var tally = InstanceTally()
        // As many classes as the data have: more would divide the last category.
        let classCount = min(model.classes, data.categories?.count ?? model.classes)
        masks = try SegmentationReport(
            on: data, every: interval, classCount: classCount,
            measuresBoundaries: measuresBoundaries, progress: progress
        ) { frames in
            let clips = try truth.clips(at: frames.map(\.clip))
            let images = stacked(frames.compactMap { clips[$0.clip]?.frames[$0.frame] }, axis: 0)
            let maps = try zip(frames, model.proposals(images: images)).map { index, proposals in
                guard proposals.isFinite else {
                    throw NonFiniteScores(
                        picture: "\(data.name), \(data.info(at: index.clip).name), frame "
                            + "\(index.frame)")
                }
                let map = SegmentedInstances(proposals, threshold: threshold)
                if let clip = clips[index.clip], let annotation = clip.annotation(of: index.frame) {
                    try requireCategories(
                        clip.categories ?? [:], of: annotation.ids, below: model.classes,
                        path: "\(data.name), \(clip.name), frame \(index.frame)")
                    tally.add(proposals, map, annotation, clip: index.clip)
                }
                return map.classes
            }
            return stacked(maps, axis: 0)
        }
        mean = tally.scores
        classes = tally.classes(names: truth.classNames)
        let hasIntervals =
            measuresIntervals && masks.clipCount >= SegmentationReport.leastClips
        ap50Confidence = hasIntervals ? tally.ap50Interval : nil
        pqConfidence = hasIntervals ? tally.pqInterval : nil
    }
}

/// Matches of instances and segments over the images of a split.
package struct InstanceTally {
    private var precision = AveragePrecision()
    private var quality = PanopticQuality()
    /// The number of true instances of each class.
    private var counts: [Int: Int] = [:]
    /// The clip of each image.
    private var clips: [Int] = []

    package init() {}

    /// - Parameters:
    ///   - map: of the proposals.
    ///   - clip: the group of the image, for intervals.
    package mutating func add(
        _ proposals: InstanceProposals, _ map: SegmentedInstances, _ truth: Annotation, clip: Int
    ) {
        clips.append(clip)
        let actual = truth.instances.map {
            TrueInstance(InstanceMask(of: $0.id, in: truth.ids), category: Int($0.category ?? 0))
        }
        for instance in actual { counts[instance.category, default: 0] += 1 }
        precision.add(
            predictions: (0..<proposals.count).map { place in
                PredictedInstance(
                    InstanceMask(of: UInt8(1), in: proposals.mask(place)),
                    category: Int(proposals.classes[place]), score: Double(proposals.scores[place]))
            }, truths: actual + Self.ignored(in: truth.ids, for: proposals.classes.map(Int.init)))
        quality.add(
            prediction: Self.segments(
                map.ids, map.instances.map { ($0.id, Int($0.category)) }, void: nil),
            truth: Self.segments(
                truth.ids, truth.instances.map { ($0.id, Int($0.category ?? 0)) },
                void: Clip.ignoredLabel))
    }

    /// The ignored pixels of a picture as a crowd of each predicted class: predictions there count
    /// neither as right nor as wrong.
    private static func ignored(in ids: Tensor<UInt8>, for classes: [Int]) -> [TrueInstance] {
        let mask = InstanceMask(of: Clip.ignoredLabel, in: ids)
        guard mask.area > 0 else { return [] }
        return Set(classes).sorted().map { TrueInstance(mask, category: $0, isCrowd: true) }
    }

    /// The segments of a picture; the background is one of category 0, so that predictions there
    /// count as wrong.
    private static func segments(
        _ ids: Tensor<UInt8>, _ instances: [(id: UInt8, category: Int)], void: UInt8?
    ) -> PanopticLabels {
        PanopticLabels(
            ids: Tensor(
                shape: ids.shape,
                scalars: ids.scalars.map { $0 == void ? 0 : $0 == 0 ? background : Int32($0) }),
            segments: instances.map { .init(id: Int32($0.id), category: $0.category) }
                + [.init(id: background, category: 0)])
    }

    /// Above all ids of masks.
    private static let background: Int32 = 256

    /// The classes with a true instance.
    private var occurring: [Int] { counts.keys.sorted() }

    /// The mean over the classes with a true instance.
    var scores: InstanceReport.Scores {
        scores(of: nil, occurring)
    }

    private func scores(of category: Int?, _ categories: [Int]) -> InstanceReport.Scores {
        InstanceReport.Scores(
            ap: precision.score(.ap, category: category),
            ap50: precision.score(.ap50, category: category),
            ap75: precision.score(.ap75, category: category),
            pq: quality.score(.pq, categories: categories),
            sq: quality.score(.sq, categories: categories),
            rq: quality.score(.rq, categories: categories))
    }

    /// The scores of each class with a true instance, where there are several.
    func classes(names: [String]?) -> [InstanceReport.ClassScores] {
        guard occurring.count > 1 else { return [] }
        return occurring.map { label in
            InstanceReport.ClassScores(
                label: label, name: names.flatMap { $0.indices.contains(label) ? $0[label] : nil },
                instanceCount: counts[label] ?? 0, scores: scores(of: label, [label]))
        }
    }

    /// Returns the number of true instances of a class.
    package func count(of label: Int) -> Int { counts[label] ?? 0 }

    /// Returns the scores of a class with a true instance, with intervals over clips.
    /// - Precondition: an image was added.
    package func intervals(
        of label: Int
    ) -> (ap50: ConfidenceInterval, pq: ConfidenceInterval) {
        (
            precision.interval(.ap50, category: label, clips: clips),
            quality.interval(.pq, categories: [label], clips: clips)
        )
    }

    var ap50Interval: ConfidenceInterval { precision.interval(.ap50, clips: clips) }
    var pqInterval: ConfidenceInterval {
        quality.interval(.pq, categories: occurring, clips: clips)
    }
}
