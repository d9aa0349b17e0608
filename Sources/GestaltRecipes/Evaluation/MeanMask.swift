import GestaltChecks
import GestaltData
import GestaltMetrics
import GestaltTensor

/// A constant mask for every frame: the pixels where the foreground of the training masks was most
/// often. The baseline that a model has to beat to show that it uses the image.
public struct MeanMask: Sendable {
    /// The frequency of foreground at each pixel, where not ignored, `[H, W]`; 0 where always
    /// ignored.
    public let share: Tensor<Float>
    /// The frequency above which a pixel is foreground.
    public let threshold: Float

    /// The threshold for the robot-push recordings.
    public static let usualThreshold: Float = 0.25

    /// - Throws: `ClipError.missingMasks` without a labeled frame, `ClipError.mismatchedShapes` for
    ///   clips of several sizes; what reading clips throws.
    public init(of data: DataSet, threshold: Float = usualThreshold) throws {
        try data.requireMasks()
        try data.requireOneSize()
        let (height, width) = (data.info(at: 0).height, data.info(at: 0).width)
        let pixels = height * width
        var foreground = [Int](repeating: 0, count: pixels)
        var counted = foreground
        for index in 0..<data.count {
            try data.clip(at: index).masks?.withScalars { ids in
                for (index, id) in ids.enumerated() where id != Clip.ignoredLabel {
                    counted[index % pixels] += 1
                    if id > 0 { foreground[index % pixels] += 1 }
                }
            }
        }
        share = Tensor(
            shape: [height, width],
            scalars: zip(foreground, counted).map { Float($0) / Float(max($1, 1)) })
        self.threshold = threshold
    }

    /// Returns the mean mask with the threshold of 0.05, 0.10 … 0.95 that has the highest IoU per
    /// image on `data`.
    public static func fitted(to data: DataSet, every interval: Int = 5) throws -> MeanMask {
        let mean = try MeanMask(of: data)
        let candidates = (1..<20).map { mean.with(threshold: Float($0) * 0.05) }
        let scored = try candidates.map {
            ($0, try $0.report(on: data, every: interval, bootstrap: Bootstrap(resamples: 1)))
        }
        return scored.max { $0.1.perImage.iou < $1.1.perImage.iou }?.0 ?? mean
    }

    /// Returns the same frequencies with another threshold.
    public func with(threshold: Float) -> MeanMask { MeanMask(share: share, threshold: threshold) }

    private init(share: Tensor<Float>, threshold: Float) {
        self.share = share
        self.threshold = threshold
    }

    /// `[H, W]`, 1 where foreground.
    public var mask: Tensor<UInt8> {
        Tensor(shape: share.shape, scalars: share.scalars.map { $0 > threshold ? 1 : 0 })
    }

    /// Returns its scores on a split of the same image size.
    public func report(
        on data: DataSet, every interval: Int = 5, measuresBoundaries: Bool = false,
        bootstrap: Bootstrap = Bootstrap()
    ) throws -> SegmentationReport {
        let mask = mask
        return try SegmentationReport(
            on: data, every: interval, measuresBoundaries: measuresBoundaries,
            bootstrap: bootstrap
        ) { frames in stacked(frames.map { _ in mask }, axis: 0) }
    }
}
