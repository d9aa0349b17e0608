import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltModels
import GestaltTensor
import GestaltTraining

/// The agreement of masks and segments of forecast motion with true ones.
public struct CommonFateReport: Sendable, Codable, Equatable {
    public let method: ComponentName
    /// Futures of a frame.
    public let samples: Int
    public let seed: UInt64
    /// The strength of motion above which a pixel is foreground.
    public let threshold: Float
    public let segmentation: SegmentationReport
    /// The adjusted Rand index of segments over true foreground, mean over frames: 1 where each
    /// true instance is one segment, 0 where segments are unrelated or all are one. NaN without
    /// foreground.
    public let foregroundARI: Double

    private enum CodingKeys: String, CodingKey {
        case method, samples, seed, threshold, segmentation
        case foregroundARI = "fg_ari"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        method = try values.decode(ComponentName.self, forKey: .method)
        samples = try values.decode(Int.self, forKey: .samples)
        seed = try values.decode(UInt64.self, forKey: .seed)
        threshold = try values.decode(Float.self, forKey: .threshold)
        segmentation = try values.decode(SegmentationReport.self, forKey: .segmentation)
        foregroundARI = try values.decodeIfPresent(Double.self, forKey: .foregroundARI) ?? .nan
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(method, forKey: .method)
        try container.encode(samples, forKey: .samples)
        try container.encode(seed, forKey: .seed)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(segmentation, forKey: .segmentation)
        try container.encode(foregroundARI.isNaN ? nil : foregroundARI, forKey: .foregroundARI)
    }

    init(
        _ fate: CommonFate, threshold: Float, _ segmentation: SegmentationReport,
        foregroundARI: Double
    ) {
        (method, samples, seed) = (fate.name, fate.samples, fate.seed)
        (self.threshold, self.segmentation) = (threshold, segmentation)
        self.foregroundARI = foregroundARI
    }

    /// Every measure by name, NaN where undefined.
    public var measures: [Metric] {
        segmentation.measures + [Metric("fg_ari", foregroundARI)]
    }
}

extension CommonFate {
    /// Returns the threshold with the highest IoU per image on `data`, among 40 quantiles, 0.60 to
    /// 0.99, of the strength of all its pixels.
    ///
    /// - Parameters:
    ///   - data: other clips than those that are scored later: `val`.
    ///   - interval: the minimum distance between two frames of a clip.
    ///   - progress: called after each frame; an error it throws ends the work.
    /// - Throws: as ``report(on:threshold:every:measuresBoundaries:progress:)``.
    public func threshold(
        fittedTo data: DataSet, every interval: Int = 5, progress: ProgressHandler? = nil
    ) throws -> Float {
        try data.requireMasks()
        let evidence = try evidence(on: data, every: interval, progress: progress)
        let strengths = evidence.values.flatMap(\.evidence.strength.scalars).sorted()
        let candidates = (0..<40).map { strengths[strengths.count * (59 + $0) / 99 - 1] }
        let scores = try SegmentationReport.foregroundIoU(
            on: data, every: interval, of: candidates.count
        ) { frames, place in masks(of: frames, evidence, candidates[place]) }
        return zip(candidates, scores).max { $0.1 < $1.1 }?.0 ?? 0
    }

    /// Scores the masks on a split.
    ///
    /// - Throws: `ClipError` without a labeled frame or for clips of another size than the
    ///   predictor's, errors of the prediction, what `progress` throws.
    public func report(
        on data: DataSet, threshold: Float, every interval: Int = 5,
        measuresBoundaries: Bool = true, progress: ProgressHandler? = nil
    ) throws -> CommonFateReport {
        try data.requireMasks()
        let evidence = try evidence(on: data, every: interval, progress: progress)
        let segmentation = try SegmentationReport(
            on: data, every: interval, measuresBoundaries: measuresBoundaries
        ) { frames in masks(of: frames, evidence, threshold) }
        var index = AdjustedRandIndex.foreground
        for place in LabeledFrames.labeled(in: data, apart: interval) {
            guard let found = evidence[place]?.evidence, let mask = evidence[place]?.mask
            else { continue }
            let truth = mask.scalars.map { $0 == Clip.ignoredLabel ? 0 : Int32($0) }
            index.add(
                prediction: found.segments(threshold: threshold),
                truth: Tensor(shape: found.strength.shape, scalars: truth))
        }
        return CommonFateReport(
            self, threshold: threshold, segmentation, foregroundARI: index.mean)
    }

    private func masks(
        of frames: ArraySlice<FrameIndex>, _ evidence: [FrameIndex: ScoredEvidence],
        _ threshold: Float
    ) -> Tensor<UInt8> {
        stacked(frames.compactMap { evidence[$0]?.evidence.mask(threshold: threshold) })
    }
}
