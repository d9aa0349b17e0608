import CKernels

extension Runtime {
    /// The instruction sets that the kernels are compiled for, from the smallest to the largest.
    ///
    /// Each kernel exists once per set; `Runtime.instructionSet` selects it. Results of two sets
    /// differ in the last bits, since they add in another order.
    public enum InstructionSet: Int, Comparable, CaseIterable, Sendable, CustomStringConvertible {
        /// The baseline of the architecture: SSE2 on x86-64, NEON on arm64.
        case portable
        /// AVX2 with FMA, F16C and BMI2: vectors of 8 floats.
        case avx2
        /// Additionally AVX-512 F, DQ, BW, VL and CD: vectors of 16 floats.
        case avx512

        public var description: String {
            switch self {
            case .portable: "portable"
            case .avx2: "avx2"
            case .avx512: "avx512"
            }
        }

        /// Creates the set of that name, spelled as in the environment variable
        /// `GESTALT_INSTRUCTION_SET`.
        init?(name: String) {
            guard let set = Self.allCases.first(where: { $0.description == name }) else {
                return nil
            }
            self = set
        }

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }
}
