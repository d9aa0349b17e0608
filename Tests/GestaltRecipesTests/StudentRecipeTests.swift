import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct StudentRecipeTests {
    static func teacher(
        _ folder: TemporaryFolder, _ name: String = "teacher", seed: UInt64 = 0
    ) throws -> String {
        let path = folder.path(name)
        var recipe = SmallRecipes.unet(steps: 3)
        recipe.seed = seed
        _ = try recipe.train(silent(path))
        return path
    }

    static func recipe(_ teachers: String..., steps: Int) -> StudentRecipe {
        var recipe = StudentRecipe(
            data: SmallRecipes.data, teachers: teachers, labels: 4, steps: steps)
        (recipe.labeledBatch, recipe.optimization.batchSize) = (2, 5)
        recipe.optimization.schedule = .constant
        recipe.optimization.warmUpFraction = nil
        recipe.optimization.averageDecay = 0.9
        recipe.averageShare = 0.5
        recipe.unlabeledAugmentation = .strong
        return recipe
    }

    @Test func aResumedRunHasTheBitsOfAnUninterruptedOne() throws {
        let folder = TemporaryFolder()
        var recipe = Self.recipe(try Self.teacher(folder), steps: 4)
        recipe.averageRamp = 0
        let whole = try recipe.train(silent(folder.path("whole")))
        recipe.steps = 2
        _ = try recipe.train(silent(folder.path("parts")))
        var options = silent()
        options.changes.steps = 4
        let parts = try StudentRecipe.resume(folder.path("parts"), options)
        #expect(parts.model.state.map(\.value) == whole.model.state.map(\.value))
        #expect(try OpenedModel(at: folder.path("whole")).model is UNet)
    }

    @Test func aStudentOfNoStepWouldBeItsTeacher() throws {
        let folder = TemporaryFolder()
        let path = try Self.teacher(folder)
        var recipe = Self.recipe(path, steps: 1)
        recipe.optimization.learningRate = 1e-12
        recipe.optimization.averageDecay = nil
        recipe.averageShare = 0
        let student = try #require(try recipe.train(silent()).model as? UNet)
        let teacher = try UNet(folder: path)
        #expect(difference(student.scores.weight, teacher.scores.weight) < 1e-6)
        recipe.start = "random"
        let other = try #require(try recipe.train(silent()).model as? UNet)
        #expect(other.scores.weight != teacher.scores.weight)
    }

    @Test func weightsOfAnotherModelAreTakenWhereTheyFit() throws {
        let folder = TemporaryFolder()
        let encoder = folder.path("encoder")
        _ = try EncoderRecipeTests.recipe(steps: 1).train(silent(encoder))
        let head = HeadRecipe(
            data: SmallRecipes.data, model: encoder, encoder: "dense", labels: 4, steps: 1)
        _ = try head.train(silent(folder.path("head")))
        var recipe = Self.recipe(folder.path("head"), steps: 1)
        recipe.optimization.learningRate = 1e-12
        recipe.start = encoder
        let student = try #require(try recipe.train(silent()).model as? Segmenter)
        let forecaster = try Forecaster(folder: encoder)
        let dense = try #require(student.encoder as? DenseEncoder)
        #expect(
            difference(
                dense.trunk.down[0].first.convolution.weight,
                forecaster.encoder.trunk.down[0].first.convolution.weight) < 1e-6)
        recipe.start = try Self.teacher(folder)
        #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }
    }

    @Test func slipsAreNamed() throws {
        let folder = TemporaryFolder()
        var recipe = Self.recipe(try Self.teacher(folder), steps: 1)
        func key(_ change: (inout StudentRecipe) -> Void) throws -> String? {
            var changed = recipe
            change(&changed)
            return try #require(throws: ConfigurationError.self) { try changed.train(silent()) }.key
        }
        #expect(try key { $0.labels = 100_000 } == "labels")
        #expect(try key { $0.labels = nil } == "labels")
        #expect(try key { $0.threshold = 2 } == "threshold")
        #expect(
            try key { $0.threshold = ConfidenceThresholds(0.5, classes: [1: 2]) }
                == "threshold.classes.1")
        #expect(
            try key { $0.threshold = ConfidenceThresholds(0.5, classes: [2: 0.5]) } == "threshold")
        #expect(try key { $0.teachers = [] } == "teachers")
        #expect(try key { $0.rounds = 0 } == "rounds")
        #expect(try key { $0.boundaryBand = -1 } == "boundaryBand")
        recipe.labeledBatch = 5
        #expect(throws: ConfigurationError.self) { try recipe.validate() }
    }

    @Test func anotherTeacherIsRefusedOnResumption() throws {
        let folder = TemporaryFolder()
        let recipe = Self.recipe(try Self.teacher(folder), steps: 2)
        _ = try recipe.train(silent(folder.path("run")))
        var options = silent()
        options.changes.steps = 4
        #expect(throws: Never.self) { try StudentRecipe.resume(folder.path("run"), options) }
        var other = silent()
        other.changes.steps = 4
        _ = try UNetRecipe.resume(folder.path("teacher"), other)
        options.changes.steps = 6
        #expect(throws: TrainingError.self) {
            try StudentRecipe.resume(folder.path("run"), options)
        }
    }

    @Test func otherInitialWeightsAreRefusedOnResumption() throws {
        let folder = TemporaryFolder()
        let encoder = folder.path("encoder")
        _ = try EncoderRecipeTests.recipe(steps: 1).train(silent(encoder))
        let head = HeadRecipe(
            data: SmallRecipes.data, model: encoder, encoder: "dense", labels: 4, steps: 1)
        _ = try head.train(silent(folder.path("head")))
        var recipe = Self.recipe(folder.path("head"), steps: 2)
        recipe.start = encoder
        let run = folder.path("run")
        _ = try recipe.train(silent(run))
        let card = String(decoding: folder.bytes(of: "run/README.md"), as: UTF8.self)
        #expect(card.contains("it began with the weights of \(encoder)."), "\(card)")
        var options = silent()
        options.changes.steps = 3
        #expect(throws: Never.self) { try StudentRecipe.resume(run, options) }
        var other = silent()
        other.changes.steps = 2
        _ = try EncoderRecipe.resume(encoder, other)
        options.changes.steps = 4
        let error = #expect(throws: TrainingError.self) { try StudentRecipe.resume(run, options) }
        #expect(
            error
                == .checkpoint(
                    path: run + "/recipe.json", expected: "the initial weights this run began with",
                    found: "others, or the same ones trained further"))
    }

    @Test func theEncoderOfAFrozenTeacherStaysFrozen() throws {
        let folder = TemporaryFolder()
        var random = RandomStream(seed: 4)
        let tokenizer = VQVAE(SmallRecipes.tokenizer(steps: 1).configuration, random: &random)
        _ = try SmallRecipes.head(steps: 1).train(on: tokenizer, silent(folder.path("head")))
        let student = try Self.recipe(folder.path("head"), steps: 2).train(silent()).model
        let encoder = try #require((student as? Segmenter)?.encoder as? TokenizerEncoder)
        #expect(encoder.tokenizer.state.map(\.value) == tokenizer.state.map(\.value))
    }
}

/// The largest absolute difference of two tensors.
private func difference(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Float {
    (a - b).abs().max().scalar
}
