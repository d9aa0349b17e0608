import CKernels

/// The processor's identification, and the features that the operating system permits.
public struct Processor: Sendable, Equatable {
    public enum Maker: Sendable, Equatable {
        case intel, amd, other
    }

    /// Extensions that processor and operating system both support. Empty on arm64.
    public struct Features: OptionSet, Sendable, CustomStringConvertible {
        public let rawValue: UInt32

        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let avx2 = Self(rawValue: 1 << 0)
        public static let fma = Self(rawValue: 1 << 1)
        public static let f16c = Self(rawValue: 1 << 2)
        public static let bmi2 = Self(rawValue: 1 << 3)
        public static let avx512f = Self(rawValue: 1 << 4)
        public static let avx512dq = Self(rawValue: 1 << 5)
        public static let avx512bw = Self(rawValue: 1 << 6)
        public static let avx512vl = Self(rawValue: 1 << 7)
        public static let avx512cd = Self(rawValue: 1 << 8)
        public static let avx512bf16 = Self(rawValue: 1 << 9)
        public static let avx512vnni = Self(rawValue: 1 << 10)

        /// The requirements of `InstructionSet.avx2`.
        static let avx2Set: Self = [.avx2, .fma, .f16c, .bmi2]
        /// The requirements of `InstructionSet.avx512`, sufficient for OpenBLAS' SkylakeX kernels.
        static let avx512Set: Self = [
            .avx2Set, .avx512f, .avx512dq, .avx512bw, .avx512vl, .avx512cd,
        ]

        private static let names: [(Self, String)] = [
            (.avx2, "avx2"), (.fma, "fma"), (.f16c, "f16c"), (.bmi2, "bmi2"),
            (.avx512f, "avx512f"), (.avx512dq, "avx512dq"), (.avx512bw, "avx512bw"),
            (.avx512vl, "avx512vl"), (.avx512cd, "avx512cd"), (.avx512bf16, "avx512bf16"),
            (.avx512vnni, "avx512vnni"),
        ]

        public var description: String {
            let present = Self.names.filter { contains($0.0) }.map(\.1)
            return present.isEmpty
                ? "none beyond the architecture's own" : present.joined(separator: " ")
        }
    }

    public let maker: Maker
    /// The model name, or the architecture's name if it is not reported.
    public let model: String
    public let features: Features

    /// The processor this program runs on.
    public static let current = Processor(
        maker: text(13, gk_cpu_vendor), model: text(49, gk_cpu_brand),
        features: Features(rawValue: gk_cpu_features()))

    private init(maker: String, model: String, features: Features) {
        self.maker =
            switch maker {
            case "GenuineIntel": .intel
            case "AuthenticAMD", "HygonGenuine": .amd
            default: .other
            }
        self.model = model.isEmpty ? Self.architecture : model
        self.features = features
    }

    package init(maker: Maker, model: String = "a test's", features: Features) {
        self.maker = maker
        self.model = model
        self.features = features
    }

    /// The largest supported instruction set.
    public var instructionSet: Runtime.InstructionSet {
        if features.isSuperset(of: .avx512Set) { return .avx512 }
        return features.isSuperset(of: .avx2Set) ? .avx2 : .portable
    }

    private static var architecture: String {
        #if arch(x86_64)
            "x86-64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    /// Returns the null-terminated text that a C function writes into `capacity` bytes, without
    /// outer spaces.
    private static func text(
        _ capacity: Int, _ write: (UnsafeMutablePointer<CChar>?) -> Void
    ) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            buffer.initialize(repeating: 0)
            write(buffer.baseAddress)
            let words = String(cString: buffer.baseAddress!).split(separator: " ")
            return words.joined(separator: " ")
        }
    }
}
