import GestaltModels
import GestaltVideo

/// An encoder that may read true frames before the one whose mask is predicted, and none after it.
///
/// With one frame given it is an encoder of single frames. Otherwise its input is clips of as many
/// frames, of which the last is the one that is segmented; a single frame then counts as a
/// static clip.
public protocol FrameHistoryEncoder: StoredEncoder {
    /// The number of true frames that are read, the segmented one last; 1 for that one alone.
    var givenFrames: Int { get }
}

extension FrameHistoryEncoder {
    public var readsClips: Bool { givenFrames > 1 }
    public var temporalStride: Int { givenFrames }
    public var clipLength: Int? { givenFrames > 1 ? givenFrames : nil }

    public func labeledFrames(clipLength: Int) -> [Int] {
        (0..<clipLength / givenFrames).map { ($0 + 1) * givenFrames - 1 }
    }
}

/// A range of latent slots, in names `slots=1` or `slots=0-2`.
public struct SlotRange: Codable, Sendable, Hashable, CustomStringConvertible {
    public var first: Int
    public var last: Int

    public init(_ first: Int, through last: Int? = nil) {
        self.first = first
        self.last = last ?? first
    }

    /// Nil for a text that is neither a number nor two in ascending order.
    init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
            first >= 0, first <= last, last < 1024
        else { return nil }
        self.init(first, through: last)
    }

    public var description: String { first == last ? "\(first)" : "\(first)-\(last)" }
    var count: Int { last - first + 1 }
    var indices: Range<Int> { first..<last + 1 }

    /// - Throws: `ConfigurationError` under `source.slots` for slots that a latent lacks.
    func validate(of count: Int) throws(ConfigurationError) {
        guard first >= 0, first <= last, last < count else {
            throw .invalid("source.slots", expected: "within 0 to \(count - 1)", found: self)
        }
    }
}

extension ComponentArguments {
    /// Consumes the options that sources in a prior share: `slots=…` and `frames=…`.
    ///
    /// - Parameter grammar: the form of the name, for the error.
    mutating func history(
        grammar: String
    ) throws(ConfigurationError) -> (slots: SlotRange?, frames: Int?) {
        let (slots, frames) = (option("slots"), option("frames"))
        let range = slots.flatMap(SlotRange.init)
        let count = frames.flatMap(Int.init)
        guard slots == nil || range != nil, frames == nil || (1...1024).contains(count ?? 0) else {
            throw error("encoder", grammar: grammar)
        }
        return (range, count == 1 ? nil : count)
    }
}

/// Returns the words of the options that ``ComponentArguments/history(grammar:)`` consumes.
func historyWords(slots: SlotRange?, frames: Int?) -> [String] {
    [slots.map { "slots=\($0)" }, frames.map { "frames=\($0)" }].compactMap { $0 }
}
