/// The decision on the kernels that OpenBLAS chose for this processor.
///
/// OpenBLAS finds its kernels in a table of model numbers; a processor newer than the library falls
/// back to kernels of 2004 and runs matrix products at a fifth of its speed. Selection can be
/// repeated under another name through the environment, which swaps one table of functions.
package enum BLASCoreType {
    /// The level of instructions that a set of kernels uses.
    package enum Level: Int, Comparable, Sendable {
        case old, avx2, avx512

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Decision: Equatable, Sendable {
        /// Keep what OpenBLAS chose, for this reason.
        case keep(String)
        /// Repeat the selection under this name.
        case select(String)
    }

    /// Core types of OpenBLAS for x86-64 without AVX2. Listed, since an unknown name must be kept:
    /// it may be newer than this table.
    private static let oldNames: Set<String> = [
        "prescott", "core2", "penryn", "dunnington", "nehalem", "sandybridge", "atom", "nano",
        "katmai", "coppermine", "northwood", "banias", "athlon", "opteron", "opteron_sse3",
        "barcelona", "bobcat", "bulldozer", "piledriver", "steamroller",
    ]

    /// Returns the level of a core type by the name returned by `openblas_get_corename`; nil if
    /// unknown.
    package static func level(ofCoreName name: String) -> Level? {
        switch name.lowercased() {
        case "skylakex", "cooperlake", "sapphirerapids": .avx512
        case "haswell", "zen", "excavator": .avx2
        case let other: oldNames.contains(other) ? .old : nil
        }
    }

    /// Returns the maximum level that a processor supports.
    package static func level(of processor: Processor) -> Level {
        switch processor.instructionSet {
        case .avx512: .avx512
        case .avx2: .avx2
        case .portable: .old
        }
    }

    /// Returns the decision for the core type that OpenBLAS chose by itself, the user's choice if
    /// there is one, and the ability of this library to select again.
    ///
    /// SkylakeX serves AVX-512 processors of every vendor: on Zen 5 it reached 243 GFLOP/s for one
    /// thread versus 126 with Zen; Cooperlake, no faster in float32, additionally requires BF16.
    package static func decision(
        coreName: String, processor: Processor, userChoice: String?, canSelect: Bool
    ) -> Decision {
        if let userChoice {
            return .keep("OPENBLAS_CORETYPE=\(userChoice) is set")
        }
        guard let chosen = level(ofCoreName: coreName) else {
            return .keep("\(coreName) is not a core type we know")
        }
        let possible = level(of: processor)
        guard chosen < possible else {
            return .keep("it suits the processor")
        }
        guard canSelect else {
            return .keep("this library cannot select another")
        }
        switch possible {
        case .avx512: return .select("SKYLAKEX")
        case .avx2: return .select(processor.maker == .amd ? "ZEN" : "HASWELL")
        case .old: return .keep("it suits the processor")
        }
    }
}
