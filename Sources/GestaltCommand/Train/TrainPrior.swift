import ArgumentParser
import GestaltData
import GestaltPrior
import GestaltRecipes
import GestaltTraining

extension VideoPredictorConfiguration.Preset: ExpressibleByArgument {}
extension PriorConfiguration.Attention: ExpressibleByArgument {}

/// `gestalt train prior`
struct TrainPrior: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prior",
        abstract: "Train a transformer that predicts a clip's codes from its first frames.",
        discussion: """
            The tokenizer stays as it is; clips [T, H, W, 3] are encoded once to codes [t, h, w]. \
            The result predicts futures (gestalt predict) and encodes single frames (gestalt train \
            head --encoder prior:hidden:L). Where --model is a predictor, it is trained further: \
            sizes, window and what it is given are its own.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A trained tokenizer, or a predictor to train further.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes and steps: tiny, small or publicBAIR; small without it.")
    var preset: VideoPredictorConfiguration.Preset?
    @Option(help: "How many first frames the prior is given; 1 without it, 0 for none.")
    var given: Int?
    @Flag(help: "Give it the clips' actions, too.") var actions = false
    @Option(help: "full, or sparse: blocks of 32 positions; full without it.")
    var attention: PriorConfiguration.Attention?
    @Option(help: "Share of branch outputs dropped in training.") var dropout: Float?
    @Option(help: "Share of attention probabilities dropped in training.")
    var attentionDropout: Float?
    @Flag(
        inversion: .prefixedNo,
        help: "Hide codes in training, so that a frame alone can be encoded.")
    var codeDropout: Bool?
    @Flag(help: "Compute blocks again for their gradients: less memory, more time.")
    var checkpointing = false
    @Flag(inversion: .prefixedNo, help: "Train on mirror images, too, where there are no actions.")
    var flip: Bool?
    @Option(
        parsing: .upToNextOption,
        help: "Parts of the prior that stay as they are: resnet, positions, blocks.0, …")
    var freeze: [String] = []
    @Option(help: "Frames of a clip; 16 without it.") var window: Int?
    @OptionGroup var steps: StepOptions

    func validate() throws {
        guard training.resume || training.recipe != nil || model != nil else {
            throw ValidationError("--model, the folder of a trained tokenizer, is needed")
        }
        try requirePositive("--window", window)
        if let given, given < 0 {
            throw ValidationError("--given must be 0 or more, not \(given)")
        }
        try requireShare("--dropout", dropout.map(Double.init))
        try requireShare("--attention-dropout", attentionDropout.map(Double.init))
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: PriorRecipe? = try training.given()
            let opened = try beginning(model, settings, recipe: given)
            try requireUndecided(opened)
            return (try recipe(given), opened)
        }
    }

    private func requireUndecided(_ opened: OpenedModel?) throws {
        guard let opened, case .predictor = opened.model else { return }
        try refuse(
            [
                "--preset": preset != nil, "--given": given != nil, "--actions": actions,
                "--attention": attention != nil, "--dropout": dropout != nil,
                "--attention-dropout": attentionDropout != nil,
                "--code-dropout": codeDropout != nil, "--window": window != nil,
            ], because: "\(opened.path) is \(opened.model), which has its own")
    }

    private func recipe(_ start: PriorRecipe?) throws -> PriorRecipe {
        let seed = steps.seed ?? start?.seed ?? 0
        let choice = data.choice(seed: seed, over: start?.data)
        var recipe =
            start
            ?? PriorRecipe(data: choice, preset: preset ?? .small, steps: steps.steps, seed: seed)
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (absolutePath(model), try settings.forRecipe())
        }
        applySizes(to: &recipe)
        if !freeze.isEmpty { recipe.frozen = freeze.map { "prior.\($0)" } }
        if checkpointing { recipe.checkpointing = true }
        if let flip { recipe.flip = flip }
        if let number = steps.steps { recipe.steps = number }
        if let batch = steps.batch { recipe.batch = batch }
        if let learningRate = steps.learningRate { recipe.learningRate = learningRate }
        if let warmUp = steps.warmUp { recipe.warmUpSteps = Int(warmUp * Double(recipe.steps)) }
        if let gradientNorm = steps.gradientNorm { recipe.gradientNorm = gradientNorm }
        return recipe
    }

    private func applySizes(to recipe: inout PriorRecipe) {
        if let preset { recipe.preset = preset }
        if let given { recipe.given = given }
        if actions { recipe.takesActions = true }
        if let attention { recipe.attention = attention }
        if let dropout { recipe.dropout = dropout }
        if let attentionDropout { recipe.attentionDropout = attentionDropout }
        if let codeDropout {
            recipe.codeDropout = codeDropout ? PriorConfiguration.CodeDropout() : nil
        }
        if let window { recipe.window = window }
    }
}
