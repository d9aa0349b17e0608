import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMotion
import GestaltSegHeads
import GestaltTensor

/// The probabilities of one or several teachers for every frame of a set, refined over time.
struct PseudoLabels: Sendable {
    /// The settings of pseudo-labeling.
    struct Settings: Sendable {
        /// Whether a frame's probabilities are averaged with those of its mirror image.
        var averagesMirrored: Bool
        /// Whether a pixel's probabilities are averaged over the frames in which it keeps its
        /// color.
        var averagesOverTime: Bool
        /// The propagation of labels to other frames of their clip.
        var propagation: LabelSpread
    }

    /// The probabilities in steps of 1/255 for each clip, `[T, H, W, K]`.
    private let bytes: [Tensor<UInt8>]

    /// - Parameters:
    ///   - teachers: at least one, all with the same classes; their probabilities are averaged. The
    ///     features of the first one carry labels.
    ///   - labeled: the labeled frames; their masks are the truth.
    /// - Throws: errors of reading and of `progress`.
    init(
        of teachers: [any SegmentationModel], for set: DataSet, labeled: [FrameIndex],
        _ settings: Settings, progress: ProgressHandler? = nil
    ) throws {
        require(!teachers.isEmpty, "PseudoLabels: no teacher")
        var bytes: [Tensor<UInt8>] = []
        let ofClip = Dictionary(grouping: labeled, by: \.clip)
        for index in 0..<set.count {
            let clip = try set.clip(at: index)
            var probabilities = Self.probabilities(of: teachers, clip, settings)
            lazy var tracks = ColorTracks(of: clip.frames, noise: CameraNoise(of: clip.frames))
            if settings.averagesOverTime { probabilities = tracks.averaged(probabilities) }
            let frames = ofClip[index]?.map(\.frame) ?? []
            if let masks = clip.masks, !frames.isEmpty, settings.propagation != .none {
                settings.propagation.spread(
                    masks, of: frames, in: clip, tracks, teachers[0], &probabilities)
            }
            bytes.append((probabilities * 255).round().cast(to: UInt8.self))
            try progress?(WorkProgress(done: index + 1, total: set.count, unit: "clips"))
        }
        self.bytes = bytes
    }

    /// The mean over teachers, and over mirror images if requested.
    private static func probabilities(
        of teachers: [any SegmentationModel], _ clip: Clip, _ settings: Settings
    ) -> Tensor<Float> {
        let all = teachers.map { teacher in
            let probabilities = teacher.probabilities(images: clip.frames)
            guard settings.averagesMirrored else { return probabilities }
            let mirrored = teacher.probabilities(images: clip.frames.flipped(axis: 2))
            return (probabilities + mirrored.flipped(axis: 2)) * 0.5
        }
        guard all.count > 1 else { return all[0] }
        return all.dropFirst().reduce(all[0], +) / Float(all.count)
    }

    /// Returns the probabilities of a frame, `[H, W, K]`.
    func probabilities(_ index: FrameIndex) -> Tensor<Float> {
        bytes[index.clip][index.frame].cast(to: Float.self) / 255
    }

    /// Returns the weights of the pixels of a frame, `[H, W, 1]`: 0 where the likeliest class of
    /// its probabilities `[H, W, K]` changes within `band` pixels, else 1.
    ///
    /// The band is found in the frame as the teacher saw it, where its predictions are uncertain;
    /// the edges that CutMix adds later are exact. A magnified frame has a wider band.
    func weights(of probabilities: Tensor<Float>, band: Int) -> Tensor<Float> {
        guard band > 0 else {
            return .ones([probabilities.shape[0], probabilities.shape[1], 1])
        }
        return GestaltSegHeads.labels(ofProbabilities: probabilities)
            .weightsBeyondBoundaries(band: band)
    }

    /// Counts the pixels of frames by class.
    /// - Parameter thresholds: of each class.
    func usage(of frames: [FrameIndex], thresholds: [Float], band: Int) throws -> PseudoLabelUsage {
        let ofClip = Array(Dictionary(grouping: frames, by: \.clip).values)
        let counts = try concurrentMap(count: ofClip.count) { place in
            var usage = PseudoLabelUsage(classes: thresholds.count)
            for frame in ofClip[place] {
                let probabilities = probabilities(frame)
                usage.add(
                    Confidence(probabilities, thresholds: thresholds),
                    weights: weights(of: probabilities, band: band))
            }
            return usage
        }
        return counts.reduce(into: PseudoLabelUsage(classes: thresholds.count)) { $0 += $1 }
    }

    /// The number of classes K.
    var classes: Int { bytes.first?.shape[3] ?? 1 }
}
