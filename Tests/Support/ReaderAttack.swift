import Foundation

/// Feeds a reader broken files: each must end in a value or in an error of the reader's own kind,
/// within seconds. A crash or a hang ends the test.
///
/// `GESTALT_MUTATIONS` raises the number of files for every reader, `GESTALT_MUTATION_SEED` moves all
/// seeds; with the first of them a line for each reader says what was done.
public struct ReaderAttack {
    private let name: String
    private let seed: UInt64
    private let count: Int
    private let files: [[UInt8]]
    private let leastRefused: Double
    private let mending: ([UInt8]) -> [UInt8]

    /// - Parameters:
    ///   - count: how many broken files without `GESTALT_MUTATIONS`.
    ///   - files: whole ones, at least one, broken in turns.
    ///   - leastRefused: the share of files that must be refused, lest the mutations be harmless.
    ///   - mending: makes checksums right again, so that a mutation reaches what lies behind them.
    public init(
        _ name: String, seed: UInt64, count: Int, _ files: [[UInt8]], leastRefused: Double = 0.05,
        mending: @escaping ([UInt8]) -> [UInt8] = { $0 }
    ) {
        let shift = ProcessInfo.processInfo.environment["GESTALT_MUTATION_SEED"].flatMap(
            UInt64.init)
        self.name = name
        self.seed = seed &+ (shift ?? 0) &* 1_000_003
        self.count = Mutator.count(count)
        self.files = files
        self.leastRefused = leastRefused
        self.mending = mending
    }

    /// Reads all files.
    ///
    /// - Parameter isExpected: whether an error is one that the reader may throw.
    /// - Returns: what was wrong, a line for each; empty when nothing was.
    public func run(
        expecting isExpected: (any Error) -> Bool, _ read: ([UInt8]) throws -> Void
    ) -> [String] {
        var mutator = Mutator(seed: seed)
        var (errors, problems, slowest) = (0, [String](), Duration.zero)
        let clock = ContinuousClock()
        let begin = clock.now
        for round in 0..<count {
            let broken = mending(mutator.mutated(files[round % files.count]))
            var failure: (any Error)?
            let time = clock.measure {
                do { try read(broken) } catch { failure = error }
            }
            slowest = max(slowest, time)
            if time > Self.longest { problems.append("\(place(round)): took \(time)") }
            guard let failure else { continue }
            errors += 1
            if !isExpected(failure) || "\(failure)".isEmpty {
                problems.append("\(place(round)): \(failure)")
            }
        }
        if Double(errors) < leastRefused * Double(count) {
            problems.append("\(name): only \(errors) of \(count) files were refused")
        }
        if ProcessInfo.processInfo.environment["GESTALT_MUTATIONS"] != nil {
            print(
                "mutations, \(name): seed \(seed), \(count) files, \(errors) refused, "
                    + "slowest \(slowest), \(clock.now - begin) in all")
        }
        return problems
    }

    /// A broken picture may still ask for 2²⁷ pixels, for which a loaded machine takes seconds; what
    /// never ends takes longer.
    private static let longest = Duration.seconds(30)

    private func place(_ round: Int) -> String { "\(name), seed \(seed), round \(round)" }
}
