import CKernels
import GestaltChecks

/// A position on a tape.
struct TapeRecord<Scalar: TensorScalar>: Sendable {
    let tape: Tape<Scalar>
    let index: Int
}

/// The list of recorded operations for the backward pass: flat, parents by index.
///
/// Tensors reference the tape, the tape never a tracked tensor: pullbacks hold detached ones. So
/// there are no retain cycles, and neither the backward sweep nor the release of a long tape
/// recurses.
///
/// `@unchecked Sendable`: a tape belongs to the thread that created it; `checkThread` stops the
/// program when another thread records on it.
final class Tape<Scalar: TensorScalar>: @unchecked Sendable {
    typealias Pullback = (Tensor<Scalar>) -> [Tensor<Scalar>?]

    private var parents: [[Int]] = []
    private var pullbacks: [Pullback?] = []
    /// The type of each record's operation; nil for leaves and checkpoints.
    private var operations: [(any Operation.Type)?] = []
    /// The gradients accumulated at each record; filled only during a sweep.
    private var cotangents: [Tensor<Scalar>?] = []
    private let owner = gk_thread_id()

    var count: Int { pullbacks.count }

    func checkThread() {
        require(
            gk_thread_id() == owner,
            "a tape is used by a thread other than its own: compute gradients on one thread")
    }

    /// Makes `value` an independent variable.
    func leaf(_ value: Tensor<Scalar>) -> Tensor<Scalar> {
        append(value, parents: [], operation: nil, pullback: nil)
    }

    func append(
        _ value: Tensor<Scalar>, parents inputs: [Int], operation: (any Operation.Type)?,
        pullback: Pullback?
    ) -> Tensor<Scalar> {
        parents.append(inputs)
        operations.append(operation)
        pullbacks.append(pullback)
        var tracked = value
        tracked.record = TapeRecord(tape: self, index: pullbacks.count - 1)
        return tracked
    }

    /// Drops all pullbacks together with their residuals.
    func discard() {
        for index in pullbacks.indices.reversed() { pullbacks[index] = nil }
    }
}

extension Tape where Scalar: FloatingScalar {
    /// Traverses the records backwards from `root` to the first `leaves` of them, releasing each
    /// after use, and returns the gradients of those leaves (nil for leaves without one).
    func sweep(from root: Int, seed: Tensor<Scalar>, leaves: Int) -> [Tensor<Scalar>?] {
        cotangents = [Tensor<Scalar>?](repeating: nil, count: count)
        cotangents[root] = seed
        sweep(from: root, through: leaves)
        defer { cotangents = [] }
        return Array(cotangents.prefix(leaves))
    }

    /// Runs the pullbacks of the records `last` down to `first`.
    private func sweep(from last: Int, through first: Int) {
        for index in stride(from: last, through: first, by: -1) {
            let pullback = pullbacks[index]
            pullbacks[index] = nil
            let cotangent = cotangents[index]
            cotangents[index] = nil
            guard let pullback, let cotangent else { continue }
            for (parent, part) in zip(parents[index], pullback(cotangent)) where parent >= 0 {
                if let part { accumulate(part, at: parent, from: operations[index]) }
            }
        }
    }

    private func accumulate(
        _ part: Tensor<Scalar>, at index: Int, from operation: (any Operation.Type)? = nil
    ) {
        guard var sum = cotangents[index] else {
            cotangents[index] = part
            return
        }
        require(
            sum.shape == part.shape,
            "gradients of one value have shapes \(sum.shape) and \(part.shape), the second from "
                + (operation?.name ?? "a checkpoint"))
        cotangents[index] = nil  // leaves `sum` the only reference: the addition is in place
        sum.add(part)
        cotangents[index] = sum
    }

    /// Records `body` again at the end of the tape, sweeps the new records, and drops them: the
    /// gradients of earlier records are accumulated there.
    func replay(_ body: () -> Tensor<Scalar>, cotangent: Tensor<Scalar>) {
        let start = count
        let value = body()
        guard let root = value.record?.index, value.record?.tape === self else { return }
        while cotangents.count < count { cotangents.append(nil) }
        accumulate(cotangent, at: root)
        sweep(from: count - 1, through: start)
        cotangents.removeLast(cotangents.count - start)
        parents.removeLast(parents.count - start)
        pullbacks.removeLast(pullbacks.count - start)
        operations.removeLast(operations.count - start)
    }
}
