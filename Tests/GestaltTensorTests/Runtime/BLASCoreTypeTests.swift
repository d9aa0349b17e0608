import GestaltTensor
import Testing

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
    }
}
