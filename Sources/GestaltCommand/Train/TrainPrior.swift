import ArgumentParser
import GestaltData
import GestaltPrior
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
            head --encoder prior:hidden:L).
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(
        help: "A trained tokenizer, or a predictor to train further: a folder or a checkpoint.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes: tiny, small or publicBAIR.")
    var preset = VideoPredictorConfiguration.Preset.small
    @Option(help: "How many first frames the prior is told; 0 for none.") var given = 1
    @Flag(help: "Tell it the clips' actions, too.") var actions = false
    @Option(help: "full, or sparse: blocks of 32 positions.")
    var attention = PriorConfiguration.Attention.full
    @Option(help: "Share of branch outputs dropped in training.") var dropout: Float?
    @Option(help: "Share of attention probabilities dropped in training.")
    var attentionDropout: Float?
    @Flag(
        inversion: .prefixedNo,
        help: "Hide codes in training, so that a frame alone can be encoded.")
    var codeDropout: Bool?
    @Flag(help: "Compute blocks again for their gradients: less memory, more time.")
    var checkpointing = false
    @Option(
        parsing: .upToNextOption,
        help: "Parts of the prior that stay as they are: resnet, positions, blocks.0, …")
    var freeze: [String] = []
    @Option(help: "Steps; the preset knows a number.") var steps: Int?
    @Option(help: "Clips a batch.") var batch: Int?
    @Option(help: "Frames of a clip.") var window: Int?
    @Option(name: .customLong("rate"), help: "Highest learning rate.") var learningRate: Double?
    @Option(help: "Seed of everything random.") var seed: UInt64 = 0

    func validate() throws {
        guard training.resume || model != nil else {
            throw ValidationError("--model, the folder of a trained tokenizer, is needed")
        }
    }

    func run() throws {
        try training.run {
            var recipe = PriorRecipe(
                data: data.choice(seed: seed), model: model.map(absolutePath), preset: preset,
                steps: steps, seed: seed)
            recipe.settings = try settings.forRecipe()
            recipe.given = given
            recipe.takesActions = actions
            recipe.attention = attention
            recipe.dropout = dropout
            recipe.attentionDropout = attentionDropout
            if let codeDropout {
                recipe.codeDropout = codeDropout ? PriorConfiguration.CodeDropout() : nil
            }
            recipe.frozen = freeze.map { "prior.\($0)" }
            if checkpointing { recipe.checkpointing = true }
            if let batch { recipe.batch = batch }
            if let window { recipe.window = window }
            if let learningRate { recipe.learningRate = learningRate }
            return recipe
        }
    }
}
