import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMetrics
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

/// Priors with a dense frame encoder: new, pre-trained, and taught by forecasts as well.
@Suite struct DensePriorRecipeTests {
    static func recipe(steps: Int, terms: [String: Double]? = nil) -> PriorRecipe {
        var recipe = PriorRecipe(data: SmallRecipes.data, preset: .tiny, steps: steps)
        recipe.encoder = "dense:4"
        recipe.clipLength = 4
        recipe.startInterval = 8
        recipe.terms = terms
        recipe.optimization.batchSize = 2
        recipe.optimization.learningRate = 4e-3
        recipe.optimization.checkpointInterval = 2
        return recipe
    }

    static func tokenizer() -> VQVAE {
        var random = RandomStream(seed: 3)
        var configuration = SmallRecipes.tokenizer(steps: 1).configuration
        configuration.dataVariance = 0.06
        return VQVAE(configuration, random: &random)
    }

    /// A forecaster of the terms of the tests.
    static func forecaster(seed: UInt64 = 4) -> Forecaster {
        var random = RandomStream(seed: seed)
        return Forecaster(
            ForecasterConfiguration(
                encoder: DenseEncoderConfiguration(width: 4), pictures: ["background"],
                maps: ["displaced"]),
            random: &random)
    }

    private static let terms: [String: Double] = ["background": 1, "displaced": 0.5]

    private func trunk(_ predictor: VideoPredictor) throws -> [NamedTensor<Float>] {
        try #require(predictor.prior.frameEncoder as? DenseFrameEncoder).trunk.state
            .map { ($0.path, $0.value) }
    }

    private func metrics(_ evaluation: Evaluation?) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: (evaluation?.metrics ?? []).map { ($0.name, $0.value) })
    }

    @Test func aPriorLearnsWithADenseEncoder() throws {
        let trained = try Self.recipe(steps: 12).train(on: Self.tokenizer(), silent())
        let found = metrics(trained.evaluation)
        #expect(found["nll"]! < found["nll_uniform"]!)
        #expect(trained.evaluation!.score == found["nll"]!)
        let prior = trained.model.configuration.prior
        #expect(
            prior.conditioning?.encoder as? DenseFrameEncoder.Configuration
                == .init(width: 4, outputWidth: 36))
        #expect(trained.model.forecasts == nil)
    }

    @Test func aFrozenPretrainedEncoderKeepsEveryBitAndATrainedOneStartsFromIt() throws {
        let folder = TemporaryFolder()
        try Self.tokenizer().write(to: folder.path("tokenizer"))
        let forecaster = Self.forecaster()
        try forecaster.write(to: folder.path("encoder"))
        var recipe = Self.recipe(steps: 4)
        (recipe.encoder, recipe.encoderModel) = (nil, folder.path("encoder"))
        recipe.model = folder.path("tokenizer")
        recipe.encoderRate = 0
        let frozen = try recipe.train(silent(folder.path("frozen"))).model
        let pretrained = forecaster.encoder.trunk.state.map(\.value)
        #expect(try trunk(frozen).map(\.tensor) == pretrained)
        // A rate of 1e-6 barely moves it, away from its start.
        recipe.encoderRate = 1e-6
        let slow = try recipe.train(silent()).model
        for (entry, start) in zip(try trunk(slow), pretrained)
        where !entry.name.contains("running") {
            let distance = (entry.tensor - start).abs().max().scalar
            #expect(distance < 1e-6, "\(entry.name)")
        }
        recipe.encoderRate = nil
        #expect(try trunk(recipe.train(silent()).model).map(\.tensor) != pretrained)
        // Another frozen encoder is not the run's.
        try Self.forecaster(seed: 5).write(to: folder.path("encoder"))
        let error = #expect(throws: TrainingError.self) {
            try PriorRecipe.resume(folder.path("frozen"), silent())
        }
        #expect("\(error as Any)".contains("the frame encoder this run began with"))
    }

    @Test func forecastsAreTaughtWithTheCodesAndEveryTermIsLogged() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        let trained = try Self.recipe(steps: 2, terms: Self.terms).train(
            on: Self.tokenizer(), silent(run))
        let found = metrics(trained.evaluation)
        let (background, displaced) = (found["background"]!, found["displaced"]!)
        let sum = found["nll"]! + background + 0.5 * displaced
        #expect(abs(trained.evaluation!.score - sum) < 1e-9 * sum)
        let line = try #require(try logLines(run).first { $0.contains("kind=train") })
        for name in ["codes=", "background=", "displaced="] {
            #expect(line.contains(name), "\(line)")
        }
        let stored = try VideoPredictor(folder: run)
        #expect(
            stored.configuration.forecasts
                == ForecastOutputs(pictures: ["background"], maps: ["displaced"]))
        let forecaster = try OpenedModel(at: run).forecaster()
        let frames = Tensor<Float>.sample([1, 64, 64, 3], seed: 2, in: -0.5...0.5)
        #expect(forecaster(frames, .inference).maps.shape == [1, 64, 64, 1])
        #expect(forecaster.outputs.weight == trained.model.forecasts?.weight)
    }

    @Test func withoutTheCodesTheTransformerStaysAndTheTrunkTrains() throws {
        let tokenizer = Self.tokenizer()
        var recipe = Self.recipe(steps: 3, terms: ["codes": 0, "background": 1])
        let model = try recipe.train(on: tokenizer, silent()).model
        recipe.optimization.learningRate = 1e-30
        let start = try recipe.train(on: tokenizer, silent()).model
        for (old, new) in zip(start.prior.blocks, model.prior.blocks) {
            #expect(old.state.map(\.value) == new.state.map(\.value))
        }
        #expect(try trunk(start).map(\.tensor) != trunk(model).map(\.tensor))
        #expect(start.forecasts?.weight != model.forecasts?.weight)
    }

    /// The forecasts' frame is the conditioning frame of the window, mirrored with it.
    @Test(.tags(.slow)) func jointTrainingLowersEveryTerm() throws {
        let terms = ["background": 1.0, "displaced": 1, "differs-from-median": 1]
        let tokenizer = Self.tokenizer()
        var recipe = Self.recipe(steps: 100, terms: terms)
        recipe.conditioningFrames = 2
        recipe.optimization.batchSize = 4
        let after = metrics(try recipe.train(on: tokenizer, silent()).evaluation)
        recipe.optimization.learningRate = 1e-30
        (recipe.steps, recipe.optimization.warmUpSteps) = (1, nil)
        let before = metrics(try recipe.train(on: tokenizer, silent()).evaluation)
        for name in ["nll"] + terms.keys {
            #expect(after[name]! < 0.8 * before[name]!, "\(name)")
        }
    }

    @Test func aStoppedJointRunEndsAtTheSameBits() throws {
        let folder = TemporaryFolder()
        try Self.tokenizer().write(to: folder.path("tokenizer"))
        try Self.forecaster().write(to: folder.path("encoder"))
        var recipe = Self.recipe(steps: 6, terms: Self.terms)
        (recipe.encoder, recipe.encoderModel) = (nil, folder.path("encoder"))
        recipe.model = folder.path("tokenizer")
        recipe.encoderRate = 0.5
        recipe.dropout = 0.2
        (recipe.optimization.schedule, recipe.optimization.warmUpSteps) = (.constant, nil)
        let whole = try recipe.train(silent(folder.path("whole"))).model
        recipe.steps = 3
        _ = try recipe.train(silent(folder.path("parts")))
        var options = silent()
        options.changes.steps = 6
        let parts = try PriorRecipe.resume(folder.path("parts"), options).model
        for (one, other) in zip(whole.state, parts.state) {
            #expect(one.path == other.path && one.value == other.value, "\(one.path)")
        }
    }

    @Test func aPredictorIsTrainedFurtherWithOtherTerms() throws {
        let folder = TemporaryFolder()
        _ = try Self.recipe(steps: 1, terms: Self.terms).train(
            on: Self.tokenizer(), silent(folder.path("first")))
        var recipe = Self.recipe(steps: 1, terms: ["displaced": 1])
        recipe.model = folder.path("first")
        let own = #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }
        #expect(own?.key == "encoder")
        recipe.encoder = nil
        let second = try recipe.train(silent()).model
        #expect(second.configuration.forecasts?.maps == ["displaced"])
        recipe.terms = nil
        #expect(try recipe.train(silent()).model.forecasts == nil)
    }

    @Test(arguments: [
        ("terms", ["still": 1.0]), ("terms", ["codes": 0]), ("terms.codes", ["codes": -1]),
        ("terms", ["nothing": 1]), ("terms.displaced", ["displaced": -1]),
    ])
    func termsThatNoPriorHasAreNamed(_ key: String, _ terms: [String: Double]) {
        let error = #expect(throws: ConfigurationError.self) {
            try Self.recipe(steps: 1, terms: terms).validate()
        }
        #expect(error?.key == key, "\(error as Any)")
    }

    @Test func encodersThatDoNotFitAreNamed() {
        func key(_ change: (inout PriorRecipe) -> Void) -> String? {
            var recipe = Self.recipe(steps: 1)
            change(&recipe)
            return #expect(throws: ConfigurationError.self) {
                _ = try recipe.train(on: Self.tokenizer(), silent())
            }?.key
        }
        #expect(key { $0.encoder = "dense:wide" } == "encoder")
        #expect(key { $0.encoder = "vit" } == "encoder")
        #expect(key { $0.encoderModel = "somewhere" } == "encoder")
        #expect(key { $0.encoderRate = 2 } == "encoderRate")
        #expect(
            key {
                $0.conditioningFrames = 0
                $0.isAligned = false
            } == "encoder")
        #expect(
            key {
                $0.encoder = "resnet"
                $0.terms = ["displaced": 1]
            } == "terms")
    }
}

/// Heads on the dense encoder of a prior, joined with the prior's hidden states.
@Suite struct DensePriorHeadTests {
    @Test func theTrunkTrainsByDefaultAndThePriorKeepsEveryBit() throws {
        let folder = TemporaryFolder()
        let predictor = SmallPredictor.dense()
        var recipe = HeadRecipe(
            data: SmallRecipes.data, encoder: "dense+prior:hidden:2", labels: 4, steps: 2)
        recipe.optimization.batchSize = 2
        #expect(recipe.trains == ["trunk"] && recipe.head == "joined")
        let model = try recipe.train(on: predictor, silent(folder.path("head"))).model
        let encoder = try #require(model.encoder as? DensePriorEncoder)
        let dense = try #require(predictor.prior.frameEncoder as? DenseFrameEncoder)
        #expect(encoder.trunk.state.map(\.value) != dense.trunk.state.map(\.value))
        for entry in encoder.prior.state {
            let old = predictor.prior.state.first { $0.path == entry.path }
            #expect(old?.value == entry.value, "\(entry.path)")
        }
        let stored = try Segmenter(folder: folder.path("head"))
        #expect(stored.state.map(\.value) == model.state.map(\.value))
        let report = try SegmentationReport(
            of: stored, on: try SmallRecipes.data.open(.train, masks: .required))
        #expect(report.perImage.iou.isFinite)
    }

    /// A frozen encoder is encoded once, both grids of it.
    @Test func aHeadLearnsOnTheFrozenEncoder() throws {
        let folder = TemporaryFolder()
        var recipe = HeadRecipe(
            data: SmallRecipes.data, encoder: "dense+prior:hidden:1", labels: 4, steps: 40)
        recipe.trains = []
        recipe.optimization.batchSize = 4
        recipe.optimization.learningRate = 1e-2
        _ = try recipe.train(on: SmallPredictor.dense(), silent(folder.path("head")))
        let found = try losses(folder.path("head"))
        #expect(found.last! < 0.7 * found.first!, "\(found)")
    }

    @Test func theDenseEncoderOfAPredictorStandsAlone() throws {
        let predictor = SmallPredictor.dense()
        var recipe = HeadRecipe(
            data: SmallRecipes.data, encoder: "dense", labels: 2, steps: 1)
        recipe.trains = []
        let head = try recipe.train(on: predictor, silent()).model
        let encoder = try #require(head.encoder as? DenseEncoder)
        let dense = try #require(predictor.prior.frameEncoder as? DenseFrameEncoder)
        #expect(encoder.trunk.state.map(\.value) == dense.trunk.state.map(\.value))
    }
}
