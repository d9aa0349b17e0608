import ArgumentParser
import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltTraining

/// `gestalt train encoder`
struct TrainEncoder: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encoder",
        abstract: "Pre-train a dense encoder on unlabeled video.",
        discussion: """
            From single frames the encoder forecasts what the motion of each clip reveals; the \
            camera must not move. \(Program.name) train head --encoder dense then segments with it. \
            The terms of the loss, with their weights unless --terms changes them:
              background=1           picture: the clip's median over time
              differs-from-median=1  map: what is not background now
              displaced=1            map: what comes or goes for good at some time
              will-change-1=1        map: what changes in 8 to 14 frames (0: in 2 to 6 frames)
              frame+4=0.5            picture: the frame four frames later; any number
              moving-foreground      map: what is not background now, without its shadow
              displaced-foreground   map: of what is displaced, the objects without the ground
              still                  picture: the frame, of which half is blanked; a control \
            that needs no video
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A forecaster to train further.") var model: String?
    @Option(help: "Channels at full size; 32 by default, as in the baseline U-Net.")
    var width: Int?
    @Option(
        help: ArgumentHelp(
            """
            Weights of terms, 0 for none; the others keep theirs. The first word may be video, for \
            the terms above, or still, for the control alone.
            """,
            valueName: "name=weight,…"))
    var terms: ForecastTerms?
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions

    func validate() throws { try requirePositive("--width", width) }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: EncoderRecipe? = try training.given()
            let opened = try beginning(model, for: .forecast, recipe: given)
            return (try recipe(given, opened), opened)
        }
    }

    private func recipe(_ given: EncoderRecipe?, _ opened: OpenedModel?) throws -> EncoderRecipe {
        let seed = steps.seed ?? given?.optimization.seed ?? 0
        let choice = data.choice(seed: seed, over: given?.data)
        var recipe = given ?? EncoderRecipe(data: choice, steps: steps.steps, seed: seed)
        recipe.data = choice
        recipe.optimization.seed = seed
        if let opened {
            try refuse(
                ["--width": width != nil],
                because: "\(opened.path) is \(opened.model.title), which has its own")
            if let model { recipe.model = modelLocation(model, for: .forecast) }
        }
        if let width { recipe.width = width }
        if let terms {
            recipe.terms = terms.applied(to: recipe.terms)
        }
        steps.apply(to: &recipe.optimization)
        augmentation.apply(to: &recipe.augmentation)
        // Targets are a frame's own: the mixing of a preset does not apply.
        (recipe.augmentation.cutMix, recipe.augmentation.copyPaste) = (0, 0)
        return recipe
    }
}
