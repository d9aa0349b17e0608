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

/// Which frames carry the labels of an experiment.
public enum LabelledFrames {
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
            "LabelledFrames.spread: \(labels) labels over \(lengths.count) clips")
        return (0..<labels).map { i in
            let clip = lengths.count * i / labels
            return FrameIndex(clip: clip, frame: 7 * i % 30 % lengths[clip])
        }
    }

    /// Frames 0, step, 2·step… of every clip, clip after clip; `step` 1 takes all.
    ///
    /// - Precondition: `step` is positive.
    public static func every(_ step: Int, of lengths: [Int]) -> [FrameIndex] {
        require(step > 0, "LabelledFrames.every(\(step))")
        return lengths.enumerated().flatMap { clip, length in
            stride(from: 0, to: length, by: step).map { FrameIndex(clip: clip, frame: $0) }
        }
    }
}
