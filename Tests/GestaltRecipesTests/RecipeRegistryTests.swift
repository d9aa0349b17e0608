import GestaltData
import GestaltIO
import GestaltNN
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import TestSupport
import Testing

/// Runs that are resumed by their folder alone, whatever their kind.
@Suite struct RecipeRegistryTests {
    private static let registration: Void = { try! Recipes.register(LineRecipe.self) }()

    @Test("a recipe of one's own is resumed and extended as a built-in one")
    func ownRecipe() throws {
        _ = Self.registration
        let folder = TemporaryFolder()
        let whole = try LineRecipe(steps: 5).train(silent())
        _ = try LineRecipe(steps: 3).train(silent(folder.path("run")))
        var options = silent()
        options.changes.steps = 5
        let longer = try Recipes.resume(folder.path("run"), options)
        #expect(longer.steps == 5)
        #expect(longer.evaluation == whole.evaluation && whole.evaluation != nil)
        let model = try #require(longer.model as? Sequential)
        #expect(model.state.map(\.value) == whole.model.state.map(\.value))
        #expect(
            try Recipes.recipe(ofRun: folder.path("run")) as? LineRecipe == LineRecipe(steps: 5))
    }

    @Test("the type of a tokenizer's recipe follows the kind of tokenizer in the file")
    func tokenizer() throws {
        let folder = TemporaryFolder()
        let recipe = SmallRecipes.tokenizer(steps: 2)
        _ = try recipe.train(silent(folder.path("run")))
        #expect(
            try Recipes.recipe(ofRun: folder.path("run")) as? TokenizerRecipe<VQVAE> == recipe)
        let resumed = try Recipes.resume(folder.path("run"), silent())
        #expect(resumed.steps == 2 && resumed.model is VQVAE)
    }

    @Test("all recipes of the package are registered, and keep their names")
    func builtIns() throws {
        BuiltIns.register()
        for kind in ["tokenizer", "prior", "encoder", "head", "unet", "student"] {
            #expect(Recipes.registry[kind] != nil, "\(kind)")
        }
        #expect(throws: RegistryError.duplicate(subject: "kind of recipe", name: "unet")) {
            try Recipes.register(UNetRecipe.self)
        }
    }

    @Test("an unknown kind is refused with the file and the known kinds")
    func unknownKind() throws {
        let folder = TemporaryFolder()
        let text = String(decoding: try SmallRecipes.unet(steps: 1).json(), as: UTF8.self)
        let file = folder.write(
            Array(text.replacing("\"unet\"", with: "\"flow\"").utf8), as: "recipe.json")
        let error = #expect(throws: TrainingError.self) {
            try Recipes.resume(folder.path, silent())
        }
        guard case .noRun(let path, let expected, let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == file && found == "“flow”")
        #expect(expected.contains("“tokenizer”, “prior”") && expected.contains("“unet”"))
    }
}

/// A recipe as another package may have it: it fits a line.
private struct LineRecipe: Recipe {
    static let kind = "line"

    var data = DataChoice("sample")
    var optimization: Optimization
    var model: String? { nil }
    var settings: [String: String]? { nil }

    init(steps: Int) {
        optimization = Optimization(steps: steps, batchSize: 16, learningRate: 0.05)
    }

    func validate() throws {}

    func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Sequential> {
        let run = try options.folder.map { try RunFolder($0, resuming: options.resumes) }
        if let run { try AtomicFile.write(json(command: options.command), to: run.recipe) }
        var random = RandomStream(seed: 3)
        let trainer = Trainer(
            model: Sequential([Linear(2, 1, random: &random)]), task: Task(),
            optimizer: SGD(learningRate: 0.05),
            plan: TrainingPlan(steps: steps, schedule: .constant(0.05)), run: run,
            interruption: options.interruption)
        if options.resumes { try trainer.resume() }
        try trainer.train(Self.kind)
        return Trained(
            model: trainer.result, steps: trainer.step, evaluation: trainer.evaluation)
    }

    private struct Task: TrainingTask {
        struct Batches: BatchSource {
            let stepsPerPass = 1
            let stepCount: Int? = nil

            func batch(at step: Int) -> Tensor<Float> {
                var random = RandomStream(seed: 12).split(UInt64(step))
                return random.normal([16, 2])
            }
        }

        let batches = Batches()

        func loss(
            of model: Sequential, on x: Tensor<Float>, _ context: Context
        ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
            let line = x.matmul(Tensor<Float>(shape: [2, 1], scalars: [1, -2]))
            return ((model(x, context) - line).squared().mean(), [])
        }

        func evaluate(_ model: Sequential) throws -> Evaluation? {
            let error = Double(
                try loss(of: model, on: batches.batch(at: 99), .inference).loss.scalar)
            return Evaluation([Metric("error", error)], score: error, largerIsBetter: false)
        }
    }
}
