/// What can be wrong with a tokenizer's files or clips.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// A clip whose length along an axis the stride does not divide.
    case clip(axis: String, length: Int, stride: Int)
    /// State that does not fit the model: everything missing, unexpected or mis-shaped, at once.
    case state(source: String, problems: [String])

    public var description: String {
        switch self {
        case .clip(let axis, let length, let stride):
            "a clip of \(axis) \(length) cannot be tokenized: the stride \(stride) must divide it; "
                + "crop or pad to \(max(1, length / stride) * stride)"
        case .state(let source, let problems):
            "\(source) does not fit the tokenizer:\n  " + problems.joined(separator: "\n  ")
        }
    }
}
