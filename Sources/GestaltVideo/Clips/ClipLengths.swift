import GestaltChecks

/// The numbers of frames that a tokenizer's clips may have: `first + k · stride`, one slot of codes
/// for the first frames, if there are any, and one for each further `stride`.
public struct ClipLengths: Sendable, Hashable, CustomStringConvertible {
    /// Frames of the first slot: 1 for a causal tokenizer, whose first slot is one frame; 0 where
    /// all slots are alike.
    public let first: Int
    /// Frames of every other slot.
    public let stride: Int

    /// - Precondition: `first` is not negative, `stride` positive.
    public init(first: Int, stride: Int) {
        require(
            first >= 0 && stride > 0, "ClipLengths: \(first) frames first, then every \(stride)")
        self.first = first
        self.stride = stride
    }

    /// Returns the number of slots of a clip; nil for a length that does not fit.
    public func slots(of frames: Int) -> Int? {
        let rest = frames - first
        guard rest >= 0, frames > 0, rest % stride == 0 else { return nil }
        return rest / stride + (first > 0 ? 1 : 0)
    }

    /// Returns the number of frames of a clip of `slots` slots.
    public func frames(ofSlots slots: Int) -> Int {
        first > 0 ? first + (slots - 1) * stride : slots * stride
    }

    /// The longest length that fits and is at most `frames`; nil when there is none.
    public func longest(atMost frames: Int) -> Int? {
        let rest = frames - first
        guard rest >= 0 else { return nil }
        let length = first + rest / stride * stride
        return length > 0 ? length : nil
    }

    /// The shortest length that fits and is at least `frames`.
    public func shortest(atLeast frames: Int) -> Int {
        let rest = max(frames - first, first > 0 ? 0 : 1)
        return first + (rest + stride - 1) / stride * stride
    }

    /// The lengths in words: `multiples of 4`, `1 + multiples of 4`.
    public var description: String {
        (first > 0 ? "\(first) + " : "") + "multiples of \(stride)"
    }

    func error(for frames: Int) -> TokenizerError {
        first == 0
            ? .clip(axis: "time", length: frames, stride: stride)
            : .frames(frames, lengths: self)
    }
}
