import GestaltTensor
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The frequencies of the codes of the last batches of a training, for its log.
///
/// A batch alone contains few of the codes; the last 64 together show whether codes die. A resumed
/// run starts with an empty window.
final class RecentCodes: Sendable {
    /// The number of batches.
    static let window = 64

    private struct Counts {
        var batches: [[Int32: Int]] = []
        var totals: [Int32: Int] = [:]
    }

    private let counts = Mutex(Counts())

    /// Adds a batch and drops the one before the window.
    /// - Returns: the exponential of the entropy of the window's codes, and the number of codes in
    ///   the batch alone.
    func add(_ codes: Tensor<Int32>) -> (perplexity: Double, usedInBatch: Int) {
        var own: [Int32: Int] = [:]
        codes.withScalars { for code in $0 { own[code, default: 0] += 1 } }
        let totals = counts.withLock { counts in
            counts.batches.append(own)
            for (code, count) in own { counts.totals[code, default: 0] += count }
            if counts.batches.count > Self.window {
                for (code, count) in counts.batches.removeFirst() {
                    counts.totals[code, default: 0] -= count
                }
            }
            return counts.totals.values.filter { $0 > 0 }
        }
        let all = Double(totals.reduce(0, +))
        let entropy = totals.reduce(0.0) { sum, count in
            let share = Double(count) / all
            return sum - share * log(share)
        }
        return (exp(entropy), own.count)
    }
}
