import CKernels

/// The final step of a pass as it stores its sums: bias, activation, sums of channels.
struct Epilogue<Scalar: FloatingScalar> {
    var bias: UnsafePointer<Scalar>?
    var activation: FusedActivation = .none
    /// Collects sums of the stored values; for one group and one grid.
    var moments: OutputMoments<Scalar>?

    var isEmpty: Bool { bias == nil && activation == .none }

    /// Adds the bias of `count` channels from `channel` to `rows` rows, `step` elements apart, and
    /// applies the activation.
    func finish(
        _ y: UnsafeMutablePointer<Scalar>, rows: Int, channel: Int, count: Int, step: Int
    ) {
        guard !isEmpty else { return }
        gk_finish_rows(
            Scalar.variant, y, rows, count, step, bias.map { $0 + channel },
            activation == .relu ? gk_relu_sums : gk_keep_sums)
    }
}
