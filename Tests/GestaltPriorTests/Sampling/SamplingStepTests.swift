import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct SamplingStepTests {
    @Test(arguments: SamplingModel.all)
    func askedPositionByPositionAsInOnePass(_ model: SamplingModel) {
        let predictor = model.predictor
        let codes = model.codes(clips: 2)
        let condition = model.condition(predictor.prior, clips: 2)
        let expected = predictor.logits(codes, condition)
        let found = stepwiseLogits(weights(predictor), condition, codes)
        expectClose(found, expected)
    }

    @Test(arguments: [SamplingModel.Kind.plain, .sparse])
    func withMorePositionsThanARangeHolds(_ kind: SamplingModel.Kind) {
        let model = SamplingModel(kind, latent: [5, 12, 16])
        let predictor = model.predictor
        let codes = model.codes(clips: 1)
        let found = stepwiseLogits(weights(predictor), .none, codes)
        expectClose(found, predictor.logits(codes, .none))
    }

    @Test func withMoreFeaturesThanARangeHolds() {
        let model = SamplingModel(.frames, latent: [2, 16, 16], given: 3)
        let predictor = model.predictor
        let codes = model.codes(clips: 1)
        let condition = model.condition(predictor.prior, clips: 1)
        expectClose(
            stepwiseLogits(weights(predictor), condition, codes),
            predictor.logits(codes, condition))
    }

    /// Bits are the same in batches of 1, 3, 4 and 9.
    @Test(arguments: SamplingModel.all)
    func batches(_ model: SamplingModel) {
        let predictor = model.predictor
        let condition = model.condition(predictor.prior, clips: 3)
        let codes = model.codes(clips: 3)
        for format in [DecodingFormat.float32, .bfloat16] {
            let weights = weights(predictor, format)
            let single = concatenated(
                (0..<3).map { stepwiseLogits(weights, condition, codes, rows: [$0]) }, axis: 0)
            for rows in [[0, 1, 2], [0, 1, 1, 2], [0, 0, 0, 1, 1, 2, 2, 2, 2]] {
                let found = stepwiseLogits(weights, condition, codes, rows: rows)
                #expect(found == single.gathered(Tensor(rows.map(Int32.init)), axis: 0))
            }
        }
    }

    @Test(arguments: SamplingModel.all)
    func bfloat16StorageMovesTheLogitsByAFewThousandths(_ model: SamplingModel) {
        let predictor = model.predictor
        let codes = model.codes(clips: 1)
        let condition = model.condition(predictor.prior, clips: 1)
        let exact = stepwiseLogits(weights(predictor), condition, codes)
        for format in [
            DecodingFormat(weights: .bfloat16), DecodingFormat(cache: .bfloat16), .bfloat16,
        ] {
            let found = stepwiseLogits(weights(predictor, format), condition, codes)
            let worst = (found - exact).abs().max().scalar / exact.abs().max().scalar
            // Each stored number is off by 2⁻⁹ at most; sums of many such errors and a few layers.
            #expect(worst < 0x1p-5 && worst > 0, "\(worst)")
        }
    }

    @Test func aCacheCanGoBackAndSaysWhatItTakes() {
        let model = SamplingModel(.frames)
        let predictor = model.predictor
        let weights = weights(predictor)
        let condition = model.condition(predictor.prior, clips: 1)
        let cache = DecodingCache(weights, condition, clips: [0, 0])
        // Keys and values of 2 samples and layers, 128 positions of 24 numbers, at least.
        #expect(cache.byteCount > 2 * 2 * 128 * 24 * 4 * 2)
        let first = weights.logits(after: nil, cache)
        let second = weights.logits(after: Tensor([1, 2]), cache)
        #expect(cache.position == 2)
        cache.move(to: 0)
        #expect(weights.logits(after: nil, cache) == first)
        #expect(weights.logits(after: Tensor([1, 2]), cache) == second)
    }

    @Test func aStepReadsTheFilledPartOfTheCacheAlone() {
        let weights = weights(SamplingModel(.plain).predictor)
        let cache = DecodingCache(weights, .none, clips: [0])
        #expect(cache.bytesRead(at: 0) == 2 * 2 * 24 * 4)
        #expect(cache.bytesRead(at: 99) == 100 * cache.bytesRead(at: 0))
        let sparse = self.weights(SamplingModel(.sparse, latent: [8, 16, 16]).predictor)
        let blocks = DecodingCache(sparse, .none, clips: [0])
        // Of 2048 positions the last sees five local blocks and seven further up.
        #expect(blocks.bytesRead(at: 2047) == 12 * 32 * 2 * 2 * 24 * 4)
    }

    @Test(arguments: [false, true])
    func bitsDoNotDependOnTheNumberOfThreads(_ isSparse: Bool) async {
        // In a process of its own: the number is everybody's.
        await #expect(processExitsWith: .success) { [isSparse] in
            let model = SamplingModel(isSparse ? .sparse : .plain, latent: [5, 12, 16])
            let codes = model.codes(clips: 1)
            let weights = VideoSampler(model.predictor).weights
            Runtime.threads = 1
            let one = stepwiseLogits(weights, .none, codes)
            for threads in [2, 3] {
                Runtime.threads = threads
                precondition(stepwiseLogits(weights, .none, codes) == one)
            }
        }
    }

    @Test func stepsUseNoMemoryButTheCachesOwn() async {
        // In a process of its own: other tests use memory, too.
        await #expect(processExitsWith: .success) {
            let model = SamplingModel(.frames)
            let predictor = model.predictor
            let sampler = VideoSampler(predictor)
            let condition = model.condition(predictor.prior, clips: 1)
            let cache = DecodingCache(sampler.weights, condition, clips: [0, 0, 0])
            let codes: [Int32] = [1, 2, 3]
            sampler.weights.step(after: codes, cache)
            let before = Runtime.memory.bytesInUse
            Runtime.resetPeakMemory()
            for _ in 1..<128 { sampler.weights.step(after: codes, cache) }
            precondition(Runtime.memory.bytesInUse == before)
            precondition(Runtime.memory.peakBytesInUse == before)
        }
    }

    @Test func nobodyMayPassTheEndOfTheClipOrACodeThatIsNone() async {
        await #expect(processExitsWith: .failure) {
            let weights = DecodingWeights(
                SamplingModel(.plain).predictor.prior, codebook: .zeros([40, 6]))
            let cache = DecodingCache(weights, .none, clips: [0])
            _ = weights.logits(after: nil, cache)
            _ = weights.logits(after: Tensor([40]), cache)
        }
        await #expect(processExitsWith: .failure) {
            let model = SamplingModel(.frames)
            let weights = DecodingWeights(model.predictor.prior, codebook: .zeros([40, 6]))
            _ = DecodingCache(weights, .none, clips: [0])
        }
    }

    private func weights(
        _ predictor: VideoPredictor, _ format: DecodingFormat = .float32
    ) -> DecodingWeights {
        DecodingWeights(
            predictor.prior, codebook: predictor.tokenizer.codeTable,
            format: format)
    }

    private func expectClose(_ found: Tensor<Float>, _ expected: Tensor<Float>) {
        let worst = (found - expected).abs().max().scalar / expected.abs().max().scalar
        #expect(worst <= 1e-5, "deviates by \(worst)")
    }
}
