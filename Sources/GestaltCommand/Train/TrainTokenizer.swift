import ArgumentParser
import GestaltData
import GestaltTraining
import GestaltVQVAE

extension TokenizerConfiguration.Preset: ExpressibleByArgument {}

/// `gestalt train tokenizer`
struct TrainTokenizer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer", abstract: "Train a video tokenizer (3D VQ-VAE) on clips.")

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A tokenizer to train further: a folder or a checkpoint; it has its own sizes.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes: tiny, small or publicBAIR.") var preset = TokenizerConfiguration.Preset
        .small
    @Option(help: "Steps; the preset knows a number.") var steps: Int?
    @Option(help: "Clips a batch.") var batch: Int?
    @Option(help: "Frames of a clip.") var window: Int?
    @Option(name: .customLong("rate"), help: "Highest learning rate.") var learningRate: Double?
    @Option(help: "Seed of everything random.") var seed: UInt64 = 0

    func run() throws {
        try training.run {
            var recipe = TokenizerRecipe(
                data: data.choice(seed: seed), preset: preset, steps: steps, seed: seed)
            recipe.model = model.map(absolutePath)
            recipe.settings = try settings.forRecipe()
            if let batch { recipe.batch = batch }
            if let window { recipe.window = window }
            if let learningRate { recipe.learningRate = learningRate }
            return recipe
        }
    }
}
