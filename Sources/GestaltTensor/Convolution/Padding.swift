/// The zeros around the input of a convolution; for a transposed one, what is cut off its output.
public enum Padding: Sendable, Hashable {
    /// None: an output for each place where the kernel fits in whole.
    case valid
    /// As many as the stride divides: a convolution of stride s turns length n into ⌈n / s⌉ when s
    /// divides n, a transposed one into s·n.
    ///
    /// Of the `k − s` zeros an axis needs (k the extent of the dilated kernel), a convolution puts
    /// the larger half in front; a transposed one cuts the smaller half off the front. Source:
    /// VideoGPT, whose kernel 4 pads (2, 1) at stride 1 and (1, 1) at stride 2.
    case same
    /// So many in front of and behind each spatial axis.
    case explicit(before: [Int], after: [Int])

    /// The same number on both sides of every spatial axis.
    public static func symmetric(_ count: [Int]) -> Padding {
        .explicit(before: count, after: count)
    }
}

/// What a convolution does to its sums as it stores them.
public enum FusedActivation: Sendable, Hashable {
    case none
    /// `max(0, y)`; NaN stays. Its gradient at 0 is 0.
    case relu
}
