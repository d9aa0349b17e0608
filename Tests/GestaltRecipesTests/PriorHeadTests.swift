import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Loss after overfitting eight frames; a model that learns nothing stays above 1.
private let overfitLoss = 0.5

/// A predictor so small that a test can train heads on it; frames of 64 × 64.
enum SmallPredictor {
    static func predictor(
        seed: UInt64 = 1, _ change: (inout PriorConfiguration) -> Void = { _ in }
    ) -> VideoPredictor {
        var random = RandomStream(seed: seed)
        let tokenizer = SmallRecipes.tokenizer(steps: 1).configuration
        var prior = PriorConfiguration(
            latent: .init(time: 1, height: 16, width: 16), codeCount: tokenizer.codeCount,
            embeddingWidth: tokenizer.embeddingWidth, width: 12, heads: 2, layers: 2,
            conditioning: FrameConditioning(
                frames: 1, height: 64, width: 64,
                encoder: FrameEncoderConfiguration(
                    width: 4, blocks: [1, 1, 1, 1], outputWidth: 12)))
        change(&prior)
        return VideoPredictor(
            VideoPredictorConfiguration(tokenizer: tokenizer, prior: prior), random: &random)
    }

    static func head(_ encoder: ComponentName, steps: Int) -> HeadRecipe {
        var recipe = HeadRecipe(
            data: SmallRecipes.data, encoder: encoder, head: "convolutional:16", labels: 8,
            steps: steps)
        recipe.optimization.batchSize = 4
        recipe.optimization.learningRate = 1e-2
        return recipe
    }

    /// With a dense frame encoder of four sizes.
    static func dense(seed: UInt64 = 1) -> VideoPredictor {
        predictor(seed: seed) {
            $0.conditioning?.encoder = DenseFrameEncoder.Configuration(width: 4, outputWidth: 12)
            $0.conditioning?.isAligned = true
        }
    }

    static let skips: ComponentName = "prior:hidden:2:skips"
}

@Suite struct HeadRecipeNameTests {
    init() { BuiltIns.register() }

    @Test(
        arguments: [
            "tokenizer:features", "resnet:3", "resnet:4:skips", "prior:hidden:2",
            "prior:hidden:1:query=hidden:skips:join", "tokenizer:quantized:clip",
        ] as [ComponentName])
    func recipesKeepNames(_ encoder: ComponentName) throws {
        let folder = TemporaryFolder()
        var recipe = SmallPredictor.head(encoder, steps: 3)
        let type = try Encoders.type(of: encoder)
        recipe.trains = type.seesFuture(encoder) ? [] : type.parts
        for part in recipe.trains { recipe.partRates[part] = 0.3 }
        recipe.initial = .random
        _ = folder.write(try recipe.json(), as: "recipe.json")
        #expect(try HeadRecipe(run: folder.path) == recipe)
        let text = String(decoding: folder.bytes(of: "recipe.json"), as: UTF8.self)
        #expect(text.contains("\"encoder\" : \"\(encoder)\""), "\(text)")
        #expect(text.contains("\"head\" : \"convolutional:16\""), "\(text)")
    }

    @Test(
        arguments: [
            ("unet", "convolutional", "encoder"), ("resnet:5", "convolutional", "encoder"),
            ("prior:2", "linear", "encoder"), ("tokenizer", "mlp", "head"),
            ("tokenizer", "linear:2", "head"),
        ] as [(ComponentName, ComponentName, String)])
    func otherNamesAreRefusedBeforeAnythingIsRead(
        _ encoder: ComponentName, _ head: ComponentName, _ key: String
    ) {
        var recipe = SmallPredictor.head(encoder, steps: 3)
        recipe.head = head
        recipe.model = "/nowhere"
        let error = #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }
        #expect(error?.key == key)
    }
}

@Suite struct PriorHeadTests {
    static let run: [(ComponentName, [String])] = [
        ("resnet:4:skips", []),
        ("resnet:2", ["resnet"]),
        ("prior:hidden:1", ["prior"]),
        ("prior:hidden:2:skips:join", ["resnet", "prior"]),
    ]

    /// What is named trains, all else stays to the bit, and the folder gives the model again.
    @Test(arguments: run) func partsTrainAsToldAndAreStored(
        _ encoder: ComponentName, _ trains: [String]
    ) throws {
        let folder = TemporaryFolder()
        let predictor = SmallPredictor.predictor()
        var recipe = SmallPredictor.head(encoder, steps: 2)
        recipe.trains = trains
        let model = try recipe.train(on: predictor, silent(folder.path("head"))).model
        let stored = try Segmenter(folder: folder.path("head"))
        #expect(stored.state.map(\.value) == model.state.map(\.value))
        for part in try Encoders.type(of: encoder).parts {
            let moved = model.state.filter { entry in
                let prefix = "encoder.\(part)."
                guard entry.path.hasPrefix(prefix) else { return false }
                let name = entry.path.dropFirst(prefix.count)
                let old = predictor.prior.state.first {
                    $0.path == (part == "resnet" ? "resnet.\(name)" : String(name))
                }
                return old?.value != entry.value
            }
            #expect(moved.isEmpty == !trains.contains(part), "\(part): \(moved.map(\.path))")
        }
    }

    /// A frozen encoder that runs with each batch makes the latents that were made once.
    @Test func latentsMadeOnceAreThoseMadeAnew() throws {
        let data = try SmallRecipes.data.open(.train, masks: .required)
        let encoder = PriorEncoder(SmallPredictor.predictor().prior, layer: 2, skips: true)
        let frames = LabeledFrames.spread(4, over: data.lengths)
        let batches = try LatentBatches(
            encoder: LabeledFrameEncoder(encoder), clips: data.clips, frames: frames,
            batchSize: 2, seed: 0)
        for (row, frame) in frames.enumerated() {
            let pixels = data.clips[frame.clip].frames[frame.frame].expanded(axis: 0)
                .centeredPixels()
            for (index, input) in [pixels, pixels.flipped(axis: -2)].enumerated() {
                let latent = encoder.encode(input, Context.training(random: RandomStream(seed: 0)))
                let kept = batches.latents.selecting([row + index * frames.count])
                // Sums over a batch of another size may be formed in another order.
                let tolerance = sumTolerance(Float.self, length: 1024, magnitude: 8)
                for (one, other) in zip(
                    [latent.tensor] + latent.finer.map(\.tensor),
                    [kept.tensor] + kept.finer.map(\.tensor))
                {
                    #expect(Double((one - other).abs().max().scalar) < Double(tolerance))
                }
            }
        }
    }

    @Test func aResNetOverfitsEightFramesThroughAFrozenPrior() throws {
        let folder = TemporaryFolder()
        var recipe = SmallPredictor.head(SmallPredictor.skips, steps: 60)
        recipe.trains = ["resnet"]
        recipe.partRates["resnet"] = 0.3
        recipe.augmentation = Augmentation()
        _ = try recipe.train(on: SmallPredictor.predictor(), silent(folder.path("head")))
        let losses = try losses(folder.path("head"))
        #expect(losses.last ?? 9 < overfitLoss, "\(losses)")
    }

    @Test func anInterruptedRunResumesFromItsFolderAlone() throws {
        let folder = TemporaryFolder()
        try SmallPredictor.predictor().write(to: folder.path("predictor"))
        var recipe = SmallPredictor.head(SmallPredictor.skips, steps: 8)
        recipe.model = folder.path("predictor")
        recipe.trains = ["resnet"]
        recipe.optimization.checkpointInterval = 1
        let whole = try recipe.train(silent(folder.path("whole")))
        // Somebody presses Ctrl-C once a checkpoint is there; wherever that is, the end is the same.
        let (stop, watched) = (Interruption(), folder.path("parts/checkpoints/last.safetensors"))
        let watcher = Thread {
            while !FileManager.default.fileExists(atPath: watched) { usleep(1000) }
            stop.request()
        }
        watcher.start()
        #expect(throws: TrainingError.self) {
            try recipe.train(silent(folder.path("parts"), stop))
        }
        let again = try HeadRecipe.resume(folder.path("parts"), silent())
        #expect(again.model.state.map(\.value) == whole.model.state.map(\.value))
        // The frozen prior is the folder's: another one is not the run's.
        try SmallPredictor.predictor(seed: 2).write(to: folder.path("predictor"))
        let error = #expect(throws: TrainingError.self) {
            try HeadRecipe.resume(folder.path("parts"), silent())
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("the prior this run began with"))
    }

    @Test func randomWeightsAreAnotherDrawAndTheSameEachTime() throws {
        let predictor = SmallPredictor.predictor()
        var recipe = SmallPredictor.head("prior:hidden:1", steps: 1)
        recipe.initial = .random
        let model = try recipe.train(on: predictor, silent()).model
        let again = try recipe.train(on: SmallPredictor.predictor(seed: 3), silent()).model
        #expect(model.state.map(\.value) == again.state.map(\.value))
        let path = "encoder.prior.blocks.0.attention.query"
        let drawn = model.state.first { $0.path == path }
        #expect(drawn?.value != predictor.prior.blocks[0].attention.query)
        recipe.seed = 1
        let other = try recipe.train(on: predictor, silent()).model
        #expect(drawn?.value != other.state.first { $0.path == path }?.value)
    }

    @Test func modelsOfAnotherKindAreRefused() throws {
        let folder = TemporaryFolder()
        let predictor = SmallPredictor.predictor()
        try predictor.tokenizer.write(to: folder.path("tokenizer"))
        try predictor.write(to: folder.path("predictor"))
        var random = RandomStream(seed: 1)
        try UNet(UNetConfiguration(widths: [4, 6]), random: &random).write(to: folder.path("unet"))
        func error(_ model: String, _ encoder: ComponentName) -> ModelMismatch? {
            var recipe = SmallPredictor.head(encoder, steps: 1)
            recipe.model = folder.path(model)
            return #expect(throws: ModelMismatch.self) { _ = try recipe.train(silent()) }
        }
        #expect(
            error("tokenizer", "resnet:4")
                == ModelMismatch(
                    path: folder.path("tokenizer"), needed: .predictor, found: "a video tokenizer"))
        #expect(
            error("unet", "tokenizer")
                == ModelMismatch(
                    path: folder.path("unet"), needed: .tokenizer,
                    found: "a segmentation model (U-Net)"))
        // A predictor is taken for its tokenizer.
        var recipe = SmallPredictor.head("tokenizer", steps: 1)
        recipe.model = folder.path("predictor")
        #expect(try recipe.train(silent()).model.encoder is TokenizerEncoder)
    }

    @Test func priorsThatMakeNoSuchLatentAreRefusedByKey() throws {
        func key(
            _ encoder: ComponentName, _ change: (inout PriorConfiguration) -> Void = { _ in }
        ) -> String? {
            let predictor = SmallPredictor.predictor(change)
            return #expect(throws: ConfigurationError.self) {
                _ = try SmallPredictor.head(encoder, steps: 1).train(on: predictor, silent())
            }?.key
        }
        #expect(key("prior:hidden:3") == "encoder.source.layer")
        #expect(key("prior:hidden:1:query=hidden") == "encoder.source.query")
        #expect(key("resnet:4") { $0.conditioning = nil } == "model")
        #expect(key("prior:hidden:1") { $0.classes = 4 } == "encoder.sizes.classes")
        let tokenizer = SmallPredictor.predictor().tokenizer
        let error = #expect(throws: ModelMismatch.self) {
            _ = try SmallPredictor.head("resnet:4", steps: 1).train(on: tokenizer, silent())
        }
        #expect(
            error == ModelMismatch(needed: .predictor, found: "a video tokenizer"))
        // Frames of another size than the prior's: the data are named, not the encoder.
        let larger = SmallPredictor.predictor {
            $0.latent.height = 8
            $0.conditioning?.height = 32
        }
        let sizes = #expect(throws: ClipError.self) {
            _ = try SmallPredictor.head("prior:hidden:1", steps: 1).train(on: larger, silent())
        }
        #expect(sizes?.description.contains("64 × 64 pixels, the model takes 32 × 64") == true)
    }
}
