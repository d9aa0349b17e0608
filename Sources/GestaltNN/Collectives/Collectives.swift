import GestaltTensor

/// The operations by which the workers of one training exchange tensors.
///
/// Each worker has a rank from 0 to `size − 1` and calls the same operations in the same order with
/// tensors of the same shapes; each call returns once all ranks have made it. Sums are added in
/// rank order, so every rank receives the same bits.
///
/// ``LocalCollectives`` is the implementation for a single worker. Implementations over threads or
/// a network are types of the program that needs them.
public protocol Collectives: Sendable {
    /// This worker's number, `0 ..< size`.
    var rank: Int { get }
    /// The number of workers, at least 1.
    var size: Int { get }

    /// Returns the elementwise sum of the tensors of all ranks, added in rank order.
    ///
    /// After ``abandon()`` the result is unspecified, of the argument's shape.
    func allReduce(_ tensor: Tensor<Float>) -> Tensor<Float>

    /// Returns the tensor of rank `root`, on every rank.
    /// - Parameter tensor: of the same shape on all ranks; its values are used on `root` only.
    func broadcast(_ tensor: Tensor<Float>, from root: Int) -> Tensor<Float>

    /// Returns once all ranks have called it.
    func barrier()

    /// Releases all ranks from current and future waits, after an error of this worker.
    func abandon()

    /// Whether a rank has called ``abandon()``; results exchanged afterwards are invalid.
    var isAbandoned: Bool { get }
}

/// The collectives of a training with one worker: every operation returns its argument.
public struct LocalCollectives: Collectives {
    public init() {}

    public var rank: Int { 0 }
    public var size: Int { 1 }
    public var isAbandoned: Bool { false }

    public func allReduce(_ tensor: Tensor<Float>) -> Tensor<Float> { tensor.detached }
    public func broadcast(_ tensor: Tensor<Float>, from root: Int) -> Tensor<Float> {
        tensor.detached
    }
    public func barrier() {}
    public func abandon() {}
}
