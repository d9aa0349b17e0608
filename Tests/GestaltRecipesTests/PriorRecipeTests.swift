import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import TestSupport
import Testing

@Suite struct PriorRecipeTests {
    private static func recipe(steps: Int) -> PriorRecipe {
        var recipe = PriorRecipe(data: SmallRecipes.data, preset: .tiny, steps: steps)
        recipe.clipLength = 4
        recipe.startInterval = 8
        recipe.optimization.batchSize = 2
        recipe.optimization.learningRate = 4e-3
        recipe.optimization.checkpointInterval = 2
        return recipe
    }

    private static func tokenizer() throws -> VQVAE {
        var random = RandomStream(seed: 3)
        var configuration = SmallRecipes.tokenizer(steps: 1).configuration
        configuration.dataVariance = 0.06
        return VQVAE(configuration, random: &random)
    }

    @Test("a prior learns, its tokenizer stays to the bit")
    func learning() throws {
        let tokenizer = try Self.tokenizer()
        let trained = try Self.recipe(steps: 12).train(on: tokenizer, silent())
        let metrics = Dictionary(
            uniqueKeysWithValues: trained.evaluation!.metrics.map { ($0.name, $0.value) })
        #expect(metrics["nll"]! < metrics["nll_uniform"]!)
        #expect(metrics["nll_unigram"]! <= metrics["nll_uniform"]! + 1e-6)
        let set = try SmallRecipes.data.open(.train, masks: .ignored)
        let report = try PriorReport(of: trained.model, on: set)
        #expect(report.nll < report.uniformNLL && report.unigramNLL <= report.uniformNLL)
        #expect(report.tokenCount == 2 * set.count * trained.model.configuration.prior.tokens)
        for (one, other) in zip(trained.model.tokenizer.state, tokenizer.state) {
            #expect(one.value == other.value, "\(one.path)")
        }
    }

    @Test(
        "stopped and resumed, it ends at the same bits; codes are made once",
        arguments: [false, true])
    func resuming(takesActions: Bool) throws {
        let folder = TemporaryFolder()
        let tokenizer = try Self.tokenizer()
        try tokenizer.write(to: folder.path + "/tokenizer")
        var recipe = Self.recipe(steps: 6)
        recipe.model = folder.path + "/tokenizer"
        recipe.takesActions = takesActions
        recipe.dropout = 0.2
        recipe.attentionDropout = 0.2
        let whole = try recipe.train(silent(folder.path + "/whole")).model
        let interruption = Interruption()
        let run = folder.path + "/parts"
        interruption.request()
        #expect(throws: TrainingError.self) { try recipe.train(silent(run, interruption)) }
        let codes = folder.path + "/whole/codes-train.safetensors"
        #expect(FileManager.default.fileExists(atPath: codes))
        let resumed = try PriorRecipe.resume(run, silent()).model
        for (one, other) in zip(whole.state, resumed.state) {
            #expect(one.path == other.path && one.value == other.value, "\(one.path)")
        }
        let again = try PriorRecipe.resume(folder.path + "/whole", silent())
        #expect(again.steps == 6)
    }

    @Test("training goes on from a predictor's folder")
    func continuing() throws {
        let folder = TemporaryFolder()
        let first = try Self.recipe(steps: 2).train(
            on: try Self.tokenizer(), silent(folder.path + "/first"))
        var recipe = Self.recipe(steps: 2)
        recipe.model = folder.path + "/first"
        let second = try recipe.train(silent())
        #expect(second.model.configuration == first.model.configuration)
        #expect(second.model.prior.output != first.model.prior.output)
    }

    @Test("what does not fit is refused by name")
    func refusals() throws {
        var recipe = Self.recipe(steps: 2)
        recipe.startInterval = 0
        #expect(throws: ConfigurationError.self) {
            try recipe.train(on: try Self.tokenizer(), silent())
        }
        recipe = Self.recipe(steps: 2)
        #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }
        recipe.clipLength = 6
        #expect(throws: (any Error).self) { try recipe.train(on: try Self.tokenizer(), silent()) }
    }
}
