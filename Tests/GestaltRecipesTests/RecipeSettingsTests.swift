import GestaltData
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining
import GestaltVQVAE
import Testing

/// Recipes made from some of their settings, as rows of a study are.
@Suite struct RecipeSettingsTests {
    private func settings(
        _ kind: String, _ values: [String: JSONTree], labels: Int? = 10
    ) -> RecipeSettings {
        RecipeSettings(kind, data: DataChoice("sample"), labels: labels, seed: 3, values: values)
    }

    private func recipe<R: Recipe>(
        _ values: [String: JSONTree], labels: Int? = 10
    ) throws -> R {
        try #require(try Recipes.recipe(settings(R.kind, values, labels: labels)) as? R)
    }

    @Test func whatIsLeftOutIsUsual() throws {
        let data = DataChoice("sample")
        #expect(try recipe([:]) == UNetRecipe(data: data, labels: 10, seed: 3))
        #expect(
            try recipe(["optimization.steps": 40, "network": "demo"])
                == UNetRecipe(data: data, network: .demo, labels: 10, steps: 40, seed: 3))
        // A study has all settings written down, the augmentation that follows from others, too.
        var head = HeadRecipe(data: data, encoder: "dense", labels: 10, seed: 3)
        head.augmentation = .standard
        #expect(try recipe(["encoder": "dense"]) == head)
        #expect(try recipe([:], labels: nil) == EncoderRecipe(data: data, seed: 3))
        #expect(
            try recipe(["model": "runs/tokenizer"])
                == PriorRecipe(data: data, model: "runs/tokenizer", preset: .small, seed: 3))
        #expect(
            try recipe(["preset": "tiny"])
                == TokenizerRecipe(data: data, preset: .tiny, seed: 3))
    }

    @Test func instanceRecipesAreCompleted() throws {
        let data = DataChoice("sample")
        let usual: InstanceRecipe = try recipe([:])
        #expect(usual == InstanceRecipe(data: data, labels: 10, seed: 3))
        let changed: InstanceRecipe = try recipe([
            "encoder": "dense:8", "head": "query:8:1", "classes": 3, "augmentation": "strong",
            "optimization.steps": 40,
        ])
        var expected = InstanceRecipe(
            data: data, encoder: "dense:8", head: "query:8:1", classes: 3, labels: 10, steps: 40,
            seed: 3)
        expected.augmentation = .strong
        #expect(changed == expected)
        #expect(throws: ConfigurationError.self) { try recipe(["class": 3]) as InstanceRecipe }
    }

    @Test func outlinesSayWhatIsTrainedFromWhat() throws {
        typealias Outline = RecipeOutline
        func outline(_ values: [String: JSONTree]) throws -> Outline {
            try Recipes.recipe(settings("head", values)).outline
        }
        let paper = try outline([
            "encoder": "prior:hidden:2:skips", "model": "runs/prior", "trains": ["resnet"],
        ])
        #expect(paper.initialization == .pretrained && paper.training == .fineTuned)
        #expect(paper.trainedParts == ["resnet"] && paper.pretraining == nil)
        let control = try outline([
            "encoder": "prior:hidden:2", "model": "runs/prior", "initial": "random",
        ])
        #expect(control.initialization == .random && control.training == .frozen)
        #expect(control.pretraining == Outline.Pretraining.none)
        // Without a model its weights are random.
        let dense = try outline(["encoder": "dense"])
        #expect(dense.initialization == .random && dense.training == .fromScratch)
        let position = try outline(["encoder": "position"])
        #expect(position.initialization == Outline.Initialization.none)
        #expect(position.training == Outline.Training.none)
        let student: StudentRecipe = try recipe(["teachers": ["runs/unet"]])
        #expect(student.outline.isStudent && student.outline.training == nil)
        let instances: InstanceRecipe = try recipe(["model": "runs/encoder"])
        #expect(instances.outline.source == "dense" && instances.outline.training == .fineTuned)
        for (terms, pretraining) in [
            ("still", Outline.Pretraining.stillPictures), ("video", .video),
        ] {
            let encoder: EncoderRecipe = try recipe(["terms": .string(terms)])
            #expect(encoder.outline.pretraining == pretraining)
        }
    }

    @Test func keysReplaceAndNestedKeysChange() throws {
        let encoder: EncoderRecipe = try recipe(["terms": ["displaced": 2]])
        #expect(encoder.terms == ["displaced": 2])
        let changed: EncoderRecipe = try recipe(["terms.displaced": 2])
        #expect(changed.terms == EncoderRecipe.usualTerms.merging(["displaced": 2]) { $1 })
        let named: EncoderRecipe = try recipe(["terms": "still,displaced=1"])
        #expect(named.terms == ["still": 1, "displaced": 1])
        let unet: UNetRecipe = try recipe([
            "augmentation": "strong", "augmentation.flip": 0, "optimization.warmUpFraction": nil,
            "optimization.seed": 9,
        ])
        var strong = Augmentation.strong
        strong.flip = 0
        #expect(unet.augmentation == strong && unet.seed == 9)
        #expect(unet.optimization.warmUpFraction == nil)
    }

    @Test func optionalKeysAreLeftOutWhereTheyAreUnknown() throws {
        var settings = settings("prior", ["augmentation": "strong", "optimization.steps": 7])
        settings["model"] = "runs/tokenizer"
        #expect(throws: ConfigurationError.self) { try Recipes.recipe(settings) }
        settings.optional = ["augmentation", "optimization.steps"]
        #expect(try Recipes.recipe(settings).steps == 7)
    }

    /// A kind without usual values, as another package may have it.
    private struct LineRecipe: Recipe {
        static let kind = "line of settings"
        var data: DataChoice
        var optimization: Optimization
        var labels: Int?
        var slope: Double
        var model: String? { nil }
        var settings: [String: String]? { nil }

        func validate() throws {}
        func train(
            from beginning: OpenedModel?, _ options: RunOptions
        ) throws -> Trained<Double> {
            Trained(model: slope, steps: steps, evaluation: nil)
        }
    }

    @Test func aKindWithoutUsualValuesTakesAllOfThem() throws {
        try? Recipes.register(LineRecipe.self)
        let optimization = Optimization(steps: 5, batchSize: 1, learningRate: 1)
        let line: LineRecipe = try recipe([
            "slope": 2, "optimization": try StrictJSON.tree(of: optimization),
        ])
        #expect(line.slope == 2 && line.labels == 10 && line.seed == 3 && line.steps == 5)
        #expect(line.outline.regime == "from scratch")
        #expect(throws: ConfigurationError.self) { try recipe(["slope": 2]) as LineRecipe }
    }
}
