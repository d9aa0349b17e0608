import GestaltChecks
import GestaltTensor

/// The state of one pass through a model besides its inputs: training or inference, its random
/// numbers, and the buffer values to commit.
///
/// One per pass, never shared between threads or passes.
public final class Context {
    /// Whether dropout is active and statistics are those of the batch.
    public let isTraining: Bool
    /// The random numbers of this pass: dropout masks, codebook restarts.
    public var random: RandomStream
    /// The exchange between the workers of one training, through which statistics of a batch
    /// (norms, codebooks) become those of all ranks' batches. A single worker by default.
    public var collectives: any Collectives = LocalCollectives()
    private(set) var pending: [Int: Tensor<Float>] = [:]
    /// The recording of inner outputs; nil while nothing is recorded.
    var recording: OutputRecording?

    private init(isTraining: Bool, random: RandomStream) {
        self.isTraining = isTraining
        self.random = random
    }

    /// Creates a context for a training pass: dropout is active, statistics come from the batch.
    /// - Parameter random: the stream of this pass, such as `stream.split(UInt64(step))`; two
    ///   passes with the same stream drop the same elements.
    public static func training(random: RandomStream) -> Context {
        Context(isTraining: true, random: random)
    }

    /// A context for evaluation: no randomness, no updates.
    public static var inference: Context {
        Context(isTraining: false, random: RandomStream(seed: 0))
    }

    /// Returns the value of a buffer at this point of the pass.
    public func read(_ buffer: Buffer) -> Tensor<Float> {
        guard case .slot(let slot) = buffer.role else { return buffer.value }
        return pending[slot] ?? buffer.value
    }

    /// Returns whether a layer that owns `buffer` behaves as in training: the pass is a training
    /// pass and the buffer is not frozen.
    public func trains(_ buffer: Buffer) -> Bool { isTraining && buffer.role != .frozen }

    /// Registers a buffer's next value; the training step commits it.
    /// - Precondition: the pass runs inside `valueAndGradients`, or the buffer is frozen (then the
    ///   call has no effect).
    public func update(_ buffer: Buffer, to value: Tensor<Float>) {
        switch buffer.role {
        case .idle:
            stop(
                "a buffer is updated outside of valueAndGradients: use Context.inference to evaluate"
            )
        case .frozen: return
        case .slot(let slot):
            require(
                value.shape == buffer.value.shape,
                "a buffer of shape \(buffer.value.shape) is updated to shape \(value.shape)")
            pending[slot] = value.detached
        }
    }

    /// Runs `body` without keeping its intermediate results, and recomputes them, with the same
    /// random numbers, in the backward pass. Buffer updates of the second run are discarded.
    public func checkpointed(_ body: @escaping () -> Tensor<Float>) -> Tensor<Float> {
        let start = random
        let pendingAtStart = pending
        var isReplay = false
        return GestaltTensor.checkpointed { [self] in
            guard isReplay else {
                isReplay = true
                return body()
            }
            let (now, pendingNow, recordingNow) = (random, pending, recording)
            random = start
            pending = pendingAtStart
            // The first run has recorded its outputs.
            recording = nil
            defer {
                random = now
                pending = pendingNow
                recording = recordingNow
            }
            return body()
        }
    }
}
