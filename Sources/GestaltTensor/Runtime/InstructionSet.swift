import CKernels

extension Runtime {
    /// A family of instructions that the kernels are compiled for, from the smallest to the largest.
    ///
    /// Each kernel exists once per set; which one runs is `Runtime.instructionSet`. Results of two
    /// sets differ in the last bits, since they add in another order.
    public enum InstructionSet: Int, Comparable, CaseIterable, Sendable, CustomStringConvertible {
        /// What every processor of the architecture has: SSE2 on x86-64, NEON on arm64.
        case portable
        /// AVX2 with FMA, F16C and BMI2: vectors of 8 floats.
        case avx2
        /// AVX-512 F, DQ, BW, VL and CD besides: vectors of 16 floats.
        case avx512

        public var description: String {
            switch self {
            case .portable: "portable"
            case .avx2: "avx2"
            case .avx512: "avx512"
            }
        }

        /// The set of that name, as the environment variable `GESTALT_INSTRUCTION_SET` spells it.
        init?(name: String) {
            guard let set = Self.allCases.first(where: { $0.description == name }) else {
                return nil
            }
            self = set
        }

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }
}
