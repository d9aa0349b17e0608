import ArgumentParser
import GestaltData
import GestaltMAGVIT
import GestaltModels
import GestaltRecipes
import GestaltTraining
import GestaltVideo

extension MaskedPredictorConfiguration.Preset: ExpressibleByArgument {}
extension MaskCondition.Mode: ExpressibleByArgument {}

/// `gestalt train masked-prior`
struct TrainMaskedPrior: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "masked-prior",
        abstract: "Train a transformer that fills in the masked codes of a clip.",
        discussion: """
            The tokenizer is frozen; clips [T, H, W, 3] are encoded once to codes [t, h, w]. \
            The result predicts futures from a first frame in a few passes over all codes \
            (\(Program.name) predict). --condition selects what masked codes hold of the first frame:
              still   the codes of the clip if nothing moved, in every slice (the default)
              prefix  nothing; the first slice is given
              commit  in the first slice the code of the still clip, to be refined; for tokenizers
                      whose first slice mixes frames
              none    nothing, no slice is given
            If --model is a masked predictor, it is trained further and determines sizes, clip \
            length and condition.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A trained tokenizer, or a masked predictor to train further.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes and steps: tiny or small (the default).")
    var preset: MaskedPredictorConfiguration.Preset?
    @Option(help: "still (the default), prefix, commit or none.")
    var condition: MaskCondition.Mode?
    @Option(help: "Dropout probability; 0.1 by default.") var dropout: Float?
    @Option(
        help: "The share of clips learned without condition, for --guidance; 0 by default.")
    var unconditionalShare: Double?
    @Flag(inversion: .prefixedNo, help: "Train on mirror images, too; the default.")
    var flip: Bool?
    @Option(help: "Frames of a clip; by default 17, or the next length that the tokenizer takes.")
    var clipLength: Int?
    @OptionGroup var steps: StepOptions

    func validate() throws {
        guard training.resume || training.recipe != nil || model != nil else {
            throw ValidationError("--model, the folder of a trained tokenizer, is needed")
        }
        try requirePositive("--clip-length", clipLength)
        try requireShare("--dropout", dropout.map(Double.init))
        if let unconditionalShare, !(0...1).contains(unconditionalShare) {
            throw ValidationError(
                "--unconditional-share must be from 0 to 1, not \(unconditionalShare)")
        }
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: MaskedPriorRecipe? = try training.given()
            let opened = try beginning(model, settings, for: .tokenizer, recipe: given)
            if let opened, opened.model is MaskedPredictor {
                try refuse(
                    [
                        "--preset": preset != nil, "--condition": condition != nil,
                        "--dropout": dropout != nil, "--clip-length": clipLength != nil,
                        "--unconditional-share": unconditionalShare != nil,
                    ], because: "\(opened.path) is \(opened.model.title), which has its own")
            }
            return (try recipe(given, opened), opened)
        }
    }

    private func recipe(
        _ start: MaskedPriorRecipe?, _ opened: OpenedModel?
    ) throws -> MaskedPriorRecipe {
        let seed = steps.seed ?? start?.seed ?? 0
        let choice = data.choice(seed: seed, over: start?.data)
        var recipe =
            start
            ?? MaskedPriorRecipe(
                data: choice, preset: preset ?? .small, steps: steps.steps, seed: seed)
        if start == nil, let tokenizer = try opened?.tokenizer() {
            recipe.clipLength = tokenizer.configuration.clipLengths.shortest(
                atLeast: recipe.clipLength)
        }
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (
                modelLocation(model, for: .tokenizer), try settings.forRecipe()
            )
        }
        if let preset { recipe.preset = preset }
        if let condition { recipe.condition = condition }
        if let dropout { recipe.dropout = dropout }
        if let unconditionalShare { recipe.unconditionalShare = unconditionalShare }
        if let flip { recipe.flip = flip }
        if let clipLength { recipe.clipLength = clipLength }
        steps.apply(to: &recipe.optimization)
        return recipe
    }
}
