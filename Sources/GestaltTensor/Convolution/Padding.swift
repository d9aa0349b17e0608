/// The zeros around the input of a convolution; for a transposed one, the positions cut off its
/// output.
public enum Padding: Sendable, Hashable {
    /// None: one output for each position where the whole kernel fits.
    case valid
    /// As many zeros as preserve lengths up to the stride: a convolution of stride s turns length n
    /// into ⌈n / s⌉ when s divides n, a transposed one into s·n.
    ///
    /// Of the `k − s` zeros an axis needs (k the extent of the dilated kernel), a convolution puts
    /// the larger half before the input; a transposed one cuts the smaller half off the start.
    /// Source: VideoGPT, whose kernel 4 pads (2, 1) at stride 1 and (1, 1) at stride 2.
    case same
    /// The given numbers before and after each spatial axis.
    case explicit(before: [Int], after: [Int])

    /// Returns the same padding for both sides of every spatial axis.
    public static func symmetric(_ count: [Int]) -> Padding {
        .explicit(before: count, after: count)
    }
}

/// The activation that a convolution applies to its sums as it stores them.
public enum FusedActivation: Sendable, Hashable {
    case none
    /// `max(0, y)`; NaN is preserved. Its gradient at 0 is 0.
    case relu
}
