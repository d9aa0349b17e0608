import GestaltFiles
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct MaskingTests {
    private static let tables: [(String, Int, [Int])] = [
        ("cosine", 1024, [1015, 989, 946, 886, 812, 724, 623, 512, 391, 265, 133]),
        ("cosine", 1280, [1269, 1236, 1182, 1108, 1015, 905, 779, 640, 489, 331, 167]),
        ("cosine", 32, [31, 30, 29, 27, 25, 22, 19, 16, 12, 8, 4]),
        ("uniform", 768, [704, 640, 576, 512, 448, 384, 320, 256, 192, 128, 64]),
        ("pow2", 1280, [1271, 1244, 1200, 1137, 1057, 960, 844, 711, 560, 391, 204]),
        ("exp", 1024, [1022, 1020, 1018, 1013, 1006, 992, 966, 922, 842, 701, 449]),
        ("exp", 32, [30, 30, 29, 28, 27, 26, 24, 21, 18, 14, 8]),
    ]

    /// The counts of 12 steps, as MAGVIT's tables have them but for its rounding.
    @Test(arguments: tables) func counts(name: String, cells: Int, expected: [Int]) throws {
        let schedule = try #require(MaskSchedule(name))
        #expect(schedule.description == name)
        let found = (1...11).map { schedule.count(at: Double($0) / 12, cells: cells) }
        #expect(found == expected)
        #expect(schedule.count(at: 1, cells: cells) == 1)
        #expect(schedule.count(at: 0, cells: cells) == cells || name == "exp")
    }

    @Test(arguments: ["", "sine", "pow", "pow-1", "pow0", "powinf", "Cosine"])
    func unknownSchedules(name: String) { #expect(MaskSchedule(name) == nil) }

    private func configuration(
        _ mode: MaskCondition.Mode, _ objective: MaskObjective = MaskObjective()
    ) -> MaskedPriorConfiguration {
        MaskedPriorConfiguration(
            codes: 10, grid: Extent3(time: 3, height: 4, width: 4), width: 12, heads: 2,
            layers: 1, hiddenWidth: 24, condition: mode, objective: objective)
    }

    private func condition(_ mode: MaskCondition.Mode) -> MaskCondition {
        MaskCondition(
            mode, regionCells: 16, tokens: mode == .none ? [] : [(0..<48).map { $0 % 10 }])
    }

    @Test(arguments: MaskCondition.Mode.allCases) func masksAreFreeAndOfTheDrawnCount(
        mode: MaskCondition.Mode
    ) {
        let condition = condition(mode)
        let free = mode.fixesRegion ? 16..<48 : 0..<48
        for u in stride(from: 0.0, to: 1, by: 0.05) {
            let scores = Tensor<Float>.sample([48], seed: UInt64(u * 100)).scalars
            let draw = MaskDraw(ratio: u, scores: scores, condition, schedule: .cosine)
            let masked = draw.masked.indices.filter { draw.masked[$0] }
            #expect(masked.count == MaskSchedule.cosine.count(at: u, cells: free.count))
            #expect(masked.allSatisfy(free.contains))
            let highest = masked.map { scores[$0] }.max()!
            #expect(free.allSatisfy { draw.masked[$0] || scores[$0] >= highest })
        }
        // Equal scores: by position.
        let even = MaskDraw(
            ratio: 0.9, scores: Array(repeating: 1, count: 48), condition, schedule: .cosine)
        let count = even.masked.count { $0 }
        #expect(even.masked[free.lowerBound..<free.lowerBound + count].allSatisfy { $0 })
    }

    @Test func samplesDiffer() {
        var random = RandomStream(seed: 4)
        let sizes = configuration(.still)
        let draws = (0..<40).map { _ in MaskDraw(sizes, condition(.still), random: &random) }
        let counts = draws.map { $0.masked.count { $0 } }
        #expect(Set(counts).count > 8)
        // A tenth and more has everything masked.
        #expect(counts.count { $0 == 32 } > 1)
        for draw in draws {
            for cell in 0..<48 where draw.replacements[cell] != nil {
                #expect(!draw.masked[cell] && cell >= 16)
                #expect((0..<10).contains(draw.replacements[cell]!))
            }
        }
        #expect(draws.contains { $0.replacements.contains { $0 != nil } })
    }

    @Test(
        "blocks are masked together, the last one in part", arguments: MaskCondition.Mode.allCases)
    func blocks(mode: MaskCondition.Mode) {
        let block = Extent3(time: 2, height: 2, width: 3)
        let sizes = configuration(mode, MaskObjective(corruption: 0, block: block))
        let plain = configuration(mode, MaskObjective(corruption: 0))
        let first = mode.fixesRegion ? 1 : 0
        for seed in 0..<20 {
            var (random, same) = (
                RandomStream(seed: UInt64(seed)), RandomStream(seed: UInt64(seed))
            )
            let draw = MaskDraw(sizes, condition(mode), random: &random)
            let single = MaskDraw(plain, condition(mode), random: &same)
            #expect(draw.masked.count { $0 } == single.masked.count { $0 })
            var states: [[Int]: Set<Bool>] = [:]
            for cell in 0..<48 where cell / 16 >= first {
                let place = [(cell / 16 - first) / 2, cell / 4 % 4 / 2, cell % 4 / 3]
                states[place, default: []].insert(draw.masked[cell])
            }
            #expect(states.values.count { $0.count > 1 } <= 1)
        }
    }

    @Test func distancesByHand() {
        let sizes = configuration(.still, MaskObjective(visible: 0.5, byDistance: true))
        var scores = [Float](repeating: 1, count: 48)
        scores[47] = 0
        let draw = MaskDraw(ratio: 0.9999, scores: scores, condition(.still), schedule: .cosine)
        #expect(draw.masked.count { $0 } == 1)
        let weights = draw.weights(sizes)
        #expect(weights[47] == 1 && weights[46] == 0.5)
        // Two slices, three rows and three columns away.
        #expect(abs(weights[0] - 0.5 / Float(22).squareRoot().squareRoot()) < 1e-6)
        let prefix = draw.weights(configuration(.prefix))
        #expect(prefix[0..<16].allSatisfy { $0 == 0 } && prefix[16] > 0)
    }

    @Test(
        .tags(.peer),
        .enabled(if: MagvitFixture.isAvailable, "set GESTALT_FIXTURES to compare"))
    func masksOfTheFixtures() throws {
        let fixture = try MagvitFixture("masking")
        let ratios = try fixture.file.tensor("statistics/ratios", as: Double.self).scalars
        let (scores, masked) = (try fixture.numbers("scores"), try fixture.mask("masked"))
        let counts = try fixture.integers("counts").scalars
        for (row, free) in [48, 32, 32, 16, 48, 32].enumerated() {
            let count = MaskSchedule.cosine.count(at: ratios[row], cells: free)
            #expect(count == Int(counts[row]))
            let chosen = Set(lowest(count, of: Array(48 - free..<48), by: scores[row].scalars))
            let expected = Set((0..<48).filter { masked[row * 48 + $0] })
            #expect(chosen == expected, "row \(row)")
        }
    }
}
