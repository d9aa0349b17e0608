import GestaltFiles
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVideo
import TestSupport
import Testing

@Suite struct MaskedPriorRecipeTests {
    /// A folder with an untrained tokenizer.
    private func tokenizer() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        var random = RandomStream(seed: 1)
        let sizes = MagvitConfiguration(
            width: 4, multipliers: [1, 1, 2], groups: 2,
            quantizer: FiniteScalarQuantizer.Configuration(levels: [4, 3]))
        try MagvitTokenizer(sizes, random: &random).write(to: folder.path("tokenizer"))
        return folder
    }

    private func recipe(_ folder: TemporaryFolder, steps: Int) -> MaskedPriorRecipe {
        var recipe = MaskedPriorRecipe(
            data: SmallRecipes.data, model: folder.path("tokenizer"), preset: .tiny, steps: steps)
        recipe.clipLength = 5
        recipe.startInterval = 20
        recipe.optimization.batchSize = 2
        return recipe
    }

    @Test(arguments: MaskCondition.Mode.allCases)
    func trainsAndIsOpenedByItsKind(condition: MaskCondition.Mode) throws {
        let folder = try tokenizer()
        var recipe = recipe(folder, steps: 2)
        recipe.condition = condition
        let trained = try recipe.train(silent(folder.path("run")))
        let evaluation = try #require(trained.evaluation)
        #expect(evaluation.metrics.map(\.name).contains("masked_nll_at_75"))
        #expect(evaluation.metrics.allSatisfy { $0.value.isFinite } && !evaluation.largerIsBetter)
        let opened = try OpenedModel(at: folder.path("run"))
        let model = try #require(opened.model as? MaskedPredictor)
        #expect(model.configuration.prior.condition == condition)
        #expect(model.state.map(\.value) == trained.model.state.map(\.value))
        #expect(try opened.tokenizer() is MagvitTokenizer)
        // The tokenizer is frozen.
        let before = try MagvitTokenizer(folder: folder.path("tokenizer"))
        #expect(model.tokenizer.state.map(\.value) == before.state.map(\.value))
        let read = try Recipes.recipe(ofRun: folder.path("run"))
        #expect(read as? MaskedPriorRecipe == recipe)
    }

    @Test("a second head and block masks are options of the recipe") func studyRows() throws {
        let folder = try tokenizer()
        var recipe = recipe(folder, steps: 2)
        recipe.halfDepthWeight = 0.25
        recipe.objective.block = Extent3(time: 1, height: 2, width: 2)
        recipe.objective.corruption = 0
        let trained = try recipe.train(silent(folder.path("run")))
        let sizes = trained.model.configuration.prior
        #expect(sizes.halfDepthWeight == 0.25 && sizes.objective == recipe.objective)
        #expect(trained.model.state.contains { $0.path == "prior.halfDepth.head.bias" })
        let read = try #require(
            try OpenedModel(at: folder.path("run")).model as? MaskedPredictor)
        #expect(read.configuration == trained.model.configuration)
        #expect(try Recipes.recipe(ofRun: folder.path("run")) as? MaskedPriorRecipe == recipe)
    }

    @Test func losesLessOnClipsItHasSeen() throws {
        let folder = try tokenizer()
        var recipe = recipe(folder, steps: 60)
        recipe.optimization.learningRate = 3e-3
        recipe.optimization.evaluationInterval = 60
        let trained = try recipe.train(silent())
        let found = try #require(trained.evaluation).score
        // A fresh prior guesses among 12 codes: ln 12 = 2.48.
        #expect(found < 2.3, "\(found) nats")
    }

    @Test func badRecipes() throws {
        let folder = try tokenizer()
        for change in [
            { $0.clipLength = 0 }, { $0.startInterval = 0 }, { $0.dropout = 1 },
            { $0.unconditionalShare = -1 }, { $0.objective.fullShare = 1 },
            { $0.steps = 0 }, { $0.halfDepthWeight = -1 },
            { $0.objective.block = Extent3(time: 0, height: 1, width: 1) },
        ] as [(inout MaskedPriorRecipe) -> Void] {
            var recipe = recipe(folder, steps: 1)
            change(&recipe)
            #expect(throws: ConfigurationError.self) { try recipe.validate() }
        }
        var odd = recipe(folder, steps: 1)
        odd.clipLength = 6
        #expect(throws: TokenizerError.self) { try odd.train(silent()) }
    }
}
