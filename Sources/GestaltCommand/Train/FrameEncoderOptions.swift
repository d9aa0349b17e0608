import ArgumentParser
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltRecipes

/// The frame encoder of a prior: a new one, or one that is pre-trained.
struct FrameEncoderOptions: ParsableArguments {
    @Option(
        name: .customLong("encoder"),
        help: ArgumentHelp(
            """
            The frame encoder: resnet[:WIDTH], VideoGPT's (the default); dense[:WIDTH], with \
            features at every pixel; or a forecaster (\(Program.name) train encoder) or a \
            predictor with a dense frame encoder, to start from its weights.
            """,
            valueName: "name or path"))
    var source: Source?
    @Option(
        name: .customLong("encoder-rate"),
        help: ArgumentHelp(
            "The factor on the learning rate of the frame encoder; 1 by default, 0 freezes it.",
            valueName: "factor"))
    var rate: Double?

    /// A name whose first word is a registered kind, or else the path of a model.
    enum Source: ExpressibleByArgument {
        case name(ComponentName)
        case model(String)

        init?(argument: String) {
            BuiltIns.register()
            if let name = ComponentName(argument), FrameNetworks.registry[name.kind] != nil {
                self = .name(name)
            } else {
                guard !argument.isEmpty else { return nil }
                self = .model(argument)
            }
        }
    }

    func validate() throws { try requireShare("--encoder-rate", rate) }

    func apply(to recipe: inout PriorRecipe) {
        switch source {
        case .name(let name): (recipe.encoder, recipe.encoderModel) = (name, nil)
        case .model(let path):
            (recipe.encoder, recipe.encoderModel) = (nil, modelLocation(path, for: .forecast))
        case nil: break
        }
        if let rate { recipe.encoderRate = rate }
    }
}
