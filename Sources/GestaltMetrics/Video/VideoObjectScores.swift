import GestaltChecks
import GestaltTensor

/// The scores J (region similarity) and F (boundary accuracy) of the objects of videos, as DAVIS
/// defines them.
///
/// <!-- given: let propagated: Tensor<UInt8> = given() -->
/// ```swift
/// var scores = VideoObjectScores(.semiSupervised)
/// try scores.add(prediction: propagated, truth: labels, sequence: "bear")  // [T, H, W]
/// let mean = scores.score(.jAndF)
/// ```
///
/// An object has J and F in every frame; where neither side has a pixel of it, both are 1. A score
/// is the mean over the objects of all sequences, not over sequences.
///
/// - Source: Perazzi et al., *A Benchmark Dataset and Evaluation Methodology for Video Object
///   Segmentation* (2016), and the program `davis2017-evaluation`.
public struct VideoObjectScores: Sendable, Hashable, Codable {
    /// The scores of one object of a sequence.
    public struct Object: Sendable, Hashable, Codable {
        public let sequence: String
        /// The label in the truth.
        public let label: Int
        /// The label of its prediction; nil when no proposal was left.
        public let proposal: Int?
        public let j: FrameSeries
        public let f: FrameSeries
        /// Pixels over all scored frames.
        public let intersection: Int
        public let union: Int

        public func value(of score: VideoObjectScore) -> Double {
            switch score {
            case .jAndF: (j.mean + f.mean) / 2
            case .jMean: j.mean
            case .jRecall: j.recall
            case .jDecay: j.decay
            case .fMean: f.mean
            case .fRecall: f.recall
            case .fDecay: f.decay
            }
        }
    }

    public let evaluation: VideoObjectProtocol
    public private(set) var objects: [Object] = []

    public init(_ evaluation: VideoObjectProtocol = .semiSupervised) {
        self.evaluation = evaluation
    }

    /// The names of the sequences, in the order of adding; one without an object has none.
    public var sequences: [String] {
        var known = Set<String>()
        return objects.map(\.sequence).filter { known.insert($0).inserted }
    }

    /// Scores the objects of a sequence: the labels other than 0 and the ignored one in the truth,
    /// by default in its first frame.
    ///
    /// - Parameters:
    ///   - prediction: labels `[T, H, W]`.
    ///   - truth: the same shape.
    ///   - sequence: its name; parts of one sequence must not be added apart.
    /// - Throws: ``VideoObjectError`` when a label of the prediction exceeds the limit of
    ///   proposals.
    /// - Precondition: equal shapes of rank 3.
    public mutating func add<Label: NumericScalar & BinaryInteger>(
        prediction: Tensor<Label>, truth: Tensor<Label>, sequence: String
    ) throws(VideoObjectError) {
        requireEqualShapes(prediction.shape, truth.shape, "VideoObjectScores.add")
        require(
            truth.rank == 3, "VideoObjectScores.add: shape \(truth.shape) is not [T, H, W]")
        let frames = ObjectFrames(
            prediction: prediction.scalars.map { Int($0) }, truth: truth.scalars.map { Int($0) },
            shape: truth.shape, evaluation)
        let pairs: [(label: Int, proposal: Int?)]
        if let limit = evaluation.proposalLimit {
            let most = frames.proposals.last ?? 0
            guard most <= limit else {
                throw .proposals(sequence: sequence, found: most, limit: limit)
            }
            pairs = frames.matched()
        } else {
            pairs = frames.labels.map { ($0, $0) }
        }
        for (label, proposal) in pairs {
            let result = frames.compare(label, with: proposal)
            objects.append(
                Object(
                    sequence: sequence, label: label, proposal: proposal,
                    j: FrameSeries(result.j), f: FrameSeries(result.f),
                    intersection: result.intersection, union: result.union))
        }
    }

    /// Appends the sequences of another part of the data.
    /// - Precondition: the same protocol.
    public mutating func merge(_ other: VideoObjectScores) {
        require(
            other.evaluation == evaluation,
            "VideoObjectScores.merge: \(evaluation) against \(other.evaluation)")
        objects += other.objects
    }

    /// Returns the mean of a score over objects.
    /// - Parameter sequence: nil for all sequences.
    /// - Returns: NaN without an object that has a scored frame.
    public func score(_ score: VideoObjectScore, sequence: String? = nil) -> Double {
        Self.mean(score, objects.filter { sequence == nil || $0.sequence == sequence })
    }

    /// Returns the IoU of all objects and frames together, pixels counted first.
    /// - Parameter sequence: nil for all sequences.
    /// - Returns: 1 where no object has a pixel on either side.
    public func microIoU(sequence: String? = nil) -> Double {
        let chosen = objects.filter { sequence == nil || $0.sequence == sequence }
        let union = chosen.reduce(0) { $0 + $1.union }
        let common = chosen.reduce(0) { $0 + $1.intersection }
        return union == 0 ? 1 : Double(common) / Double(union)
    }

    /// Returns a score with an interval over sequences.
    /// - Precondition: at least one object.
    public func interval(
        _ score: VideoObjectScore, _ bootstrap: Bootstrap = Bootstrap()
    ) -> ConfidenceInterval {
        let groups = Dictionary(grouping: objects, by: \.sequence)
        let names = sequences
        return bootstrap.interval(groupCount: names.count) { drawn in
            Self.mean(score, drawn.flatMap { groups[names[$0]] ?? [] })
        }
    }

    private static func mean(_ score: VideoObjectScore, _ objects: [Object]) -> Double {
        GestaltMetrics.mean(objects.map { $0.value(of: score) }.filter { !$0.isNaN })
    }
}
