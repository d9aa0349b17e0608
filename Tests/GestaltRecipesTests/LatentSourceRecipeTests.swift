import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltMetrics
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo
import TestSupport
import Testing

/// Heads on controls, on what a prior expects and samples, and on earlier frames, by name.
@Suite struct LatentSourceRecipeTests {
    init() { BuiltIns.register() }

    /// A head on two labeled frames, without evaluation.
    private static func head(
        _ encoder: ComponentName, head: ComponentName = "linear", steps: Int = 1
    ) -> HeadRecipe {
        var data = SmallRecipes.data
        data.evaluation = nil
        var recipe = HeadRecipe(data: data, encoder: encoder, head: head, labels: 2, steps: steps)
        recipe.optimization.batchSize = 2
        return recipe
    }

    /// Of two conditioning frames, with likelier and less likely codes.
    private static func predictor(given: Int = 2) -> VideoPredictor {
        var predictor = SmallPredictor.predictor { $0.conditioning?.frames = given }
        var random = RandomStream(seed: 12)
        predictor.prior.output = random.normal(predictor.prior.output.shape)
        return predictor
    }

    @Test(arguments: ["noise:3:4", "position", "rgb"] as [ComponentName])
    func controlsNeedNoModel(encoder: ComponentName) throws {
        let folder = TemporaryFolder()
        let model = try Self.head(encoder, head: "convolutional:8")
            .train(silent(folder.path("head"))).model
        #expect(try Segmenter(folder: folder.path("head")).encoder.name == model.encoder.name)
        #expect(!FeatureSources.needsModel(encoder))
    }

    static let sources: [(ComponentName, ComponentName)] = [
        ("prior:expect:1:1:frames=2", "transposed:8"), ("prior:samples:1:2:slots=0", "attentive:8"),
        ("prior:codes:expect", "flatten:4"), ("prior:codes:sample:2", "unet:4"),
        ("prior:pixels", "linear"), ("prior:energy:2", "linear"), ("prior:teacher:1", "linear"),
    ]

    @Test(arguments: sources)
    func everySourceTakesAHeadAndIsStored(encoder: ComponentName, head: ComponentName) throws {
        let folder = TemporaryFolder()
        let model = try Self.head(encoder, head: head)
            .train(on: Self.predictor(), silent(folder.path("head"))).model
        let stored = try Segmenter(folder: folder.path("head"))
        #expect(stored.encoder.name == model.encoder.name)
        #expect(stored.state.map(\.value) == model.state.map(\.value))
        let card = String(decoding: folder.bytes(of: "head/README.md"), as: UTF8.self)
        #expect(card.contains("sampled futures") == (model.encoder.sampledFutures > 0))
        #expect(model.acceptsAnySize == false)
    }

    /// Latents of evaluated frames are sampled once, and are those that the model samples itself.
    @Test func anEvaluationOnSampledFuturesIsThatOfTheModel() throws {
        var recipe = Self.head("prior:samples:1:1")
        recipe.data.evaluation = .train
        let trained = try recipe.train(on: Self.predictor(), silent())
        let data = try SmallRecipes.data.open(.train, masks: .required)
        let report = try SegmentationReport(of: trained.model, on: data)
        #expect(trained.evaluation?.score == report.perImage.iou)
    }

    /// A source without parts is checked as a whole.
    @Test func aRunOnSampledFuturesResumesOnItsOwnPredictorAlone() throws {
        let folder = TemporaryFolder()
        try Self.predictor().write(to: folder.path("predictor"))
        var recipe = Self.head("prior:samples:1:1", steps: 200)
        recipe.model = folder.path("predictor")
        recipe.optimization.checkpointInterval = 1
        try interrupt(recipe, folder.path("run"))
        try SmallPredictor.predictor(seed: 2) { $0.conditioning?.frames = 2 }
            .write(to: folder.path("predictor"))
        let error = #expect(throws: TrainingError.self) {
            try HeadRecipe.resume(folder.path("run"), silent())
        }
        #expect("\(error as Any)".contains("the encoder this run began with"))
    }

    @Test func randomWeightsOfAnySourceAreTheSameEachTime() throws {
        var recipe = Self.head("prior:expect:2:1")
        recipe.initial = .random
        let model = try recipe.train(on: Self.predictor(), silent()).model
        let again = try recipe.train(
            on: SmallPredictor.predictor(seed: 3) {
                $0.conditioning?.frames = 2
            }, silent()
        ).model
        #expect(model.state.map(\.value) == again.state.map(\.value))
    }

    @Test(
        arguments: ["prior:samples:1:2", "prior:pixels", "prior:codes:expect", "noise:4:4"]
            as [ComponentName])
    func whatHasNoGradientIsNotTrained(encoder: ComponentName) {
        var recipe = Self.head(encoder)
        recipe.trains = ["prior"]
        let error = #expect(throws: ConfigurationError.self) {
            try recipe.train(on: Self.predictor(), silent())
        }
        #expect(error?.key == "trains")
        #expect(error?.description.contains("no part that can be trained") == true)
    }

    /// The features of a clip are the encoder's latents of its first frames.
    @Test(arguments: ["prior:samples:1:2", "prior:hidden:1:frames=2", "prior:teacher:1", "rgb"])
    func featuresAreThoseOfTheEncoder(text: String) throws {
        let name = ComponentName(stringLiteral: text)
        let folder = TemporaryFolder()
        let predictor = Self.predictor()
        try predictor.write(to: folder.path("model"))
        var random = RandomStream(seed: 1)
        let clips: Tensor<Float> = random.uniform([2, 5, 64, 64, 3], in: 0..<1)
        try NPY.write(clips, to: folder.path("video.npy"))
        let source = try FeatureSources.source(
            named: name, on: OpenedModel(at: folder.path("model")))
        let input = try VideoInput(path: folder.path("video.npy"))
        let features = try source.features(of: input, FeatureConditions())
        guard case .numbers(let clip) = features.values else {
            Issue.record("codes")
            return
        }
        let encoder = try Encoders.type(of: name).init(
            named: name, on: predictor, random: &random)
        let count = encoder.clipLength ?? 1
        let frames = input.video[1..<2, 0..<count]
        let expected = encoder.encode(
            encoder.readsClips ? frames : frames.squeezed(axis: 1), .inference)
        #expect(try clip(1) == expected.tensor)
        #expect(features.count == 2)
    }
}

/// Encoders that read the frames before the segmented one.
@Suite struct EarlierFrameTests {
    init() { BuiltIns.register() }

    private static let data = Result { try SmallRecipes.data.open(.train, masks: .required) }

    private static func encoder() throws -> any StoredEncoder {
        var random = RandomStream(seed: 0)
        let predictor = SmallPredictor.predictor { $0.conditioning?.frames = 3 }
        let name: ComponentName = "prior:hidden:2:frames=3"
        return try Encoders.type(of: name).init(named: name, on: predictor, random: &random)
    }

    private static func window(_ clip: Clip, _ frame: Int) -> Tensor<Float> {
        let rows = (frame - 2...frame).map { Int32(max(0, $0)) }
        return clip.frames.gathered(Tensor(rows), axis: 0).expanded(axis: 0).centeredPixels()
    }

    @Test func latentsOfLabeledFramesSeeThoseBefore() throws {
        let data = try Self.data.get()
        let encoder = try Self.encoder()
        let frames = [0, 1, 7].map { FrameIndex(clip: 1, frame: $0) }
        let batches = try LatentBatches(
            encoder: LabeledFrameEncoder(encoder), clips: data.clips, frames: frames, batchSize: 2,
            seed: 0, flip: 0)
        for (row, frame) in frames.enumerated() {
            let expected = encoder.encode(Self.window(data.clips[1], frame.frame), .inference)
            let difference = (batches.latents.tensor[row] - expected.tensor[0]).abs().max().scalar
            #expect(difference < 1e-4, "frame \(frame.frame)")
        }
    }

    @Test func masksOfAClipSeeFramesBefore() throws {
        let data = try Self.data.get()
        let encoder = try Self.encoder()
        var random = RandomStream(seed: 4)
        let model = Segmenter(
            SegmenterConfiguration(
                encoder: encoder.configuration, head: .linear,
                input: PictureInput(height: 64, width: 64)), encoder: encoder, random: &random)
        #expect(model.readsClips && !model.seesFuture)
        let clip = data.clips[0]
        let segmenter = FrameSegmenter(model)
        #expect(segmenter.window == 3)
        let masks = try segmenter.labels(of: 0..<4, in: clip)
        for frame in 0..<4 {
            let scores = model.probabilities(Self.window(clip, frame))
            // Scores within rounding of a half may fall on either side.
            let differing = zip(masks[frame].scalars, scores.scalars).count {
                ($0 == 1) != ($1 > 0.5) && abs($1 - 0.5) > 1e-4
            }
            #expect(differing == 0)
        }
        let report = try SegmentationReport(of: model, on: data, every: 15)
        #expect(!report.seesFuture && report.imageCount > 0)
        // A picture is a clip that stands still.
        #expect(model.segment(image: clip.frames[0]).shape == [64, 64])
    }

    @Test func partsTrainOnFramesWithThoseBefore() throws {
        var recipe = HeadRecipe(
            data: SmallRecipes.data, encoder: "prior:hidden:2:frames=3", head: "linear", labels: 4,
            steps: 2)
        recipe.data.evaluation = nil
        recipe.optimization.batchSize = 2
        recipe.trains = ["resnet"]
        let predictor = SmallPredictor.predictor { $0.conditioning?.frames = 3 }
        let model = try recipe.train(on: predictor, silent()).model
        // Three frames reach all slices of the kernels: with one only the middle would learn.
        let path = "encoder.resnet.groups.0.blocks.0.conv1.weight"
        let new = try #require(model.state.first { $0.path == path }?.value)
        let old = try #require(
            predictor.prior.state.first { "encoder.\($0.path)" == path }?.value)
        for slice in 0..<3 { #expect(new[slice] != old[slice], "slice \(slice)") }
        recipe.augmentation.cutMix = 0.5
        let error = #expect(throws: ConfigurationError.self) {
            try recipe.train(on: predictor, silent())
        }
        #expect(error?.key == "augmentation")
    }
}
