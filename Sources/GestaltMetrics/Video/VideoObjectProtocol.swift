/// The rules by which objects of a video are scored.
public struct VideoObjectProtocol: Sendable, Hashable, Codable {
    /// Whether the first and the last frame of a sequence are excluded: the first is given, the
    /// last has no successor.
    public var excludesEnds: Bool
    /// Whether objects that the first frame does not show are scored, too. The DAVIS toolkit does
    /// not.
    public var includesLateObjects = false
    /// The most labels that a prediction may use when it is matched to the objects; nil when label
    /// k is the prediction of object k.
    public var proposalLimit: Int?
    /// The true label of pixels that count for no object; nil counts every pixel.
    public var ignoredLabel: Int?
    /// The distance within which outlines match, as a fraction of the diagonal.
    public var tolerance: Double

    public init(
        excludesEnds: Bool, proposalLimit: Int?, ignoredLabel: Int?, tolerance: Double = 0.008
    ) {
        self.excludesEnds = excludesEnds
        self.proposalLimit = proposalLimit
        self.ignoredLabel = ignoredLabel
        self.tolerance = tolerance
    }

    /// The masks of the first frame are given. Source: Pont-Tuset et al., *The 2017 DAVIS
    /// Challenge* (2017).
    public static let semiSupervised = VideoObjectProtocol(
        excludesEnds: true, proposalLimit: nil, ignoredLabel: nil)

    /// Nothing is given: up to 20 proposals are matched to the objects so that the sum of J&F is
    /// greatest; void has label 255. Source: Caelles et al., *The 2019 DAVIS Challenge on VOS:
    /// Unsupervised Multi-Object Segmentation* (2019).
    public static let unsupervised = VideoObjectProtocol(
        excludesEnds: false, proposalLimit: 20, ignoredLabel: 255)
}

/// The scores of objects of videos; raw values are DAVIS's names.
public enum VideoObjectScore: String, Sendable, CaseIterable, Codable, CodingKeyRepresentable {
    /// The mean of ``jMean`` and ``fMean``.
    case jAndF = "J&F"
    /// Region similarity, the IoU of an object in a frame: its mean over frames.
    case jMean = "J-mean"
    case jRecall = "J-recall"
    case jDecay = "J-decay"
    /// Boundary accuracy, the F of an object's outline in a frame: its mean over frames.
    case fMean = "F-mean"
    case fRecall = "F-recall"
    case fDecay = "F-decay"
}

/// Predicted labels that a protocol does not allow.
public enum VideoObjectError: Error, Hashable, CustomStringConvertible {
    case proposals(sequence: String, found: Int, limit: Int)

    public var description: String {
        switch self {
        case .proposals(let sequence, let found, let limit):
            "\(sequence): label \(found) is above the limit of \(limit) proposals"
        }
    }
}
