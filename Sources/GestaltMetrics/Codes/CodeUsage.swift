import GestaltChecks
import GestaltTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The usage of a codebook over an epoch: the number of codes used, and their evenness.
public struct CodeUsage: Sendable, Hashable, Codable {
    /// The number of uses of each code.
    public private(set) var counts: [Int]

    /// - Precondition: `codeCount` is positive.
    public init(codeCount: Int) {
        require(codeCount > 0, "CodeUsage: \(codeCount) codes")
        counts = Array(repeating: 0, count: codeCount)
    }

    public var codeCount: Int { counts.count }

    /// Counts codes of any shape.
    /// - Precondition: codes in `0..<codeCount`.
    public mutating func add(_ codes: Tensor<Int32>) {
        codes.withScalars { codes in
            for code in codes {
                require(
                    code >= 0 && code < counts.count,
                    "CodeUsage.add: code \(code) of \(counts.count)")
                counts[Int(code)] += 1
            }
        }
    }

    /// Adds the counts of another part of the data.
    /// - Precondition: the same number of codes.
    public mutating func merge(_ other: CodeUsage) {
        require(
            other.codeCount == codeCount,
            "CodeUsage.merge: \(codeCount) codes against \(other.codeCount)")
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// Codes used at least once.
    public var usedCount: Int { counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

    /// The fraction of codes used at least once.
    public var usage: Double { Double(usedCount) / Double(codeCount) }

    /// −Σ p·ln p over the frequencies p of the codes, in nats; 0 when nothing was counted.
    public var entropy: Double {
        let total = Double(counts.reduce(0, +))
        guard total > 0 else { return 0 }
        return counts.reduce(0.0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / total
            return sum - share * log(share)
        }
    }

    /// The exponential of ``entropy``: the number of evenly used codes with the same entropy. From
    /// 1 to ``codeCount``; 1 when nothing was counted.
    public var perplexity: Double { exp(entropy) }
}
