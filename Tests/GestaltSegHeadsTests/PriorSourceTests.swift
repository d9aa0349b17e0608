import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Sources in a sequential prior: expected codes, sampled and true ones, slots, earlier frames.
@Suite struct PriorSourceTests {
    init() { SegmentationKinds.register() }

    /// A predictor whose prior does not find all codes equally likely, as an untrained one does.
    static func predictor(given: Int = 1) -> VideoPredictor {
        var predictor = EncoderNameTests.predictor { $0 = .minute(given: given) }
        var random = RandomStream(seed: 12)
        predictor.prior.output = random.normal(predictor.prior.output.shape)
        return predictor
    }

    private static func latent(
        _ name: ComponentName, _ frames: Tensor<Float>, on predictor: VideoPredictor = predictor()
    ) throws -> Tensor<Float> {
        let encoder = try EncoderNameTests.encoder(name, on: predictor)
        let latent = encoder.encode(frames, .inference)
        #expect(latent.shape == encoder.latentShape(height: 32, width: 32), "\(name)")
        return latent.tensor
    }

    @Test func withoutRefinementsExpectationIsTheHiddenState() throws {
        let frames = noise([2, 32, 32, 3])
        let hidden = try Self.latent("prior:hidden:2", frames)
        #expect(try Self.latent("prior:expect:2:0", frames) == hidden)
        #expect(try Self.latent("prior:expect:2:1", frames) != hidden)
    }

    /// An untrained prior expects the mean of the codebook everywhere.
    @Test func expectedCodesAreFedBack() throws {
        let predictor = EncoderNameTests.predictor()
        let frames = noise([1, 32, 32, 3])
        let table = predictor.tokenizer.codeTable
        let mean = table.mean(axes: [0]).broadcast(to: [1, 2, 8, 8, 6])
        let codes = try Self.latent("prior:codes:expect:3", frames, on: predictor)
        // A mean of 16 numbers of size about 1.
        #expect((codes - mean).abs().max().scalar < 16 * Float.ulpOfOne)
        let condition = predictor.prior.condition(frames: frames.expanded(axis: 1), .inference)
        let expected = predictor.prior.hidden(mean, layers: [2], condition, .inference)[0]
        let found = try Self.latent("prior:expect:2:2", frames, on: predictor)
        #expect((found - expected).abs().max().scalar < 1e-5)
    }

    /// r refinements settle the inputs of the first r + 1 positions, and a further one changes only
    /// those after them.
    @Test func refinementsSettlePositionAfterPosition() throws {
        let predictor = Self.predictor()
        let frames = noise([1, 32, 32, 3])
        let three = try Self.latent("prior:expect:2:3", frames, on: predictor)
        let four = try Self.latent("prior:expect:2:4", frames, on: predictor)
        let changes = (three - four).abs().max(axes: [4]).scalars
        #expect(changes[0..<4].allSatisfy { $0 < 1e-6 }, "\(changes[0..<8])")
        #expect(changes[4...].max() ?? 0 > 1e-6)
    }

    @Test func expectationsHaveGradientsOfFrameEncoderAndPrior() throws {
        let scenes = Scenes(count: 1)
        var random = RandomStream(seed: 4)
        let encoder = try EncoderNameTests.encoder("prior:expect:1:1:skips", on: Self.predictor())
        let model = Segmenter(
            SegmenterConfiguration(
                encoder: encoder.configuration, head: .linear,
                input: PictureInput(height: 32, width: 32)), encoder: encoder, random: &random)
        let step = valueAndGradients(of: model, .training(random: RandomStream(seed: 0))) {
            model, context in
            (segmentationLoss(model.logits(scenes.frames, context), scenes.masks), ())
        }
        // The logits reach the latent, so the output layer learns; the codebook never does.
        for path in ["prior.output", "prior.input", "resnet.groups.3.blocks.0.conv1.weight"] {
            let gradient = step.gradients[path: "encoder.\(path)"]
            #expect(gradient.map { $0.abs().max().scalar > 0 } == true, "\(path)")
        }
        #expect(step.gradients[path: "encoder.codebook"] == nil)
    }

    @Test func theTeacherIsThePriorAlongTheTrueClip() throws {
        let predictor = Self.predictor()
        let clips = noise([2, 8, 32, 32, 3])
        let condition = predictor.prior.condition(frames: clips[0..., 0..<1], .inference)
        let codes = predictor.tokenizer.encode(clips)
        let expected = predictor.prior.hidden(
            predictor.tokenizer.embeddings(of: codes), layers: [1], condition, .inference)[0]
        #expect(try Self.latent("prior:teacher:1", clips, on: predictor) == expected)
        #expect(
            try Self.latent("prior:teacher:1:slots=1", clips, on: predictor)
                == expected[0..., 1..<2])
        let encoder = try EncoderNameTests.encoder("prior:teacher:1", on: predictor)
        #expect(encoder.seesFuture && encoder.readsClips && encoder.clipLength == 8)
        #expect(encoder.labeledFrames(clipLength: 8) == [0])
        #expect(PriorTeacherEncoder.seesFuture("prior:teacher:1"))
    }

    /// With one likeliest code left to draw, every sample is the same.
    @Test func statesAlongSamplesAreTheirMeanAndVariance() throws {
        let predictor = Self.predictor()
        let frames = noise([2, 32, 32, 3])
        let sampler = VideoSampler(predictor)
        let condition = sampler.condition(frames: frames.expanded(axis: 1))
        let codes = try sampler.codes(
            condition, options: .greedy, random: RandomStream(seed: 0)
        ).codes.squeezed(axis: 1)
        let expected = predictor.prior.hidden(
            predictor.tokenizer.embeddings(of: codes), layers: [2], condition, .inference)[0]
        let greedy = try Self.latent("prior:samples:2:3:top-p=1e-9", frames, on: predictor)
        #expect((greedy[0..., 0..., 0..., 0..., 0..<12] - expected).abs().max().scalar < 1e-5)
        let still = greedy[0..., 0..., 0..., 0..., 12..<24].max().scalar
        #expect(still < 1e-10)
        let free = try Self.latent("prior:samples:2:3", frames, on: predictor)
        #expect(free[0..., 0..., 0..., 0..., 12..<24].max().scalar > 100 * still + 1e-9)
        // Of the frame alone, whatever its batch, and of the seed.
        let alone = try Self.latent("prior:samples:2:3", frames[1..<2], on: predictor)
        #expect((alone[0] - free[1]).abs().max().scalar < 1e-5)
        let other = try Self.latent("prior:samples:2:3:seed=1", frames, on: predictor)
        #expect(other != free)
        let single = try EncoderNameTests.encoder("prior:samples:1:1", on: predictor)
        #expect(single.latentShape(height: 32, width: 32).channels == 12)
        #expect(single.sampledFutures == 1)
    }

    @Test func slotsAreThoseOfTheWholeLatent() throws {
        let frames = noise([2, 32, 32, 3])
        let all = try Self.latent("prior:hidden:1", frames)
        #expect(try Self.latent("prior:hidden:1:slots=1", frames) == all[0..., 1..<2])
        #expect(try Self.latent("prior:hidden:1:slots=0-1", frames) == all)
        let joined = try Self.latent("prior:hidden:1:slots=0:join", frames)
        #expect(joined.shape == [2, 1, 8, 8, 12 + 6])
        #expect(joined[0..., 0..., 0..., 0..., 0..<12] == all[0..., 0..<1])
    }

    @Test func earlierFramesAreReadWhereTheyAreNamed() throws {
        let predictor = Self.predictor(given: 3)
        let clips = noise([2, 3, 32, 32, 3])
        let encoder = try EncoderNameTests.encoder("prior:hidden:1:frames=3", on: predictor)
        #expect(encoder.readsClips && !encoder.seesFuture)
        #expect(encoder.clipLength == 3 && encoder.labeledFrames(clipLength: 3) == [2])
        let condition = predictor.prior.condition(frames: clips, .inference)
        let expected = predictor.prior.hidden(
            asking: .start, layers: [1], condition, .inference)[0]
        #expect(encoder.encode(clips, .inference).tensor == expected)
        // A single frame stands still, as without the option.
        let last = clips[0..., 2].contiguous()
        let still = try Self.latent("prior:hidden:1", last, on: predictor)
        #expect(encoder.encode(last, .inference).tensor == still)
        #expect(still != expected)
        // Two of three: the first is repeated.
        let two = try Self.latent("prior:hidden:1:frames=2", clips[0..., 1..<3], on: predictor)
        let repeated = clips.gathered(Tensor<Int32>([1, 1, 2]), axis: 1)
        #expect(encoder.encode(repeated, .inference).tensor == two)
        // Samples and codes take them, too.
        for (name, words) in [("samples:1:1", ":frames=3"), ("codes:expect", ":frames=3")] {
            let moving = try Self.latent(
                ComponentName(stringLiteral: "prior:" + name + words), clips, on: predictor)
            let standing = try Self.latent(
                ComponentName(stringLiteral: "prior:" + name), last, on: predictor)
            #expect(moving != standing, "\(name)")
        }
    }

    @Test func theFrameEncoderReadsThemToo() throws {
        let predictor = Self.predictor(given: 3)
        let clips = noise([2, 3, 32, 32, 3])
        let encoder = try EncoderNameTests.encoder("resnet:3:frames=3", on: predictor)
        let stages = try #require(predictor.prior.resnet).stages(clips, .inference)
        #expect(encoder.encode(clips, .inference).tensor[0..., 0] == stages[2][0..., 2])
        #expect(encoder.name == "resnet:3:frames=3" && encoder.clipLength == 3)
        let error = #expect(throws: ConfigurationError.self) {
            try EncoderNameTests.encoder("resnet:3:frames=4", on: predictor)
        }
        #expect(error?.key == "encoder.source.given")
    }

    static let names: [(ComponentName, ComponentName)] = [
        ("prior:expect:1:2:skips", "prior:expect:1:2:query=start:skips"),
        ("prior:hidden:2:slots=0-1:frames=1", "prior:hidden:2:query=start:slots=0-1"),
        ("prior:hidden:2:frames=2:slots=1", "prior:hidden:2:query=start:slots=1:frames=2"),
        (
            "prior:samples:1:2:top-p=0.5:temperature=2:seed=4",
            "prior:samples:1:2:temperature=2.0:top-p=0.5:seed=4"
        ),
        ("prior:samples:0:1:slots=0:frames=2", "prior:samples:0:1:slots=0:frames=2"),
        ("prior:teacher:2:slots=0-1", "prior:teacher:2:slots=0-1"),
        ("prior:codes:expect", "prior:codes:expect:0"),
        ("prior:codes:sample:seed=2", "prior:codes:sample:1:seed=2"),
        ("prior:pixels", "prior:pixels:1"),
        ("prior:energy:2:frames=2", "prior:energy:2:frames=2"),
    ]

    @Test(arguments: names)
    func aNameMakesItsEncoderWhichIsStored(name: ComponentName, whole: ComponentName) throws {
        let predictor = Self.predictor(given: 2)
        let encoder = try EncoderNameTests.encoder(name, on: predictor)
        #expect(encoder.name == whole)
        #expect(encoder.configuration.summary == whole.description)
        #expect(encoder.configuration.frameSize.map { [$0.height, $0.width] } == [32, 32])
        let again = try EncoderNameTests.encoder(encoder.name, on: predictor)
        #expect(Tagged.areEqual(again.configuration, encoder.configuration))
        let values = Set(predictor.state.map { $0.value.scalars })
        #expect(encoder.state.allSatisfy { values.contains($0.value.scalars) })
        var random = RandomStream(seed: 4)
        let model = Segmenter(
            SegmenterConfiguration(
                encoder: encoder.configuration, head: .linear,
                input: PictureInput(height: 32, width: 32)), encoder: encoder, random: &random)
        try StoredModelTests.withFolder { folder in
            try model.write(to: folder)
            let read = try Segmenter(folder: folder)
            #expect(read.configuration == model.configuration)
            #expect(read.encoder.name == whole)
            guard !model.seesFuture else { return }
            let frames = noise([1, 32, 32, 3])
            #expect(read.logits(frames, .inference) == model.logits(frames, .inference))
        }
    }

    @Test(
        arguments: [
            "prior:expect:1", "prior:expect:1:1025", "prior:expect:1:x", "prior:hidden:1:slots=",
            "prior:hidden:1:slots=2-1", "prior:hidden:1:slots=0-1-2", "prior:hidden:1:frames=0",
            "prior:samples", "prior:samples:1", "prior:samples:1:0", "prior:samples:1:257",
            "prior:samples:1:2:top-p=0", "prior:samples:1:2:temperature=-1",
            "prior:samples:1:2:seed=x", "prior:samples:1:2:skips", "prior:teacher",
            "prior:teacher:1:frames=2", "prior:codes", "prior:codes:mean", "prior:codes:expect:1:2",
            "prior:codes:expect:1025",
            "prior:codes:expect:seed=2", "prior:pixels:0", "prior:pixels:slots=1", "prior:energy",
            "prior:energy:1:2",
        ] as [ComponentName])
    func otherWordsAreRefusedWithTheGrammar(name: ComponentName) throws {
        let type = try Encoders.type(of: name)
        let error = #expect(throws: ConfigurationError.self) { try type.validate(name) }
        #expect(error?.key == "encoder")
        #expect(error?.description.contains(type.grammar) == true, "\(error as Any)")
        #expect(throws: ConfigurationError.self) {
            try EncoderNameTests.encoder(name, on: Self.predictor())
        }
    }

    @Test func whatThePredictorDoesNotHaveIsRefusedByItsKey() {
        func key(_ name: ComponentName) -> String? {
            #expect(throws: ConfigurationError.self, "\(name)") {
                try EncoderNameTests.encoder(name, on: Self.predictor(given: 2))
            }?.key
        }
        for kind in ["hidden:1", "teacher:1", "samples:1:2"] {
            #expect(
                key(ComponentName(stringLiteral: "prior:\(kind):slots=2")) == "encoder.source.slots"
            )
        }
        #expect(key("prior:expect:3:1") == "encoder.source.layer")
        #expect(key("prior:samples:3:1") == "encoder.source.layer")
        for kind in ["hidden:1", "samples:1:2", "codes:expect", "pixels", "energy:2"] {
            #expect(
                key(ComponentName(stringLiteral: "prior:\(kind):frames=3"))
                    == "encoder.source.frames")
        }
        for name in ["prior:samples:1:2", "prior:teacher:1", "prior:codes:expect", "prior:pixels"] {
            #expect(throws: ModelMismatch.self) {
                try EncoderNameTests.encoder(
                    ComponentName(stringLiteral: name), on: Self.predictor().tokenizer)
            }
        }
    }
}
