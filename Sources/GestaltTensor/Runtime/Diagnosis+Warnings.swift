extension Diagnosis.Findings {
    /// Environment variables that affect the speed of this library, or appear to.
    static let watchedVariables = [
        "GESTALT_THREADS", "GESTALT_INSTRUCTION_SET", "GESTALT_CACHE_LIMIT", "OPENBLAS_CORETYPE",
        "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS",
    ]

    /// A product of this size spends little on anything but multiply-adds: good kernels reach 0.8
    /// to 0.9 of the ceiling; one instruction set too low yields 0.5.
    private static let poorProductShare = 0.6
    /// On an otherwise idle machine, N threads reach 0.9 to 1.0 of N times one.
    private static let poorScaling = 0.7
    /// A smaller cache is exhausted by the buffers of one training step.
    private static let smallCacheLimit = 256 << 20

    /// The number of threads with a CPU.
    var workers: Int { min(threads, max(1, availableCPUs)) }

    var warnings: [String] {
        complaints + coreTypeWarnings + variableWarnings + threadWarnings + productWarnings
    }

    private var coreTypeWarnings: [String] {
        let possible = BLASCoreType.level(of: processor)
        guard let level = BLASCoreType.level(ofCoreName: coreTypeAfter), level < possible else {
            return []
        }
        let kernels = "OpenBLAS runs its \(coreTypeAfter) kernels"
        let has = "this processor has \(processor.instructionSet)"
        if let choice = variables["OPENBLAS_CORETYPE"] {
            return [
                "OPENBLAS_CORETYPE=\(choice) holds matrix products back: \(kernels), but \(has). "
                    + "Unset the variable."
            ]
        }
        return [
            "\(kernels), but \(has): matrix products run at a part of their speed, and the library "
                + "cannot be switched. Install an OpenBLAS that chooses at run time (DYNAMIC_ARCH)."
        ]
    }

    private var variableWarnings: [String] {
        var result: [String] = []
        if let size = variables["OPENBLAS_L2_SIZE"] {
            result.append(
                "OPENBLAS_L2_SIZE=\(size) stands in for the cache size that OpenBLAS would find by "
                    + "itself. Unset it unless that is meant.")
        }
        for name in ["OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"] {
            guard let value = variables[name] else { continue }
            result.append(
                "\(name)=\(value) has no effect: BLAS is called from this library's threads. "
                    + "Set GESTALT_THREADS instead.")
        }
        if let limit = variables["GESTALT_CACHE_LIMIT"].flatMap(RuntimeSettings.byteCount),
            limit < Self.smallCacheLimit
        {
            result.append(
                "GESTALT_CACHE_LIMIT=\(variables["GESTALT_CACHE_LIMIT"]!) makes large tensors wait "
                    + "for new memory at each operation. Give at least 256M.")
        }
        if instructionSet < processor.instructionSet {
            let cause =
                variables["GESTALT_INSTRUCTION_SET"].map { "GESTALT_INSTRUCTION_SET=\($0)" }
                ?? "Runtime.instructionSet"
            result.append(
                "\(cause) holds the kernels at \(instructionSet); this processor has "
                    + "\(processor.instructionSet).")
        }
        return result
    }

    private var threadWarnings: [String] {
        let cause =
            variables["GESTALT_THREADS"].map { "GESTALT_THREADS=\($0)" } ?? "Runtime.threads"
        if threads > availableCPUs {
            return [
                "\(cause) asks for \(threads) threads, but this process may use \(availableCPUs) "
                    + "CPUs: they take turns. Ask for \(availableCPUs)."
            ]
        }
        if threads < availableCPUs {
            return ["\(cause) leaves \(availableCPUs - threads) of \(availableCPUs) CPUs idle."]
        }
        return []
    }

    private var productWarnings: [String] {
        var result: [String] = []
        let ceiling = speeds.arithmetic.values.max() ?? 0
        if speeds.productOneThread < Self.poorProductShare * ceiling {
            let cause =
                coreTypeWarnings.isEmpty
                ? ": the BLAS kernels do not suit it, or another program keeps the CPU busy." : "."
            result.append(
                "A matrix product reaches \(Diagnosis.rounded(speeds.productOneThread)) GFLOP/s on "
                    + "one thread, where this processor's arithmetic gives "
                    + "\(Diagnosis.rounded(ceiling))\(cause)")
        }
        if workers > 1,
            speeds.productAllThreads < Self.poorScaling * Double(workers) * speeds.productOneThread
        {
            result.append(
                "\(workers) threads together reach \(Diagnosis.rounded(speeds.productAllThreads)) "
                    + "GFLOP/s, one alone \(Diagnosis.rounded(speeds.productOneThread)): other "
                    + "programs are using the CPUs, or they share one core.")
        }
        return result
    }
}
