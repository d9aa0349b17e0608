/// The rule for the value in mask files that marks ignored pixels: they enter no loss and no score.
public enum IgnoreRule: Sendable, Hashable {
    /// 255, where the masks of the set hold other ids than 0 and 255 (the convention of PASCAL VOC,
    /// Cityscapes and DAVIS). Masks of nothing but 0 and 255 are black and white: 255 is foreground.
    case automatic
    /// This value; 255 is then foreground only if nothing but 0 and 255 is left.
    case label(UInt8)
    /// No value: every pixel counts.
    case none
}

extension IgnoreRule: LosslessStringConvertible {
    /// `automatic`, `none`, or a number from 0 to 255.
    public init?(_ description: String) {
        switch description {
        case "automatic": self = .automatic
        case "none": self = .none
        default:
            guard let label = UInt8(description) else { return nil }
            self = .label(label)
        }
    }

    public var description: String {
        switch self {
        case .automatic: "automatic"
        case .label(let label): "\(label)"
        case .none: "none"
        }
    }
}

extension IgnoreRule: Codable {
    /// Reads the text that ``description`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let rule = IgnoreRule(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "“\(text)” is neither automatic, none nor a number 0…255")
        }
        self = rule
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The meaning of the ids in masks.
public enum LabelMeaning: String, Sendable, Codable, CaseIterable {
    /// Classes: an id from the number of a model's classes on is an error.
    case classes
    /// Objects, as in the robot-push recordings (0 background, 1 the arm, 2… things): ids from a
    /// model's last class on all count as that class.
    case instances
}
