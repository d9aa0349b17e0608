import CBLAS
import GestaltTensor
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension RuntimeTests {
    @Suite struct BLASCoreTypeTests {
        static let avx2: Processor.Features = [.avx2, .fma, .f16c, .bmi2]
        static let avx512: Processor.Features = [
            .avx2, .fma, .f16c, .bmi2, .avx512f, .avx512dq, .avx512bw, .avx512vl, .avx512cd,
        ]

        struct Case: Sendable, CustomTestStringConvertible {
            let coreName: String
            let maker: Processor.Maker
            let features: Processor.Features
            var userChoice: String?
            var canSelect = true
            /// The name to select; nil to keep.
            let expected: String?

            var testDescription: String {
                "\(coreName) on \(maker) with \(features), user: \(userChoice ?? "nothing"), "
                    + "selectable: \(canSelect)"
            }
        }

        @Test(arguments: [
            Case(coreName: "Prescott", maker: .intel, features: avx512, expected: "SKYLAKEX"),
            Case(coreName: "Haswell", maker: .intel, features: avx512, expected: "SKYLAKEX"),
            Case(coreName: "Zen", maker: .amd, features: avx512, expected: "SKYLAKEX"),
            Case(coreName: "Prescott", maker: .amd, features: avx512, expected: "SKYLAKEX"),
            Case(coreName: "Nehalem", maker: .other, features: avx512, expected: "SKYLAKEX"),
            Case(coreName: "SkylakeX", maker: .intel, features: avx512, expected: nil),
            Case(coreName: "Cooperlake", maker: .amd, features: avx512, expected: nil),
            Case(coreName: "SapphireRapids", maker: .intel, features: avx512, expected: nil),
            Case(coreName: "Prescott", maker: .intel, features: avx2, expected: "HASWELL"),
            Case(coreName: "Sandybridge", maker: .other, features: avx2, expected: "HASWELL"),
            Case(coreName: "Barcelona", maker: .amd, features: avx2, expected: "ZEN"),
            Case(coreName: "Haswell", maker: .intel, features: avx2, expected: nil),
            Case(coreName: "Haswell", maker: .amd, features: avx2, expected: nil),
            Case(coreName: "Zen", maker: .amd, features: avx2, expected: nil),
            Case(coreName: "Excavator", maker: .amd, features: avx2, expected: nil),
            // AVX-512 without one of the five parts does not count.
            Case(
                coreName: "Haswell", maker: .intel, features: avx512.subtracting(.avx512bw),
                expected: nil),
            Case(coreName: "Prescott", maker: .intel, features: [.avx2], expected: nil),
            Case(coreName: "Prescott", maker: .intel, features: [], expected: nil),
            // Kernels above the processor are the library's affair, too.
            Case(coreName: "SkylakeX", maker: .intel, features: avx2, expected: nil),
            Case(coreName: "Lunarlake", maker: .intel, features: avx512, expected: nil),
            Case(coreName: "NEOVERSEN1", maker: .other, features: [], expected: nil),
            Case(
                coreName: "Prescott", maker: .intel, features: avx512, userChoice: "HASWELL",
                expected: nil),
            Case(
                coreName: "Prescott", maker: .intel, features: avx512, canSelect: false,
                expected: nil),
        ])
        func decision(_ test: Case) {
            let decision = BLASCoreType.decision(
                coreName: test.coreName,
                processor: Processor(maker: test.maker, features: test.features),
                userChoice: test.userChoice, canSelect: test.canSelect)
            switch (decision, test.expected) {
            case (.select(let name), let expected?): #expect(name == expected)
            case (.keep(let reason), nil): #expect(!reason.isEmpty)
            default: Issue.record("\(decision), expected \(test.expected ?? "to keep")")
            }
        }

        /// In a process of its own: the library was loaded under whatever the environment says, and
        /// is found to be nobody's choice.
        @Test func aCoreTypeBelowTheProcessorIsReplaced() async {
            await #expect(processExitsWith: .success) {
                unsetenv("OPENBLAS_CORETYPE")
                Runtime.prepare()
                let name = String(cString: openblas_get_corename())
                let level = BLASCoreType.level(ofCoreName: name) ?? .avx512
                precondition(level >= BLASCoreType.level(of: .current), name)
                precondition(getenv("OPENBLAS_CORETYPE") == nil)
                precondition(openblas_get_num_threads() == 1)

                let left = (0..<70 * 50).map { Float($0 % 7) }
                let right = (0..<50 * 60).map { Float($0 % 5) }
                var product = [Float](repeating: .nan, count: 70 * 60)
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasNoTrans, 70, 60, 50, 1, left, 50, right, 60,
                    0, &product, 60)
                for row in 0..<70 {
                    for column in 0..<60 {
                        let sum = (0..<50).reduce(Float(0)) {
                            $0 + left[row * 50 + $1] * right[$1 * 60 + column]
                        }
                        precondition(product[row * 60 + column] == sum)  // Small integers: exact.
                    }
                }
            }
        }
    }
}
