/// An error in a tokenizer's clips.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// A clip with a length that is not a multiple of the stride along an axis.
    case clip(axis: String, length: Int, stride: Int)

    public var description: String {
        switch self {
        case .clip(let axis, let length, let stride):
            "a clip of \(axis) \(length) cannot be tokenized: the stride \(stride) must divide it; "
                + "crop or pad to \(max(1, length / stride) * stride)"
        }
    }
}
