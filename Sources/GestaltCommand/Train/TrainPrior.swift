import ArgumentParser
import GestaltData
import GestaltModels
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
            The tokenizer is frozen; clips [T, H, W, 3] are encoded once to codes [t, h, w]. \
            The result predicts futures (\(Program.name) predict) and encodes single frames \
            (\(Program.name) train head --encoder prior:hidden:L). With --encoder dense the frame encoder has features at \
            every pixel; heads then take dense+prior:hidden:L. It can start from a forecaster, and \
            be trained on its terms together with the codes (--terms). If --model is a predictor, \
            it is trained further and determines sizes, clip length and conditioning.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A trained tokenizer, or a predictor to train further.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes and steps: tiny, small (the default) or publicBAIR.")
    var preset: VideoPredictorConfiguration.Preset?
    @Option(help: "The number of conditioning frames, from the first; 1 by default, 0 for none.")
    var conditioningFrames: Int?
    @Flag(
        inversion: .prefixedNo,
        help: """
            Also add the last conditioning frame's features to the codes of the same cell: learns \
            faster than by attention alone. The default, except for publicBAIR.
            """)
    var aligned: Bool?
    @OptionGroup var encoder: FrameEncoderOptions
    @Option(
        help: ArgumentHelp(
            """
            Weights of terms: codes, 1 by default; with a dense --encoder also those of train \
            encoder, forecast from its features of the last conditioning frame. 0 turns a term off. The first word may be video, for the terms of train encoder.
            """,
            valueName: "name=weight,…"))
    var terms: ForecastTerms?
    @Flag(help: "Condition it on the clips' actions, too.") var actions = false
    @Option(help: "full (the default), or sparse: blocks of 32 positions.")
    var attention: PriorConfiguration.Attention?
    @Option(help: "Residual dropout probability.") var dropout: Float?
    @Option(help: "Attention dropout probability.")
    var attentionDropout: Float?
    @Flag(
        inversion: .prefixedNo,
        help: "Mask codes in training, so that single frames can be encoded.")
    var codeDropout: Bool?
    @Flag(help: "Recompute activations in the backward pass: less memory, more time.")
    var checkpointing = false
    @Flag(
        inversion: .prefixedNo, help: "Train on mirror images, too, unless conditioned on actions.")
    var flip: Bool?
    @Option(
        parsing: .upToNextOption,
        help: "Frozen parts of the prior: positions, blocks.0, …")
    var freeze: [String] = []
    @Option(help: "Frames of a clip; 16 by default.") var clipLength: Int?
    @OptionGroup var steps: StepOptions

    func validate() throws {
        guard training.resume || training.recipe != nil || model != nil else {
            throw ValidationError("--model, the folder of a trained tokenizer, is needed")
        }
        try requirePositive("--clip-length", clipLength)
        if let conditioningFrames, conditioningFrames < 0 {
            throw ValidationError(
                "--conditioning-frames must be 0 or more, not \(conditioningFrames)")
        }
        try requireShare("--dropout", dropout.map(Double.init))
        try requireShare("--attention-dropout", attentionDropout.map(Double.init))
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: PriorRecipe? = try training.given()
            let opened = try beginning(model, settings, for: .tokenizer, recipe: given)
            try requireUndecided(opened)
            return (try recipe(given), opened)
        }
    }

    private func requireUndecided(_ opened: OpenedModel?) throws {
        guard let opened, opened.model is VideoPredictor else { return }
        try refuse(
            [
                "--preset": preset != nil, "--conditioning-frames": conditioningFrames != nil,
                "--aligned": aligned != nil, "--encoder": encoder.source != nil,
                "--actions": actions,
                "--attention": attention != nil, "--dropout": dropout != nil,
                "--attention-dropout": attentionDropout != nil,
                "--code-dropout": codeDropout != nil, "--clip-length": clipLength != nil,
            ], because: "\(opened.path) is \(opened.model.title), which has its own")
    }

    private func recipe(_ start: PriorRecipe?) throws -> PriorRecipe {
        let seed = steps.seed ?? start?.seed ?? 0
        let choice = data.choice(seed: seed, over: start?.data)
        var recipe =
            start
            ?? PriorRecipe(data: choice, preset: preset ?? .small, steps: steps.steps, seed: seed)
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (
                modelLocation(model, for: .tokenizer), try settings.forRecipe()
            )
        }
        applySizes(to: &recipe)
        encoder.apply(to: &recipe)
        if let terms { recipe.terms = terms.applied(to: recipe.terms ?? [:]) }
        if !freeze.isEmpty { recipe.frozen = freeze.map { "prior.\($0)" } }
        if checkpointing { recipe.checkpointing = true }
        if let flip { recipe.flip = flip }
        steps.apply(to: &recipe.optimization)
        return recipe
    }

    private func applySizes(to recipe: inout PriorRecipe) {
        if let preset { recipe.preset = preset }
        if let conditioningFrames {
            recipe.conditioningFrames = conditioningFrames
            if conditioningFrames == 0 { recipe.isAligned = false }
        }
        if let aligned { recipe.isAligned = aligned }
        if actions { recipe.takesActions = true }
        if let attention { recipe.attention = attention }
        if let dropout { recipe.dropout = dropout }
        if let attentionDropout { recipe.attentionDropout = attentionDropout }
        if let codeDropout {
            recipe.codeDropout = codeDropout ? PriorConfiguration.CodeDropout() : nil
        }
        if let clipLength { recipe.clipLength = clipLength }
    }
}
