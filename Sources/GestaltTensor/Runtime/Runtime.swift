import GestaltChecks
import Synchronization

/// The execution environment of tensors: threads, instruction set, BLAS and memory.
///
/// Results depend on `threads`, `instructionSet`, `largestWinogradTile` and the core type of BLAS
/// in their last bits, and on no other setting here: with these fixed, the same program yields the
/// same bits. Environment variables set the defaults; `description` reports the settings in effect
/// and the variables that could not be applied.
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

    /// The number of threads per operation, including the calling one.
    ///
    /// The only such setting: BLAS is restricted to one thread and called from the library's. By
    /// default the number of CPUs available to this process, see ``availableCPUs``. Takes effect at
    /// the next operation; results may change in their last bits, because sums are divided by this
    /// number. If the system refuses a thread, fewer threads do the same work, and ``warnings``
    /// reports it.
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

    /// The instruction set whose kernels run: by default the largest that the processor supports.
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

    /// The largest tile of Winograd's minimal filtering that convolutions choose automatically: 0
    /// for none, 2, or 4, the default. Errors in units of the output's standard deviation stay
    /// below 6e-6 with tiles of 2 and 6e-5 with tiles of 4. Takes effect at the next operation.
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

    /// The number of CPUs available to this process: those of its affinity mask, or as many whole
    /// ones as the quotas of its control groups (`cpu.max`, `cpu.cfs_quota_us`) grant, at least 1.
    public static var availableCPUs: Int { RuntimeSettings.Machine.current.cpus }

    /// The reason for the value of ``threads``, as a phrase: `affinity 8, control group quota 2.0`,
    /// `GESTALT_THREADS=4` or `set by the program`.
    public static var threadsReason: String {
        threads == RuntimeSettings.initial.threads
            ? RuntimeSettings.initial.threadsReason : "set by the program"
    }

    /// The settings that could not be applied, one sentence each: environment variables with
    /// invalid values, threads that the system refused. The library does not print them.
    public static var warnings: [String] {
        RuntimeSettings.initial.complaints
            + (ThreadPool.shared.lastRefusal.map { [$0.description] } ?? [])
    }

    /// Prepares BLAS; call it before every use of BLAS or LAPACK. Only the first call has an
    /// effect.
    package static func prepare() { _ = BLASPreparation.shared }

    /// The name of the kernels that BLAS uses.
    package static var blasCoreName: String { BLASPreparation.shared.coreNameAfter }

    /// The settings in effect, in a few lines.
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
