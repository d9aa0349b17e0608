/// The capabilities of this machine and the obstacles to speed: the data of `gestalt doctor`.
public struct Diagnosis: Sendable, CustomStringConvertible {
    /// The findings, without evaluation.
    public struct Findings: Sendable {
        public var processor: Processor
        /// CPUs that this process may use.
        public var availableCPUs: Int
        public var threads: Int
        /// The reason for the number of threads, as a phrase.
        public var threadsReason: String
        public var instructionSet: Runtime.InstructionSet
        /// The BLAS library and its version.
        public var library: String
        /// The core type that OpenBLAS chose by itself, and the one that runs.
        public var coreTypeBefore: String
        public var coreTypeAfter: String
        /// The reason for the core type, as a phrase.
        public var coreTypeReason: String
        /// The environment variables that are set and affect speed, by name.
        public var variables: [String: String]
        /// The settings of the runtime's own variables that cannot be applied, one sentence each.
        public var complaints: [String]
        public var speeds: Speeds

        package init(
            processor: Processor, availableCPUs: Int, threads: Int,
            threadsReason: String = "", instructionSet: Runtime.InstructionSet, library: String,
            coreTypeBefore: String,
            coreTypeAfter: String, coreTypeReason: String, variables: [String: String],
            complaints: [String], speeds: Speeds
        ) {
            self.processor = processor
            self.availableCPUs = availableCPUs
            self.threads = threads
            self.threadsReason = threadsReason
            self.instructionSet = instructionSet
            self.library = library
            self.coreTypeBefore = coreTypeBefore
            self.coreTypeAfter = coreTypeAfter
            self.coreTypeReason = coreTypeReason
            self.variables = variables
            self.complaints = complaints
            self.speeds = speeds
        }
    }

    /// Measured speeds.
    public struct Speeds: Sendable {
        /// Multiply-adds on registers, one thread, GFLOP/s, for every supported instruction set:
        /// the ceiling of float32 arithmetic.
        public var arithmetic: [Runtime.InstructionSet: Double]
        /// Float32 products of 1024 × 1024 matrices by BLAS, GFLOP/s.
        public var productOneThread: Double
        /// Simultaneous products, one for each of `Runtime.threads` with a CPU, total GFLOP/s.
        public var productAllThreads: Double
        /// Reading and writing 64 MiB buffers in a plain loop, all threads, 10⁹ bytes per second.
        public var streaming: Double
        /// Copying the same buffers with the system's `memcpy`, counted as read and written.
        public var copying: Double

        package init(
            arithmetic: [Runtime.InstructionSet: Double], productOneThread: Double,
            productAllThreads: Double, streaming: Double, copying: Double
        ) {
            self.arithmetic = arithmetic
            self.productOneThread = productOneThread
            self.productAllThreads = productAllThreads
            self.streaming = streaming
            self.copying = copying
        }
    }

    public let findings: Findings
    /// The obstacles to speed on this machine, one sentence each with the remedy; empty if there
    /// are none.
    public let warnings: [String]

    package init(_ findings: Findings) {
        self.findings = findings
        warnings = findings.warnings
    }

    /// Whether the runtime replaced the kernels that OpenBLAS had chosen.
    public var repaired: Bool { findings.coreTypeBefore != findings.coreTypeAfter }

    public var description: String {
        let speeds = findings.speeds
        let ceilings = speeds.arithmetic.sorted { $0.key < $1.key }
            .map { "\($0.key) \(Self.rounded($0.value))" }.joined(separator: ", ")
        var lines = [
            "processor        \(findings.processor.model), "
                + "\(findings.availableCPUs) CPUs for this process",
            "features         \(findings.processor.features)",
            "instruction set  \(findings.instructionSet)",
            "threads          \(findings.threads)"
                + (findings.threadsReason.isEmpty ? "" : " (\(findings.threadsReason))"),
            "BLAS             \(findings.library)",
            "core type        \(findings.coreTypeAfter) (\(findings.coreTypeReason))",
            "arithmetic       \(ceilings) GFLOP/s on one thread",
            "matrix product   \(Self.rounded(speeds.productOneThread)) GFLOP/s on one thread, "
                + "\(Self.rounded(speeds.productAllThreads)) on \(findings.workers)",
            "memory           \(Self.rounded(speeds.streaming)) GB/s read and written by a loop, "
                + "\(Self.rounded(speeds.copying)) by copying",
        ]
        lines += warnings.map { "warning: \($0)" }
        return lines.joined(separator: "\n")
    }

    static func rounded(_ value: Double) -> String {
        if value >= 10 { return "\(Int(value.rounded()))" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
