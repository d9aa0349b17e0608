import ArgumentParser
import GestaltData
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining

extension TokenizerEncoder.Mode: ExpressibleByArgument {}
extension VideoPrior.Query: ExpressibleByArgument {}
extension HeadRecipe.Initial: ExpressibleByArgument {}

/// `gestalt train head`
struct TrainHead: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Train a segmentation head on latents of a tokenizer or a predictor.",
        discussion: """
            --encoder is what of --model makes the latents of a frame of H × W pixels. \
            With S the tokenizer's stride in space:
              tokenizer:SOURCE    features, continuous or quantized; H/S × W/S
              resnet:STAGE        the prior's frame encoder; stage 1 is H × W,
                                  2 is H/2 × W/2, 3 and 4 are H/4 × W/4
              resnet:pyramid      the same as resnet:4 --skips
              prior:hidden:LAYER  the prior's stream behind LAYER blocks, given the
                                  frame alone; H/S × W/S for each latent frame
            Where --model is a head, it is trained further: encoder, make and classes are its own.
            """)

    enum Head: String, ExpressibleByArgument, CaseIterable { case convolutional, linear }

    @OptionGroup var data: DataOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var training: RunArguments
    @Option(
        name: [.customLong("model"), .customLong("tokenizer")],
        help: "A trained predictor, or a tokenizer for its own latents; or a head to train further."
    )
    var model: String?
    @OptionGroup var settings: SettingOptions
    @OptionGroup var encoder: EncoderOptions
    @Option(help: "convolutional or linear; convolutional without it.") var head: Head?
    @Option(help: "Channels of the convolutional head's first stage; 128 without it.")
    var width: Int?
    @OptionGroup var labels: SegmentationOptions
    @OptionGroup var steps: StepOptions
    @Option(help: "How likely a picture is mirrored left to right, 0 to 1.") var flip: Float?

    func validate() throws {
        guard training.resume || training.recipe != nil || model != nil else {
            throw ValidationError("--model, the folder of a predictor or tokenizer, is needed")
        }
        try requirePositive("--width", width)
        guard width == nil || head != .linear else {
            throw ValidationError("--width belongs to the convolutional head")
        }
        try requireShare("--flip", flip.map(Double.init))
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: HeadRecipe? = try training.given()
            let opened = try beginning(model, settings, recipe: given)
            return (try recipe(given, opened), opened)
        }
    }

    private func recipe(_ given: HeadRecipe?, _ opened: OpenedModel?) throws -> HeadRecipe {
        let seed = steps.seed ?? given?.seed ?? 0
        let choice = masks.applied(to: data.choice(seed: seed, over: given?.data))
        var recipe =
            given
            ?? HeadRecipe(data: choice, labels: labels.labels, steps: steps.steps, seed: seed)
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (absolutePath(model), try settings.forRecipe())
        }
        if case .segmenter(let segmenter)? = opened?.model {
            var decided = encoder.decidedByHead
            decided.merge([
                "--head": head != nil, "--width": width != nil, "--classes": labels.classes != nil,
            ]) { $1 }
            try refuse(
                decided, because: "\(opened?.path ?? "it") is a head, which has its own")
            recipe.encoder = EncoderChoice(segmenter.configuration.encoder)
        }
        try encoder.apply(to: &recipe)
        if head == .linear { recipe.head = .linear }
        if head == .convolutional || width != nil {
            recipe.head = .convolutional(width: width ?? 128)
        }
        if let classes = labels.classes { recipe.classes = classes }
        if let count = labels.labels { recipe.labels = count }
        if let weightDecay = labels.weightDecay { recipe.weightDecay = weightDecay }
        if let number = steps.steps { recipe.steps = number }
        if let batch = steps.batch { recipe.batch = batch }
        if let learningRate = steps.learningRate { recipe.learningRate = learningRate }
        if let warmUp = steps.warmUp { recipe.warmUpFraction = warmUp }
        if let gradientNorm = steps.gradientNorm { recipe.gradientNorm = gradientNorm }
        if let flip { recipe.flip = flip }
        return recipe
    }
}
