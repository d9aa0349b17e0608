import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltModels
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// The agreement of propagated labels with true ones over a split: J and F of every object.
///
/// The first labeled frame of a clip is given, the others are scored but for the last (DAVIS's
/// semi-supervised protocol). Objects that appear later are omitted. The baseline is the labels
/// of the first frame, unchanged.
public struct PropagationReport: Sendable, Codable, Equatable {
    /// The name of the encoder.
    public let encoder: ComponentName
    public let settings: PropagationSettings
    /// The evaluated data, for display.
    public let data: String
    public let split: Split
    /// Whether the encoder saw frames after the one whose features it gives.
    public let seesFuture: Bool
    public let propagated: VideoObjectScores
    /// The scores of the first frame's labels for all frames.
    public let unchanged: VideoObjectScores
    /// The interval of J&F over clips; nil with fewer than ``SegmentationReport/leastClips``.
    public let confidence: ConfidenceInterval?

    private enum CodingKeys: String, CodingKey {
        case encoder, settings, data, split, propagated, unchanged, confidence
        case seesFuture = "sees_future"
    }

    /// - Parameters:
    ///   - data: clips with labels of several frames, with the ids of objects.
    ///   - progress: called after each clip; an error it throws ends the evaluation.
    /// - Throws: `ClipError` without a labeled frame; `ConfigurationError` for invalid settings;
    ///   errors of reading and of the encoder.
    public init(
        of encoder: any StoredEncoder, on data: DataSet,
        _ settings: PropagationSettings = PropagationSettings(), progress: ProgressHandler? = nil
    ) throws {
        try data.requireMasks()
        let propagation = try FeaturePropagation(by: encoder, settings)
        var evaluation = VideoObjectProtocol.semiSupervised
        evaluation.ignoredLabel = Int(Clip.ignoredLabel)
        var propagated = VideoObjectScores(evaluation)
        var unchanged = propagated
        for (place, info) in data.infos().enumerated() {
            let labeled = info.labeledFrames.sorted()
            let whole = try data.clip(at: place)
            if let first = labeled.first, let masks = whole.masks {
                let clip = whole.window(first..<whole.frameCount)
                let rows = Tensor(labeled.map { Int32($0 - first) })
                let truth = masks.gathered(Tensor(labeled.map(Int32.init)), axis: 0)
                let labels = try propagation.labels(of: clip, first: masks[first])
                try propagated.add(
                    prediction: labels.gathered(rows, axis: 0), truth: truth, sequence: info.name)
                try unchanged.add(
                    prediction: stacked(labeled.map { _ in labels[0] }), truth: truth,
                    sequence: info.name)
            }
            try progress?(WorkProgress(done: place + 1, total: data.count, unit: "clips"))
        }
        (self.encoder, self.settings) = (encoder.name, settings)
        (self.data, split, seesFuture) = (data.name, data.split, encoder.seesFuture)
        (self.propagated, self.unchanged) = (propagated, unchanged)
        let isEnough = propagated.sequences.count >= SegmentationReport.leastClips
        confidence = isEnough ? propagated.interval(.jAndF) : nil
    }

    /// The scores by name, NaN where undefined.
    public var metrics: [Metric] {
        let scores: [VideoObjectScore] = [.jAndF, .jMean, .jRecall, .jDecay, .fMean, .fRecall]
        return scores.map { Metric(Self.name(of: $0), propagated.score($0)) }
            + [Metric("j_and_f_unchanged", unchanged.score(.jAndF))]
    }

    private static func name(of score: VideoObjectScore) -> String {
        switch score {
        case .jAndF: "j_and_f"
        case .jMean: "j"
        case .jRecall: "j_recall"
        case .jDecay: "j_decay"
        case .fMean: "f"
        case .fRecall: "f_recall"
        case .fDecay: "f_decay"
        }
    }
}
