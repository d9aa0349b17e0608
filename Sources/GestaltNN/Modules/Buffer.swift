import GestaltTensor

/// A statistic that the forward pass updates in training: a running mean, a codebook.
///
/// A buffer has no identity, since a struct's would be copied with it. At the start of a training
/// step each buffer of the working copy gets a slot; the forward pass hands the new value to the
/// ``Context`` under that slot, and the step commits it to the model. Copies of a model therefore
/// never share a buffer.
public struct Buffer: Sendable {
    public var value: Tensor<Float>
    var role = Role.idle

    enum Role: Sendable, Equatable {
        /// Outside a training step.
        case idle
        /// Inside a training step: where a new value is announced.
        case slot(Int)
        /// Inside a training step that leaves this buffer as it is.
        case frozen
    }

    public init(_ value: Tensor<Float>) { self.value = value }
}
