/// An error in a tokenizer's clips.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// A clip with a length that is not a multiple of the stride along an axis.
    case clip(axis: String, length: Int, stride: Int)
    /// A clip with a number of frames that a causal tokenizer does not take.
    case frames(Int, lengths: ClipLengths)

    public var description: String {
        switch self {
        case .clip(let axis, let length, let stride):
            "a clip of \(axis) \(length) cannot be tokenized: the stride \(stride) must divide it; "
                + "crop or pad to \(max(1, length / stride) * stride)"
        case .frames(let frames, let lengths):
            "a clip of \(frames) frames cannot be tokenized: the lengths are \(lengths); "
                + (lengths.longest(atMost: frames).map { "crop to \($0) or " } ?? "")
                + "pad to \(lengths.shortest(atLeast: frames))"
        }
    }
}
