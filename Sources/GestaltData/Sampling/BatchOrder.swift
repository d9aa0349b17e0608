import GestaltChecks
import GestaltTensor

/// In which order items come up, as a pure function of the position: a run that resumes at step s
/// sees what it would have seen.
public enum BatchOrder: Sendable, Hashable, Codable {
    /// Pass after pass without end, each pass in a fresh order; a batch may hold the end of one
    /// pass and the beginning of the next, so all batches are full.
    case shuffled(seed: UInt64)
    /// Each item once, in order; the last batch may be smaller.
    case once

    /// The items of batch `step` out of `count`; none beyond the end of `.once`.
    ///
    /// - Precondition: `count` and `batchSize` are positive, `step` is not negative.
    public func items(step: Int, batchSize: Int, count: Int) -> [Int] {
        require(
            step >= 0 && batchSize > 0 && count > 0,
            "BatchOrder: step \(step), batches of \(batchSize) out of \(count)")
        let positions = (step * batchSize)..<((step + 1) * batchSize)
        switch self {
        case .once: return Array(positions.clamped(to: 0..<count))
        case .shuffled(let seed):
            let passes = (positions.lowerBound / count)...((positions.upperBound - 1) / count)
            return passes.flatMap { pass in
                let whole = (pass * count)..<((pass + 1) * count)
                let order = BatchOrder.permutation(count, seed: seed, pass: pass)
                return positions.clamped(to: whole).map { order[$0 - whole.lowerBound] }
            }
        }
    }

    /// Full and partial batches in one pass.
    public func stepsPerPass(batchSize: Int, count: Int) -> Int {
        (count + batchSize - 1) / batchSize
    }

    /// Fisher and Yates's shuffle.
    static func permutation(_ count: Int, seed: UInt64, pass: Int) -> [Int] {
        var random = LoadingDraws.order.stream(seed: seed, index: pass)
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, random.integer(0...last))
        }
        return order
    }

    /// The draws that belong to one place of one batch, independent of all others.
    func draws(_ purpose: LoadingDraws, position: Int) -> RandomStream {
        let seed: UInt64 = if case .shuffled(let seed) = self { seed } else { 0 }
        return purpose.stream(seed: seed, index: position)
    }
}
