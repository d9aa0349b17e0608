import GestaltChecks
import Synchronization

/// The machine under the tensors: threads, instruction set, BLAS and memory.
///
/// Results depend on `threads`, `instructionSet`, `largestWinogradTile` and the core type of BLAS in
/// their last bits, and on nothing else here: with these fixed, the same program gives the same bits. Environment variables give the defaults;
/// `description` tells what is in effect and which variables could not be followed.
///
/// | variable | meaning |
/// |---|---|
/// | `GESTALT_THREADS` | default of `threads` |
/// | `GESTALT_INSTRUCTION_SET` | default of `instructionSet`: `portable`, `avx2` or `avx512` |
/// | `GESTALT_WINOGRAD_TILE` | default of `largestWinogradTile`: 0, 2 or 4 |
/// | `GESTALT_CONVOLUTION` | the algorithm of convolutions: `automatic`, `measured` or the name of one |
/// | `GESTALT_CACHE_LIMIT` | bytes kept for reuse, as `512M` or `4G`; half of the memory otherwise |
/// | `GESTALT_PROFILE` | 1: a ``Profile`` of the whole process on standard error at its end |
public enum Runtime {
    private static let threadCount = Atomic(RuntimeSettings.initial.threads)
    private static let chosenSet = Atomic(RuntimeSettings.initial.instructionSet.rawValue)
    private static let chosenTile = Atomic(RuntimeSettings.initial.largestWinogradTile)

    /// How many threads work on one operation, the calling one included.
    ///
    /// The only such knob: BLAS is held at one thread and called from ours. By default as many as
    /// there are CPUs that this process may use, see ``availableCPUs``. Takes effect at the next
    /// operation; results may change in their last bits, because sums are divided by this number.
    /// Where the system refuses a thread, fewer do the same work, and ``warnings`` says so.
    ///
    /// - Precondition: 1 to 1024.
    public static var threads: Int {
        get { threadCount.load(ordering: .relaxed) }
        set {
            require(
                (1...RuntimeSettings.threadLimit).contains(newValue),
                "Runtime.threads = \(newValue): 1 to \(RuntimeSettings.threadLimit) are possible")
            threadCount.store(newValue, ordering: .relaxed)
        }
    }

    /// The instruction set whose kernels run: by default the largest that the processor has.
    ///
    /// Tests set a smaller one to compare the kernels. Takes effect at the next operation.
    ///
    /// - Precondition: not above `Processor.current.instructionSet`.
    public static var instructionSet: InstructionSet {
        get { InstructionSet(rawValue: chosenSet.load(ordering: .relaxed)) ?? .portable }
        set {
            let best = Processor.current.instructionSet
            require(
                newValue <= best,
                "Runtime.instructionSet = \(newValue): this processor has \(best) at most")
            chosenSet.store(newValue.rawValue, ordering: .relaxed)
        }
    }

    /// The largest tile of Winograd's minimal filtering that convolutions choose by themselves: 0 for
    /// none, 2, or 4, the default. Errors in units of the output's standard deviation stay below 6e-6 with
    /// tiles of 2 and 6e-5 with tiles of 4. Takes effect at the next operation.
    ///
    /// - Precondition: 0, 2 or 4.
    public static var largestWinogradTile: Int {
        get { chosenTile.load(ordering: .relaxed) }
        set {
            require(
                RuntimeSettings.winogradTiles.contains(newValue),
                "Runtime.largestWinogradTile = \(newValue): 0, 2 and 4 are possible")
            chosenTile.store(newValue, ordering: .relaxed)
        }
    }

    /// CPUs that this process may use: those of its affinity mask, or as many whole ones as the
    /// quotas of its control groups (`cpu.max`, `cpu.cfs_quota_us`) grant, at least 1.
    public static var availableCPUs: Int { RuntimeSettings.Machine.current.cpus }

    /// Why ``threads`` is what it is, as a phrase: `affinity 8, control group quota 2.0`,
    /// `GESTALT_THREADS=4` or `set by the program`.
    public static var threadsReason: String {
        threads == RuntimeSettings.initial.threads
            ? RuntimeSettings.initial.threadsReason : "set by the program"
    }

    /// Sentences about what was asked for and could not be followed: environment variables with
    /// values that mean nothing, threads that the system refused. The library prints none of them.
    public static var warnings: [String] {
        RuntimeSettings.initial.complaints
            + (ThreadPool.shared.lastRefusal.map { [$0.description] } ?? [])
    }

    /// Makes BLAS ready: to be called before every use of BLAS or LAPACK. Only the first call works.
    package static func prepare() { _ = BLASPreparation.shared }

    /// The kernels that BLAS uses, by its own name for the processor.
    package static var blasCoreName: String { BLASPreparation.shared.coreNameAfter }

    /// What runs here, in a few lines.
    public static var description: String {
        let blas = BLASPreparation.shared
        let processor = Processor.current
        var lines = [
            "processor: \(processor.model), \(availableCPUs) CPUs for this process",
            "features: \(processor.features)",
            "instruction set: \(instructionSet) (largest possible: \(processor.instructionSet))",
            "threads: \(threads) (\(threadsReason))",
            "BLAS: \(blas.library), core type \(blas.coreNameAfter) (\(blas.reason))",
            "memory: \(memory)",
        ]
        lines += warnings.map { "note: \($0)" }
        return lines.joined(separator: "\n")
    }
}
