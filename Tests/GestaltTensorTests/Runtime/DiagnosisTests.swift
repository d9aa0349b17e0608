import GestaltTensor
import Testing

extension RuntimeTests {
    @Suite struct DiagnosisTests {
        /// A machine on which nothing is wrong.
        static let healthy = Diagnosis.Findings(
            processor: Processor(maker: .intel, features: BLASCoreTypeTests.avx512),
            availableCPUs: 4, threads: 4, instructionSet: .avx512, library: "OpenBLAS 0.3.21",
            coreTypeBefore: "SkylakeX", coreTypeAfter: "SkylakeX", coreTypeReason: "it suits",
            variables: [:], complaints: [],
            speeds: Diagnosis.Speeds(
                arithmetic: [.portable: 48, .avx2: 96, .avx512: 190], productOneThread: 160,
                productAllThreads: 620, streaming: 40, copying: 50))

        struct Case: Sendable, CustomTestStringConvertible {
            let testDescription: String
            /// A word that the only warning must hold; nil if there must be none.
            let expected: String?
            let change: @Sendable (inout Diagnosis.Findings) -> Void

            init(
                _ name: String, warns expected: String?,
                _ change: @escaping @Sendable (inout Diagnosis.Findings) -> Void = { _ in }
            ) {
                testDescription = name
                self.expected = expected
                self.change = change
            }
        }

        @Test(arguments: [
            Case("healthy", warns: nil),
            Case("unknown core type", warns: nil) { $0.coreTypeAfter = "Lunarlake" },
            Case("old kernels", warns: "DYNAMIC_ARCH") { $0.coreTypeAfter = "Prescott" },
            Case("core type by variable", warns: "Unset the variable") {
                $0.coreTypeAfter = "Haswell"
                $0.variables = ["OPENBLAS_CORETYPE": "Haswell"]
            },
            Case("a variable that does no harm", warns: nil) {
                $0.variables = ["OPENBLAS_CORETYPE": "SkylakeX"]
            },
            Case("cache size", warns: "OPENBLAS_L2_SIZE=512") {
                $0.variables = ["OPENBLAS_L2_SIZE": "512"]
            },
            Case("another library's threads", warns: "OMP_NUM_THREADS=1 has no effect") {
                $0.variables = ["OMP_NUM_THREADS": "1"]
            },
            Case("small cache", warns: "256M") {
                $0.variables = ["GESTALT_CACHE_LIMIT": "16M"]
            },
            Case("lower instruction set", warns: "GESTALT_INSTRUCTION_SET=avx2") {
                $0.instructionSet = .avx2
                $0.variables = ["GESTALT_INSTRUCTION_SET": "avx2"]
            },
            Case("too many threads", warns: "they take turns") { $0.threads = 8 },
            Case("idle CPUs", warns: "leaves 2 of 4 CPUs idle") {
                $0.threads = 2
                $0.variables = ["GESTALT_THREADS": "2"]
                $0.speeds.productAllThreads = 310
            },
            Case("slow products", warns: "where this processor's arithmetic gives 190") {
                $0.speeds.productOneThread = 33
            },
            Case("busy neighbors", warns: "other programs") { $0.speeds.productAllThreads = 200 },
            Case("a setting that was ignored", warns: "is ignored") {
                $0.complaints = ["GESTALT_THREADS=x is ignored."]
            },
        ])
        func warnings(_ test: Case) {
            var findings = Self.healthy
            test.change(&findings)
            let warnings = Diagnosis(findings).warnings
            #expect(warnings.count == (test.expected == nil ? 0 : 1), "\(warnings)")
            if let expected = test.expected {
                #expect(warnings.allSatisfy { $0.contains(expected) }, "\(warnings)")
            }
        }

        @Test func thisMachineIsMeasured() {
            let diagnosis = Runtime.diagnose()
            let speeds = diagnosis.findings.speeds
            #expect(speeds.arithmetic.keys.max() == Processor.current.instructionSet)
            #expect(speeds.productOneThread > 0 && speeds.productAllThreads > 0)
            #expect(speeds.streaming > 0 && speeds.copying > 0)
            #expect(diagnosis.description.contains("matrix product"))
        }
    }
}
