import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The runtime settings of the environment, validated against the machine.
package struct RuntimeSettings: Sendable, Equatable {
    /// The properties of the machine that settings depend on.
    package struct Machine: Sendable {
        /// The number of CPUs in the affinity mask.
        let affinity: Int
        /// The processors granted by control groups, nil without a limit.
        let quota: Double?
        let instructionSet: Runtime.InstructionSet
        let physicalMemory: Int

        /// The number of CPUs available to the process: whole ones of the quota, at least 1.
        var cpus: Int {
            guard let quota, quota < Double(affinity) else { return affinity }
            return max(1, Int(quota))
        }

        /// The reason for the number, as a phrase.
        var reason: String {
            guard let quota else { return "affinity \(affinity)" }
            return "affinity \(affinity), control group quota \(Diagnosis.rounded(quota))"
        }

        package init(
            cpus: Int, quota: Double? = nil, instructionSet: Runtime.InstructionSet,
            physicalMemory: Int
        ) {
            affinity = cpus
            self.quota = quota
            self.instructionSet = instructionSet
            self.physicalMemory = physicalMemory
        }

        package static let current = Machine(
            cpus: Int(gk_available_cpus()), quota: ProcessorQuota.current,
            instructionSet: Processor.current.instructionSet,
            physicalMemory: Int(clamping: gk_physical_memory()))
    }

    package static let threadLimit = 1024
    package static let winogradTiles = [0, 2, 4]

    package private(set) var threads: Int
    /// The reason for the number of threads, as a phrase.
    package private(set) var threadsReason: String
    package private(set) var instructionSet: Runtime.InstructionSet
    package private(set) var cacheLimit: Int
    package private(set) var largestWinogradTile = 4
    package private(set) var convolutionChoice = ConvolutionPlan.Choice.automatic
    /// Whether the operations of the whole process are profiled and the profile is printed at its
    /// end.
    package private(set) var profiles = false
    /// One sentence for each variable that was ignored because of an invalid value.
    package private(set) var complaints: [String] = []

    package static let initial = RuntimeSettings(machine: .current, environment: environmentValue)

    package init(machine: Machine, environment: (String) -> String?) {
        threads = min(machine.cpus, Self.threadLimit)
        threadsReason = machine.reason
        instructionSet = machine.instructionSet
        // Half of the memory; 4 GiB if the system does not report its size.
        cacheLimit = machine.physicalMemory > 0 ? machine.physicalMemory / 2 : 4 << 30

        if let value = environment("GESTALT_THREADS") { readThreads(value) }
        if let value = environment("GESTALT_INSTRUCTION_SET") {
            readInstructionSet(value, supported: machine.instructionSet)
        }
        if let value = environment("GESTALT_WINOGRAD_TILE") { readWinogradTile(value) }
        if let value = environment("GESTALT_CONVOLUTION") { readConvolution(value) }
        if let value = environment("GESTALT_PROFILE") { readProfile(value) }
        if let value = environment("GESTALT_CACHE_LIMIT") { readCacheLimit(value) }
    }

    private mutating func readThreads(_ value: String) {
        guard let count = Int(value), (1...Self.threadLimit).contains(count) else {
            complaints.append(
                "GESTALT_THREADS=\(value) is ignored: "
                    + "a number from 1 to \(Self.threadLimit) is expected; "
                    + "\(threads) \(threads == 1 ? "thread works" : "threads work") "
                    + "(\(threadsReason))."
            )
            return
        }
        threads = count
        threadsReason = "GESTALT_THREADS=\(value)"
    }

    private mutating func readWinogradTile(_ value: String) {
        if let tile = Int(value), Self.winogradTiles.contains(tile) {
            largestWinogradTile = tile
        } else {
            complaints.append(
                "GESTALT_WINOGRAD_TILE=\(value) is ignored: 0, 2 or 4 is expected.")
        }
    }

    private mutating func readProfile(_ value: String) {
        profiles = value == "1"
        if value != "0", value != "1" {
            complaints.append("GESTALT_PROFILE=\(value) is ignored: 0 or 1 is expected.")
        }
    }

    private mutating func readCacheLimit(_ value: String) {
        if let bytes = Self.byteCount(value) {
            cacheLimit = bytes
        } else {
            complaints.append(
                "GESTALT_CACHE_LIMIT=\(value) is ignored: "
                    + "bytes, or a number with K, M or G, are expected."
            )
        }
    }

    private mutating func readInstructionSet(_ value: String, supported: Runtime.InstructionSet) {
        guard let asked = Runtime.InstructionSet(name: value) else {
            let names = Runtime.InstructionSet.allCases.map(\.description).joined(separator: ", ")
            complaints.append(
                "GESTALT_INSTRUCTION_SET=\(value) is ignored: one of \(names) is expected.")
            return
        }
        guard asked <= supported else {
            complaints.append(
                "GESTALT_INSTRUCTION_SET=\(value) is ignored: "
                    + "this processor has \(supported) at most."
            )
            return
        }
        instructionSet = asked
    }

    private mutating func readConvolution(_ value: String) {
        if let algorithm = ConvolutionPlan.Algorithm(rawValue: value) {
            convolutionChoice = .preferred(algorithm)
        } else if value == "measured" {
            convolutionChoice = .measured
        } else if value != "automatic" {
            let names = ConvolutionPlan.Algorithm.allCases.map(\.rawValue).joined(separator: ", ")
            complaints.append(
                "GESTALT_CONVOLUTION=\(value) is ignored: "
                    + "automatic, measured or one of \(names) is expected.")
        }
    }

    /// Parses bytes from `512`, `64K`, `300M` or `2G` (binary multiples); nil for anything else.
    static func byteCount(_ text: String) -> Int? {
        let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30]
        let shift = text.last.flatMap { shifts[Character($0.uppercased())] }
        guard let number = Int(shift == nil ? text[...] : text.dropLast()), number >= 0 else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        return overflow ? nil : bytes
    }
}

extension Runtime {
    /// Returns the bytes of `512`, `64K`, `300M` or `2G` (binary multiples); nil for other text.
    package static func byteCount(_ text: String) -> Int? { RuntimeSettings.byteCount(text) }
}

/// Returns the value of an environment variable, nil when it is not set.
func environmentValue(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
