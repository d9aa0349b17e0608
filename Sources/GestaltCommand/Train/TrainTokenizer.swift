import ArgumentParser
import GestaltData
import GestaltRecipes
import GestaltTraining
import GestaltVQVAE

extension VQVAEConfiguration.Preset: ExpressibleByArgument {}

/// `gestalt train tokenizer`
struct TrainTokenizer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer", abstract: "Train a video tokenizer (3D VQ-VAE) on clips.")

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A tokenizer to train further, a predictor's too; it has its own sizes.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes and steps: tiny, small or publicBAIR; small without it.")
    var preset: VQVAEConfiguration.Preset?
    @Option(help: "Frames of a clip; 16 without it.") var window: Int?
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions

    func validate() throws { try requirePositive("--window", window) }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: TokenizerRecipe? = try training.given()
            let opened = try beginning(model, settings, recipe: given)
            return (try recipe(given, opened), opened)
        }
    }

    private func recipe(
        _ given: TokenizerRecipe?, _ opened: OpenedModel?
    ) throws -> TokenizerRecipe {
        let seed = steps.seed ?? given?.seed ?? 0
        let choice = data.choice(seed: seed, over: given?.data)
        if let opened {
            try refuse(
                ["--preset": preset != nil],
                because: "\(opened.path) is \(opened.model), which has its own sizes")
        }
        var recipe =
            given
            ?? TokenizerRecipe(
                data: choice, preset: preset ?? .small, steps: steps.steps, seed: seed)
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (absolutePath(model), try settings.forRecipe())
        }
        if given != nil, let preset { recipe.configuration = preset.configuration }
        if let window { recipe.window = window }
        if let number = steps.steps { recipe.steps = number }
        if let batch = steps.batch { recipe.batch = batch }
        if let learningRate = steps.learningRate { recipe.learningRate = learningRate }
        if let warmUp = steps.warmUp { recipe.warmUpSteps = Int(warmUp * Double(recipe.steps)) }
        if let gradientNorm = steps.gradientNorm { recipe.gradientNorm = gradientNorm }
        augmentation.apply(to: &recipe.augmentation)
        return recipe
    }
}
