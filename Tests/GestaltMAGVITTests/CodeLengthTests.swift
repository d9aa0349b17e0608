import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct CodeLengthTests {
    /// Cells of 3 codes, two of them free with a fixed region.
    private func prior(_ condition: MaskCondition.Mode) -> MaskedPrior {
        var random = RandomStream(seed: 2)
        var prior = MaskedPrior(
            MaskedPriorConfiguration(
                codes: 3, grid: Extent3(time: 2, height: 1, width: 2), width: 12, heads: 2,
                layers: 2, hiddenWidth: 24, segments: condition != .none, condition: condition),
            random: &random)
        // Far from uniform.
        prior.embedding.weight = random.normal(prior.embedding.weight.shape)
        prior.head.bias = random.normal(prior.head.bias.shape)
        return prior
    }

    private func condition(_ mode: MaskCondition.Mode) -> MaskCondition {
        MaskCondition(mode, regionCells: 2, tokens: mode == .none ? [] : [[0, 2, 1, 1]])
    }

    private func codes(_ number: Int, _ cells: Int) -> Tensor<Int32> {
        var (rest, digits) = (number, [Int32]())
        for _ in 0..<cells {
            digits.append(Int32(rest % 3))
            rest /= 3
        }
        let given: [Int32] = cells == 2 ? [0, 2] : []
        return Tensor(shape: [1, 2, 1, 2], scalars: given + digits)
    }

    /// Every order is a distribution: the probabilities of all clips add up to 1.
    @Test(arguments: MaskCondition.Mode.allCases, [1, 2, 5])
    func probabilitiesAddUpToOne(mode: MaskCondition.Mode, steps: Int) {
        let (prior, condition) = (prior(mode), condition(mode))
        let cells = mode.fixesRegion ? 2 : 4
        for seed in 0..<2 as Range<UInt64> {
            let lengths = (0..<(cells == 2 ? 9 : 81)).map {
                prior.codeLengths(
                    codes($0, cells), condition, steps: steps, random: RandomStream(seed: seed))[0]
            }
            let sum = lengths.reduce(0) { $0 + Tensor<Double>(-$1).exp().scalar }
            #expect(abs(sum - 1) < 1e-5, "\(sum)")
            #expect(Set(lengths.map { ($0 * 100).rounded() }).count > 3)
        }
    }

    @Test func oneStepScoresAllCellsAtOnce() throws {
        let (prior, condition) = (prior(.still), condition(.still))
        let clip = codes(5, 2)
        let length = prior.codeLengths(clip, condition, steps: 1, random: RandomStream(seed: 1))
        let score = prior.maskedScore(clip, condition, ratio: 0, random: RandomStream(seed: 1))
        #expect(abs(length[0] - 2 * Double(score.crossEntropy)) < 1e-4)
    }

    @Test func clipsOfABatchHaveTheirOwnOrders() {
        let prior = prior(.none)
        let clips = concatenated((0..<6).map { _ in codes(50, 4) }, axis: 0)
        let lengths = prior.codeLengths(
            clips, condition(.none), steps: 4, random: RandomStream(seed: 1))
        #expect(lengths.count == 6 && Set(lengths).count > 1)
    }

    @Test(arguments: [MaskSchedule.cosine, .uniform, .exponential], [1, 3, 12, 40])
    func unknownCellsDecreaseToNone(schedule: MaskSchedule, steps: Int) {
        for cells in [1, 2, 16, 1024] {
            let counts = schedule.unknownCounts(steps: steps, cells: cells)
            #expect(counts.count == steps && counts.last == 0)
            for (before, after) in zip([cells] + counts, counts) {
                #expect(after < before || (before == 0 && after == 0))
            }
        }
    }

    /// Counts of the public program for 1024 cells.
    @Test func unknownCellsOfTwelveSteps() {
        let counts = MaskSchedule.cosine.unknownCounts(steps: 12, cells: 1024)
        #expect(counts == [1015, 989, 946, 886, 812, 724, 623, 512, 391, 265, 133, 0])
    }
}
