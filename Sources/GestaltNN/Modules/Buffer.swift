import GestaltTensor

/// A statistic that the forward pass updates in training: a running mean, a codebook.
///
/// A buffer has no identity, since the identity of a struct would be copied with it. At the start
/// of a training step each buffer of the working copy gets a slot; the forward pass stores the new
/// value in the ``Context`` under that slot, and the step commits it to the model. Copies of a
/// model therefore never share a buffer.
public struct Buffer: Sendable {
    public var value: Tensor<Float>
    var role = Role.idle

    enum Role: Sendable, Equatable {
        /// Outside a training step.
        case idle
        /// Inside a training step: the slot for a new value.
        case slot(Int)
        /// Inside a training step that leaves this buffer unchanged.
        case frozen
    }

    public init(_ value: Tensor<Float>) { self.value = value }
}
