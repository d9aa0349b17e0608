import GestaltTensor
import Testing

@Suite struct RuntimeTests {
    static let machine = RuntimeSettings.Machine(
        cpus: 6, instructionSet: .avx2, physicalMemory: 8 << 30)

    struct SettingsCase: Sendable, CustomTestStringConvertible {
        let environment: [String: String]
        var threads = 6
        var instructionSet = Runtime.InstructionSet.avx2
        var cacheLimit = 4 << 30
        var complaints = 0
        var testDescription: String { environment.map { "\($0)=\($1)" }.joined(separator: " ") }
    }

    @Test(arguments: [
        SettingsCase(environment: [:]),
        SettingsCase(environment: ["GESTALT_THREADS": "3"], threads: 3),
        SettingsCase(environment: ["GESTALT_THREADS": "12"], threads: 12),
        SettingsCase(environment: ["GESTALT_THREADS": "0"], complaints: 1),
        SettingsCase(environment: ["GESTALT_THREADS": "many"], complaints: 1),
        SettingsCase(
            environment: ["GESTALT_INSTRUCTION_SET": "portable"], instructionSet: .portable),
        SettingsCase(environment: ["GESTALT_INSTRUCTION_SET": "avx512"], complaints: 1),
        SettingsCase(environment: ["GESTALT_INSTRUCTION_SET": "sse9"], complaints: 1),
        SettingsCase(environment: ["GESTALT_CACHE_LIMIT": "300M"], cacheLimit: 300 << 20),
        SettingsCase(environment: ["GESTALT_CACHE_LIMIT": "0"], cacheLimit: 0),
        SettingsCase(environment: ["GESTALT_CACHE_LIMIT": "2g"], cacheLimit: 2 << 30),
        SettingsCase(environment: ["GESTALT_CACHE_LIMIT": "99999999999G"], complaints: 1),
        SettingsCase(environment: ["GESTALT_CACHE_LIMIT": "-1"], complaints: 1),
    ])
    func settingsFollowTheEnvironment(_ test: SettingsCase) {
        let settings = RuntimeSettings(machine: Self.machine) { test.environment[$0] }
        #expect(settings.threads == test.threads)
        #expect(settings.instructionSet == test.instructionSet)
        #expect(settings.cacheLimit == test.cacheLimit)
        #expect(settings.complaints.count == test.complaints)
    }

    /// In a process of its own, since the instruction set is everybody's.
    @Test func instructionSetsCanBeForced() async {
        await #expect(processExitsWith: .success) {
            let best = Processor.current.instructionSet
            for set in Runtime.InstructionSet.allCases where set <= best {
                Runtime.instructionSet = set
                precondition(Runtime.instructionSet == set)
            }
        }
    }

    @Test func threadsOutOfRangeEndTheProgram() async {
        await #expect(processExitsWith: .failure) { Runtime.threads = 0 }
    }

    @Test func descriptionNamesWhatRuns() {
        let text = Runtime.description
        #expect(text.contains("threads: \(Runtime.threads)"))
        #expect(text.contains("instruction set: \(Runtime.instructionSet)"))
        #expect(text.contains("core type"))
    }
}
