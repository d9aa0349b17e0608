import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltMotion
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

@Suite struct EncoderRecipeTests {
    static func recipe(steps: Int, terms: [String: Double]? = nil) -> EncoderRecipe {
        var recipe = EncoderRecipe(data: SmallRecipes.data, steps: steps)
        recipe.width = 4
        recipe.optimization.batchSize = 4
        recipe.optimization.schedule = .constant
        recipe.optimization.warmUpFraction = nil
        recipe.optimization.checkpointInterval = 100
        recipe.optimization.evaluationInterval = 100
        if let terms { recipe.terms = terms }
        return recipe
    }

    @Test func aResumedRunHasTheBitsOfAnUninterruptedOne() throws {
        let folder = TemporaryFolder()
        let whole = try Self.recipe(steps: 4).train(silent(folder.path("whole")))
        _ = try Self.recipe(steps: 2).train(silent(folder.path("parts")))
        var options = silent()
        options.changes.steps = 4
        let parts = try EncoderRecipe.resume(folder.path("parts"), options)
        #expect(parts.model.state.map(\.value) == whole.model.state.map(\.value))
        let stored = try Forecaster(folder: folder.path("whole"))
        #expect(stored.configuration.pictures == ["background", "frame+4"])
        #expect(
            stored.configuration.maps == ["differs-from-median", "displaced", "will-change-1"])
    }

    @Test(.tags(.slow)) func trainingLowersTheLossOfEveryTerm() throws {
        var recipe = Self.recipe(steps: 60)
        recipe.augmentation = .none
        recipe.optimization.learningRate = 1e-2
        let trained = try recipe.train(silent())
        let untrained = try Self.recipe(steps: 1).train(silent())
        func losses(_ evaluation: Evaluation?) -> [String: Double] {
            Dictionary(
                uniqueKeysWithValues: (evaluation?.metrics ?? []).map { ($0.name, $0.value) })
        }
        let (before, after) = (losses(untrained.evaluation), losses(trained.evaluation))
        for term in EncoderRecipe.usualTerms.keys {
            let (first, last) = (try #require(before[term]), try #require(after[term]))
            #expect(last < 0.9 * first, "\(term): \(first) to \(last)")
        }
    }

    @Test func theControlNeedsNoVideo() throws {
        let trained = try Self.recipe(steps: 2, terms: EncoderRecipe.stillTerms).train(silent())
        #expect(trained.model.configuration.pictures == ["still"])
        #expect(trained.model.configuration.maps.isEmpty)
    }

    @Test func aHeadStartsFromTheTaughtEncoder() throws {
        let taught = try Self.recipe(steps: 1).train(silent()).model
        var recipe = HeadRecipe(data: SmallRecipes.data, encoder: "dense", labels: 2, steps: 1)
        #expect(recipe.head == "linear")
        #expect(recipe.trains == DenseEncoder.parts)
        recipe.trains = []
        let head = try recipe.train(on: taught, silent()).model
        let encoder = try #require(head.encoder as? DenseEncoder)
        #expect(encoder.state.map(\.value) == taught.encoder.state.map(\.value))
    }

    @Test(arguments: [
        ("displaced", -1.0, "terms.displaced"), ("ahead", 1, "terms"), ("frame+0", 1, "terms"),
    ])
    func termsThatDoNotExistAreNamed(_ name: String, _ weight: Double, _ key: String) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Self.recipe(steps: 1, terms: [name: weight]).validate()
        }
        #expect(error.key == key, "\(error)")
    }

    @Test func clipsTooShortForAHorizonAreNamedBeforeTraining() throws {
        var recipe = Self.recipe(steps: 1)
        recipe.motion.horizons = [2...6, 8...400]
        let error = try #require(throws: ClipError.self) { try recipe.train(silent()) }
        #expect("\(error)".contains("401 frames are needed"), "\(error)")
        // Horizons that no term uses ask nothing of the clips.
        recipe.terms = ["displaced": 1]
        #expect(try recipe.train(silent()).steps == 1)
        recipe.terms = ["frame+30": 1]
        #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }
    }
}
