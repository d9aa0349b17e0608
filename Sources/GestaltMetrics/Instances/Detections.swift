import GestaltChecks

/// An instance of the truth.
public struct TrueInstance: Sendable, Hashable, Codable {
    public var mask: InstanceMask
    public var category: Int
    /// Whether the mask is a group of many instances: predictions within it count neither as right
    /// nor as wrong.
    public var isCrowd: Bool
    /// The area by which the instance is small, medium or large.
    public var area: Double

    /// - Parameter area: nil for that of the mask; COCO files state one.
    public init(_ mask: InstanceMask, category: Int = 0, isCrowd: Bool = false, area: Double? = nil)
    {
        self.mask = mask
        self.category = category
        self.isCrowd = isCrowd
        self.area = area ?? Double(mask.area)
    }
}

/// A predicted instance with its score.
public struct PredictedInstance: Sendable, Hashable, Codable {
    public var mask: InstanceMask
    public var category: Int
    /// The confidence, in any unit: only its order matters.
    public var score: Double

    /// - Precondition: `score` is not NaN.
    public init(_ mask: InstanceMask, category: Int = 0, score: Double) {
        require(!score.isNaN, "PredictedInstance: a score that is not a number")
        self.mask = mask
        self.category = category
        self.score = score
    }
}

/// The sizes of instances that COCO scores apart, by their area in pixels; limits belong to both
/// sides.
enum AreaRange: Int, Sendable, Hashable, Codable, CaseIterable {
    case all, small, medium, large

    func contains(_ area: Double) -> Bool {
        switch self {
        case .all: true
        case .small: area <= 32 * 32
        case .medium: area >= 32 * 32 && area <= 96 * 96
        case .large: area >= 96 * 96
        }
    }
}
