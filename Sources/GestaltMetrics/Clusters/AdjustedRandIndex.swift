import GestaltChecks
import GestaltTensor

/// The adjusted Rand index: the agreement of two clusterings of the same pixels, whatever the names
/// of their clusters.
///
/// 1 for equal clusterings, around 0 for unrelated ones, below 0 for worse than chance. Each sample
/// added has one value, be it a picture or a whole clip; over a clip, an object has to keep its
/// cluster from frame to frame.
///
/// <!-- given: let clusters: Tensor<UInt8> = given() -->
/// ```swift
/// var index = AdjustedRandIndex.foreground
/// index.add(prediction: clusters, truth: labels)  // [T, H, W] each, a clip
/// let score = index.mean
/// ```
///
/// Two clusterings without a pair to disagree about (one cluster each, or each pixel alone) have
/// the value 1.
///
/// - Source: Hubert and Arabie, *Comparing partitions* (1985). FG-ARI: Greff et al., *Multi-Object
///   Representation Learning with Iterative Variational Inference* (2019), section 4.
public struct AdjustedRandIndex: Sendable, Hashable, Codable {
    /// Pixels with this true label are omitted; nil omits none.
    public let excludedLabel: Int?
    /// The value of each sample; nil where no pixel is left.
    public private(set) var values: [Double?] = []

    public init(excluding label: Int? = nil) { excludedLabel = label }

    /// FG-ARI: of the pixels whose true label is not 0. A predicted background remains a cluster.
    public static var foreground: AdjustedRandIndex { AdjustedRandIndex(excluding: 0) }

    /// Adds a sample: all pixels of the tensors, of any shape.
    /// - Precondition: equal shapes.
    public mutating func add<Label: NumericScalar & BinaryInteger>(
        prediction: Tensor<Label>, truth: Tensor<Label>
    ) {
        requireEqualShapes(prediction.shape, truth.shape, "AdjustedRandIndex.add")
        let excluded = excludedLabel
        let pairs = zip(truth.scalars, prediction.scalars).lazy
            .map { (Int($0), Int($1)) }
            .filter { $0.0 != excluded }
        values.append(Self.value(pairs))
    }

    /// Appends the samples of another part of the data.
    /// - Precondition: the same excluded label.
    public mutating func merge(_ other: AdjustedRandIndex) {
        require(
            other.excludedLabel == excludedLabel,
            "AdjustedRandIndex.merge: excluding \(String(describing: excludedLabel)) against "
                + "\(String(describing: other.excludedLabel))")
        values += other.values
    }

    /// The mean over samples with a value; NaN without any.
    public var mean: Double { GestaltMetrics.mean(values.compactMap { $0 }) }

    /// Returns the mean with an interval over clips.
    /// - Parameter clips: the clip of each sample, in the order of adding.
    /// - Precondition: a clip for each sample, and at least one.
    public func interval(clips: [Int], _ bootstrap: Bootstrap = Bootstrap()) -> ConfidenceInterval {
        PairedScores(runs: [values], clips: clips).interval(bootstrap)
    }

    private static func value(_ labels: some Sequence<(Int, Int)>) -> Double? {
        var both: [LabelPair: Int] = [:]
        for (truth, prediction) in labels {
            both[LabelPair(truth: truth, prediction: prediction), default: 0] += 1
        }
        guard !both.isEmpty else { return nil }
        var (truths, predictions): ([Int: Int], [Int: Int]) = ([:], [:])
        for (pair, count) in both {
            truths[pair.truth, default: 0] += count
            predictions[pair.prediction, default: 0] += count
        }
        func pairs(_ counts: some Sequence<Int>) -> Double {
            Double(counts.reduce(0) { $0 + $1 * ($1 - 1) / 2 })
        }
        let (agreed, rows, columns) = (
            pairs(both.values), pairs(truths.values), pairs(predictions.values)
        )
        let all = pairs([both.values.reduce(0, +)])
        let expected = all == 0 ? 0 : rows * columns / all
        let most = (rows + columns) / 2
        return most == expected ? 1 : (agreed - expected) / (most - expected)
    }
}

/// The true and the predicted label of a pixel.
private struct LabelPair: Hashable {
    let truth: Int
    let prediction: Int
}
