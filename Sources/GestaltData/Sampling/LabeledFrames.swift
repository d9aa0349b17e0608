import GestaltChecks

/// One frame of one clip of a set.
public struct FrameIndex: Sendable, Hashable, Codable {
    public var clip: Int
    public var frame: Int

    public init(clip: Int, frame: Int) {
        self.clip = clip
        self.frame = frame
    }
}

/// Choices of the labeled frames of an experiment.
public enum LabeledFrames {
    /// `labels` frames spread over all clips: the i-th is frame (7·i mod 30) of clip
    /// ⌊clips·i / labels⌋, taken modulo the clip's length.
    ///
    /// 7 and 30 have no common divisor, so with 30 labels a clip of 30 frames every frame is
    /// taken once.
    ///
    /// - Precondition: no clip is empty; there is a clip unless `labels` is 0; `labels ≥ 0`.
    public static func spread(_ labels: Int, over lengths: [Int]) -> [FrameIndex] {
        require(
            labels >= 0 && lengths.allSatisfy { $0 > 0 } && (labels == 0 || !lengths.isEmpty),
            "LabeledFrames.spread: \(labels) labels over \(lengths.count) clips")
        return (0..<labels).map { i in
            let clip = lengths.count * i / labels
            return FrameIndex(clip: clip, frame: 7 * i % 30 % lengths[clip])
        }
    }

    /// `labels` of the labeled frames of a set.
    ///
    /// Where every frame is labeled, as ``spread(_:over:)``; else the i-th is labeled frame
    /// ⌊all·i / labels⌋ of all in order, so none is taken twice.
    ///
    /// - Precondition: `labels` is from 0 to the number of labeled frames, or, where every frame is
    ///   labeled and there is one, not negative.
    public static func spread(_ labels: Int, of data: DataSet) -> [FrameIndex] {
        let labeled = self.labeled(in: data)
        guard labeled.count < data.lengths.reduce(0, +) else {
            return spread(labels, over: data.lengths)
        }
        require(
            (0...labeled.count).contains(labels),
            "LabeledFrames.spread: \(labels) labels of \(labeled.count)")
        return (0..<labels).map { labeled[labeled.count * $0 / labels] }
    }

    /// The labeled frames of a set, clip after clip, those of a clip at least `distance` frames
    /// apart: 0, distance, 2·distance… where every frame is labeled; 1 takes all.
    ///
    /// - Precondition: `distance` is positive.
    public static func labeled(in data: DataSet, apart distance: Int = 1) -> [FrameIndex] {
        require(distance > 0, "LabeledFrames.labeled(apart: \(distance))")
        return data.infos().enumerated().flatMap { clip, info in
            var next = 0
            return info.labeledFrames.compactMap { frame -> FrameIndex? in
                guard frame >= next else { return nil }
                next = frame > .max - distance ? .max : frame + distance
                return FrameIndex(clip: clip, frame: frame)
            }
        }
    }

    /// Frames 0, step, 2·step… of every clip, clip after clip; `step` 1 takes all.
    ///
    /// - Precondition: `step` is positive.
    public static func every(_ step: Int, of lengths: [Int]) -> [FrameIndex] {
        require(step > 0, "LabeledFrames.every(\(step))")
        return lengths.enumerated().flatMap { clip, length in
            stride(from: 0, to: length, by: step).map { FrameIndex(clip: clip, frame: $0) }
        }
    }
}
