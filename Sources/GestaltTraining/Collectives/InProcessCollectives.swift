import Foundation
import GestaltChecks
import GestaltNN
import GestaltTensor

/// ``Collectives`` of threads in one process: workers of a test, or of a machine that a single
/// worker cannot saturate.
///
/// ```swift
/// let models = try InProcessCollectives.run(workers: 2) { collectives in
///     let trainer = Trainer(
///         model: network, task: task, optimizer: AdamW(), plan: plan,
///         collectives: collectives)
///     return try trainer.train("network")
/// }
/// ```
/// Every exchange waits for all ranks; sums are added in rank order by the last rank to arrive, and
/// all ranks share the result.
public struct InProcessCollectives: Collectives {
    public let rank: Int
    private let meeting: Meeting

    public var size: Int { meeting.size }
    public var isAbandoned: Bool { meeting.isAbandoned }

    /// Creates the collectives of `count` workers, one for each rank.
    /// - Precondition: `count` is positive.
    public static func group(of count: Int) -> [InProcessCollectives] {
        require(count > 0, "InProcessCollectives.group(of: \(count)): at least 1")
        let meeting = Meeting(size: count)
        return (0..<count).map { InProcessCollectives(rank: $0, meeting: meeting) }
    }

    /// Runs `body` once for each rank, each on a separate thread, and waits for all.
    /// - Returns: the results in rank order.
    /// - Throws: the first error by rank, one of ``TrainingError/abandoned(step:)`` only if there
    ///   is no other.
    public static func run<Result: Sendable>(
        workers count: Int, _ body: @escaping @Sendable (InProcessCollectives) throws -> Result
    ) throws -> [Result] {
        let outcomes = Outcomes<Result>(count: count)
        for collectives in group(of: count) {
            let thread = Thread {
                let outcome = Swift.Result { try body(collectives) }
                if case .failure = outcome { collectives.abandon() }
                outcomes.store(outcome, at: collectives.rank)
            }
            thread.name = "Gestalt worker \(collectives.rank)"
            thread.stackSize = 16 << 20
            thread.start()
        }
        return try outcomes.wait()
    }

    public func allReduce(_ tensor: Tensor<Float>) -> Tensor<Float> {
        meeting.exchange(tensor.detached, rank: rank, .sum)
    }

    public func broadcast(_ tensor: Tensor<Float>, from root: Int) -> Tensor<Float> {
        require(
            (0..<size).contains(root), "broadcast(from: \(root)) among \(size) ranks")
        return meeting.exchange(tensor.detached, rank: rank, .broadcast(root))
    }

    public func barrier() { _ = meeting.exchange(Tensor(0), rank: rank, .barrier) }

    public func abandon() { meeting.abandon() }
}

/// The synchronization point of the ranks of one group.
///
/// `@unchecked Sendable`: all mutable state is read and written under the condition's lock.
private final class Meeting: @unchecked Sendable {
    enum Exchange: Equatable {
        case sum
        case broadcast(Int)
        case barrier
    }

    let size: Int
    private let condition = NSCondition()
    private var brought: [Tensor<Float>?]
    /// The exchange requested by the ranks that have arrived.
    private var agreed: Exchange?
    private var arrived = 0
    /// The number of completed exchanges.
    private var completed = 0
    private var result = Tensor<Float>(0)
    private var abandoned = false

    init(size: Int) {
        self.size = size
        brought = Array(repeating: nil, count: size)
    }

    var isAbandoned: Bool { condition.withLock { abandoned } }

    func abandon() {
        condition.withLock {
            abandoned = true
            condition.broadcast()
        }
    }

    /// Waits for the tensors of all ranks and returns the result of the exchange.
    ///
    /// A rank that wakes late still receives its result: the next exchange cannot complete without
    /// it.
    func exchange(_ tensor: Tensor<Float>, rank: Int, _ kind: Exchange) -> Tensor<Float> {
        condition.withLock {
            guard !abandoned else { return tensor }
            requireAgreement(tensor, rank: rank, kind)
            brought[rank] = tensor
            arrived += 1
            let turn = completed
            if arrived == size {
                complete(kind)
            } else {
                while completed == turn, !abandoned { condition.wait() }
            }
            return completed == turn ? tensor : result
        }
    }

    private func complete(_ kind: Exchange) {
        let tensors = brought.compactMap { $0 }
        result =
            switch kind {
            case .sum: tensors.dropFirst().reduce(tensors[0]) { $0 + $1 }
            case .broadcast(let root): tensors[root]
            case .barrier: tensors[0]
            }
        brought = Array(repeating: nil, count: size)
        (agreed, arrived) = (nil, 0)
        completed += 1
        condition.broadcast()
    }

    private func requireAgreement(_ tensor: Tensor<Float>, rank: Int, _ kind: Exchange) {
        guard arrived > 0 else {
            agreed = kind
            return
        }
        let other = brought.compactMap { $0 }[0]
        require(
            agreed == kind && other.shape == tensor.shape,
            "ranks disagree: rank \(rank) calls \(kind) with \(tensor.shape), another "
                + "\(agreed.map { "\($0)" } ?? "nothing") with \(other.shape)")
    }
}

/// The results and errors of the workers' threads.
///
/// `@unchecked Sendable`: all mutable state is read and written under the condition's lock.
private final class Outcomes<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var outcomes: [Result<Value, any Error>?]

    init(count: Int) { outcomes = Array(repeating: nil, count: count) }

    func store(_ outcome: Result<Value, any Error>, at rank: Int) {
        condition.withLock {
            outcomes[rank] = outcome
            condition.broadcast()
        }
    }

    func wait() throws -> [Value] {
        let all = condition.withLock {
            while outcomes.contains(where: { $0 == nil }) { condition.wait() }
            return outcomes.compactMap { $0 }
        }
        let errors = all.compactMap { outcome -> (any Error)? in
            if case .failure(let error) = outcome { error } else { nil }
        }
        // A rank that was only released by another's failure does not indicate the cause.
        let causes = errors.filter {
            if case TrainingError.abandoned = $0 { false } else { true }
        }
        if let error = causes.first ?? errors.first { throw error }
        return try all.map { try $0.get() }
    }
}
