import GestaltFiles
import GestaltIO
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct MaskedPredictorTests {
    private func predictor(
        _ condition: MaskCondition.Mode = .still, unconditional: Double = 0, classes: Int = 0
    ) throws -> MaskedPredictor {
        let tokenizer = MagvitConfiguration(
            width: 4, multipliers: [1, 2], timeStrides: [2], groups: 2,
            quantizer: FiniteScalarQuantizer.Configuration(levels: [4, 3, 3]))
        var sizes = try MaskedPredictorConfiguration(
            .tiny, tokenizer: tokenizer, frames: 5, height: 8, width: 8, condition: condition,
            classes: classes)
        (sizes.prior.width, sizes.prior.layers, sizes.prior.hiddenWidth) = (24, 2, 48)
        sizes.prior.unconditionalShare = unconditional
        try sizes.validate()
        var random = RandomStream(seed: 3)
        return MaskedPredictor(sizes, random: &random)
    }

    private let frames = Tensor<Float>.sample([2, 1, 8, 8, 3], seed: 5, in: -0.5...0.5)

    @Test(
        arguments: MaskCondition.Mode.allCases,
        [
            MaskedDecoding(steps: 4),
            MaskedDecoding(steps: 3, schedule: .uniform, topK: 5),
            MaskedDecoding(steps: 1, confidenceNoise: 0, topP: 0.6),
            MaskedDecoding(steps: 40, schedule: .exponential),
        ])
    func forecasts(mode: MaskCondition.Mode, options: MaskedDecoding) throws {
        let model = try predictor(mode)
        let random = RandomStream(seed: 11)
        let done = Counter()
        let forecast = try model.predict(
            frames: frames, samples: 2, options: options, random: random
        ) { done.see($0.done) }
        #expect(done.seen == Array(1...4 * options.steps))
        #expect(forecast.codes.shape == [2, 2, 3, 4, 4])
        #expect(forecast.video.shape == [2, 2, 5, 8, 8, 3])
        #expect(forecast.codes.scalars.allSatisfy { (0..<36).contains($0) })
        #expect(forecast.video.min().scalar >= 0 && forecast.video.max().scalar <= 1)
        if mode.fixesRegion {
            // The first slice is that of the given frame.
            let given = model.tokenizer.encode(frames)
            for clip in 0..<2 {
                for sample in 0..<2 {
                    #expect(forecast.codes[clip, sample, 0] == given[clip, 0])
                }
            }
        }
        // The same seed, the same video; the first clip alone, too.
        let again = try model.predict(
            frames: frames, samples: 2, options: options, random: random)
        #expect(again.video == forecast.video)
        let alone = try model.predict(
            frames: frames[0..<1], samples: 2, options: options, random: random)
        #expect(alone.codes[0] == forecast.codes[0] && alone.video[0] == forecast.video[0])
        let other = try model.predict(
            frames: frames, samples: 2, options: options, random: RandomStream(seed: 12))
        #expect(other.codes != forecast.codes)
    }

    @Test func nucleiOfTheLikeliest() throws {
        let model = try predictor(.none)
        let greedy = MaskedDecoding(steps: 1, topK: 1)
        let a = try model.predict(frames: frames, options: greedy, random: RandomStream(seed: 1))
        let narrow = MaskedDecoding(steps: 1, topP: 1e-6)
        let b = try model.predict(frames: frames, options: narrow, random: RandomStream(seed: 2))
        #expect(a.codes == b.codes)
    }

    @Test func learnsClipsByHeart() throws {
        var model = try predictor(.prefix)
        var random = RandomStream(seed: 6)
        let codes = random.integers([2, 3, 4, 4], in: 0..<36)
        let condition = MaskCondition(
            .prefix, regionCells: 16, tokens: (0..<2).map { codes[$0].scalars })
        var optimizer = AdamW(learningRate: 4e-3)
        var scores: [MaskedPrior.Output] = []
        for index in 0..<60 {
            let step = valueAndGradients(
                of: model.prior, Context.training(random: RandomStream(seed: UInt64(index)))
            ) { prior, context in
                let output = prior.loss(codes, condition, context)
                return (output.loss, output)
            }
            optimizer.update(&model.prior, with: step.gradients)
            scores.append(step.auxiliary)
        }
        let last = scores.suffix(10).compactMap { $0.masked?.crossEntropy }
        let mean = last.reduce(0, +) / Float(last.count)
        #expect(mean < 2.5, "\(mean) nats of ln 36 = 3.58")
        #expect(scores.contains { $0.visible != nil })
    }

    @Test("a head after half of the blocks adds its loss in training alone")
    func halfDepth() throws {
        var sizes = try predictor().configuration.prior
        sizes.dropout = 0
        var random = RandomStream(seed: 3)
        let plain = MaskedPrior(sizes, random: &random)
        sizes.halfDepthWeight = 0.25
        random = RandomStream(seed: 3)
        var prior = MaskedPrior(sizes, random: &random)
        #expect(Set(prior.state.map(\.path)) == storedPaths(prior))
        let codes = Tensor<Int32>((0..<48).map { $0 % 36 }).reshaped([1, 3, 4, 4])
        let condition = MaskCondition(.still, regionCells: 16, tokens: [codes.scalars])
        func step(_ prior: MaskedPrior) -> (loss: Float, gradients: Gradients) {
            let step = valueAndGradients(
                of: prior, Context.training(random: RandomStream(seed: 1))
            ) { ($0.loss(codes, condition, $1).loss, ()) }
            return (step.loss, step.gradients)
        }
        // All other weights alike: the second head is drawn last.
        let (whole, alone) = (step(prior), step(plain))
        #expect(whole.loss > alone.loss + 0.2)
        let path = "halfDepth.head.dense.weight"
        #expect((whole.gradients[path: path]?.abs().max().scalar ?? 0) > 0)
        let random2 = RandomStream(seed: 2)
        #expect(
            prior.maskedScore(codes, condition, ratio: 0.2, random: random2).crossEntropy
                == plain.maskedScore(codes, condition, ratio: 0.2, random: random2).crossEntropy)
        // Equal heads on equal streams: the sum of both losses.
        prior.halfDepth?.head = prior.head
        let both = step(prior).loss
        #expect(both > alone.loss)
    }

    @Test("several samples of a pass are those of one by one", arguments: [0, 0.5] as [Float])
    func batches(guidance: Float) throws {
        let model = try predictor(unconditional: 0.1)
        let random = RandomStream(seed: 11)
        var options = MaskedDecoding(steps: 5, guidance: guidance)
        let alone = try model.predict(frames: frames, samples: 3, options: options, random: random)
        options.batch = 4
        let done = Counter()
        let joined = try model.predict(
            frames: frames, samples: 3, options: options, random: random
        ) { done.see($0.done) }
        // Rounding of larger products may move a code.
        let equal = zip(alone.codes.scalars, joined.codes.scalars).count { $0 == $1 }
        #expect(equal * 10 >= alone.codes.count * 9)
        #expect(joined.codes.scalars.allSatisfy { (0..<36).contains($0) })
        #expect(done.seen == [4, 8, 12, 16, 20, 22, 24, 26, 28, 30])
    }

    @Test func guidanceNeedsTraining() throws {
        let options = MaskedDecoding(steps: 2, guidance: 1)
        let error = #expect(throws: ConfigurationError.self) {
            try predictor().predict(frames: frames, options: options, random: RandomStream(seed: 1))
        }
        #expect(error?.key == "guidance")
        let guided = try predictor(unconditional: 0.1, classes: 2)
        let forecast = try guided.predict(
            frames: frames, classes: [0, 1], options: options, random: RandomStream(seed: 1))
        #expect(forecast.codes.scalars.allSatisfy { (0..<36).contains($0) })
    }

    @Test(arguments: [
        ("steps", MaskedDecoding(steps: 0)), ("temperature", MaskedDecoding(temperature: 0)),
        ("temperature", MaskedDecoding(temperature: .nan)),
        ("confidenceNoise", MaskedDecoding(confidenceNoise: -1)),
        ("batch", MaskedDecoding(batch: 0)),
        ("topK", MaskedDecoding(topK: 0)), ("topK", MaskedDecoding(topK: 37)),
        ("topP", MaskedDecoding(topP: 0)), ("topP", MaskedDecoding(topK: 3, topP: 0.5)),
        ("guidance", MaskedDecoding(guidance: -1)),
        ("schedule", MaskedDecoding(schedule: .power(-1))),
    ])
    func badOptionsAreErrorsBeforeAnyWork(key: String, options: MaskedDecoding) throws {
        let model = try predictor()
        let error = #expect(throws: ConfigurationError.self) {
            try model.predict(frames: frames, options: options, random: RandomStream(seed: 1)) {
                _ in Issue.record("a step ran")
            }
        }
        #expect(error?.key == key)
    }

    @Test func badInputs() throws {
        let model = try predictor(classes: 2)
        let random = RandomStream(seed: 1)
        #expect(throws: ModelInputError.self) {
            try model.predict(frames: .zeros([1, 1, 8, 12, 3]), random: random)
        }
        #expect(throws: ModelInputError.self) {
            try model.predict(frames: frames, samples: 0, random: random)
        }
        for classes in [[Int32(0)], [0, 2], [-1, 0]] {
            #expect(throws: ModelInputError.self) {
                try model.predict(frames: frames, classes: classes, random: random)
            }
        }
        var broken = model
        broken.prior.head.bias = Tensor(repeating: .nan, shape: broken.prior.head.bias.shape)
        #expect(throws: MaskedDecodingError.notFinite(sample: 0, step: 0)) {
            try broken.predict(frames: frames, random: random)
        }
    }

    @Test func cancellation() async throws {
        let model = try predictor()
        let frames = frames
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try model.predict(frames: frames, random: RandomStream(seed: 1)).codes.count
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func isStoredAndNamed() throws {
        MagvitKinds.register()
        let model = try predictor(classes: 2)
        #expect(Set(model.prior.state.map(\.path)) == storedPaths(model.prior))
        let folder = TemporaryFolder()
        try model.write(to: folder.path("model"))
        let read = try MaskedPredictor(folder: folder.path("model"))
        #expect(read.configuration == model.configuration)
        let random = RandomStream(seed: 1)
        #expect(
            try read.predict(frames: frames, random: random).video
                == model.predict(frames: frames, random: random).video)
        var sizes = model.configuration
        sizes.prior.codes = 35
        #expect(throws: ConfigurationError.self) { try sizes.validate() }
    }

    @Test func presetSizes() throws {
        let sizes = try MaskedPredictorConfiguration(
            .small, tokenizer: MagvitConfiguration.small, frames: 17, height: 64, width: 64)
        var random = RandomStream(seed: 0)
        #expect(MaskedPrior(sizes.prior, random: &random).parameterCount == 1_673_466)
        #expect(sizes.prior.cells == 1280 && sizes.clipLength == 17)
    }

    @Test func badConfigurations() throws {
        let changes: [(String, (inout MaskedPriorConfiguration) -> Void)] = [
            ("grid", { $0.grid.time = 1 }), ("width", { $0.width = 25 }),
            ("width", { $0.width = 8 }), ("segments", { $0.segments = false }),
            ("dropout", { $0.dropout = 1 }), ("layers", { $0.layers = 0 }),
            ("codes", { $0.codes = 0 }),
            ("objective.fullShare", { $0.objective.fullShare = 1 }),
            ("objective.smoothing", { $0.objective.smoothing = -0.1 }),
            ("objective.schedule", { $0.objective.schedule = .power(0) }),
            ("objective.block", { $0.objective.block = Extent3(time: 1, height: 0, width: 1) }),
            ("halfDepthWeight", { $0.halfDepthWeight = 0 }),
            ("halfDepthWeight", { ($0.halfDepthWeight, $0.layers) = (1, 1) }),
            ("unconditionalShare", { $0.unconditionalShare = 2 }),
        ]
        for (key, change) in changes {
            var sizes = try predictor().configuration.prior
            change(&sizes)
            let error = #expect(throws: ConfigurationError.self) { try sizes.validate() }
            #expect(error?.key == key)
        }
    }
}
