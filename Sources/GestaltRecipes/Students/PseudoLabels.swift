import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMotion
import GestaltSegHeads
import GestaltTensor

/// A teacher's probabilities for every frame of a set, refined over time.
struct PseudoLabels: Sendable {
    /// The settings of pseudo-labeling.
    struct Settings: Sendable {
        /// Whether a frame's probabilities are averaged with those of its mirror image.
        var averagesMirrored: Bool
        /// Whether a pixel's probabilities are averaged over the frames in which it keeps its
        /// color.
        var averagesOverTime: Bool
        /// Whether labels replace probabilities in other frames of their clip, at pixels that keep
        /// the labeled frame's color.
        var propagates: Bool
    }

    /// The probabilities in steps of 1/255 for each clip, `[T, H, W, K]`.
    private let bytes: [Tensor<UInt8>]

    /// - Parameters:
    ///   - labeled: the labeled frames; their masks are the truth.
    /// - Throws: errors of reading and of `progress`.
    init(
        of teacher: some SegmentationModel, for set: DataSet, labeled: [FrameIndex],
        _ settings: Settings, progress: ProgressHandler? = nil
    ) throws {
        var bytes: [Tensor<UInt8>] = []
        let ofClip = Dictionary(grouping: labeled, by: \.clip)
        for index in 0..<set.count {
            let clip = try set.clip(at: index)
            var probabilities = teacher.probabilities(images: clip.frames)
            if settings.averagesMirrored {
                let mirrored = teacher.probabilities(images: clip.frames.flipped(axis: 2))
                probabilities = (probabilities + mirrored.flipped(axis: 2)) * 0.5
            }
            lazy var tracks = ColorTracks(of: clip.frames, noise: CameraNoise(of: clip.frames))
            if settings.averagesOverTime { probabilities = tracks.averaged(probabilities) }
            for frame in ofClip[index]?.map(\.frame) ?? [] {
                guard let masks = clip.masks else { continue }
                let labels =
                    settings.propagates
                    ? tracks.propagated(masks[frame], from: frame)
                    : Self.only(masks[frame], at: frame, of: clip.frameCount)
                probabilities.replace(by: labels)
            }
            bytes.append((probabilities * 255).round().cast(to: UInt8.self))
            try progress?(WorkProgress(done: index + 1, total: set.count, unit: "clips"))
        }
        self.bytes = bytes
    }

    /// Labels of one frame among unknown ones, `[T, H, W]`.
    private static func only(
        _ labels: Tensor<UInt8>, at frame: Int, of count: Int
    ) -> Tensor<UInt8> {
        let unknown = Tensor<UInt8>(repeating: ColorTracks.unknown, shape: labels.shape)
        return stacked((0..<count).map { $0 == frame ? labels : unknown }, axis: 0)
    }

    /// Returns the probabilities of a frame, `[H, W, K]`.
    func probabilities(_ index: FrameIndex) -> Tensor<Float> {
        bytes[index.clip][index.frame].cast(to: Float.self) / 255
    }

    /// The number of classes K.
    var classes: Int { bytes.first?.shape[3] ?? 1 }
}

extension Tensor<Float> {
    /// Replaces probabilities `[T, H, W, K]` where labels `[T, H, W]` are known.
    fileprivate mutating func replace(by labels: Tensor<UInt8>) {
        let classes = shape[3]
        withMutableScalars { values in
            labels.withScalars { labels in
                for (pixel, label) in labels.enumerated() where label != ColorTracks.unknown {
                    if classes == 1 {
                        values[pixel] = label > 0 ? 1 : 0
                    } else {
                        for k in 0..<classes {
                            values[pixel * classes + k] = k == Int(label) ? 1 : 0
                        }
                    }
                }
            }
        }
    }
}
