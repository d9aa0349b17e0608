import ArgumentParser
import GestaltData
import GestaltPrior
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
              tokenizer:SOURCE    features, continuous or quantised; H/S × W/S
              resnet:STAGE        the prior's frame encoder; stage 1 is H × W,
                                  2 is H/2 × W/2, 3 and 4 are H/4 × W/4
              resnet:pyramid      the same as resnet:4 --skips
              prior:hidden:LAYER  the prior's stream behind LAYER blocks, told the
                                  frame alone; H/S × W/S for each latent frame
            """)

    enum Head: String, ExpressibleByArgument, CaseIterable { case convolutional, linear }

    @OptionGroup var data: DataOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var training: RunArguments
    @Option(
        name: [.customLong("model"), .customLong("tokenizer")],
        help: "A trained predictor, or a tokenizer for its own latents: a folder or checkpoint.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @OptionGroup var encoder: EncoderOptions
    @Option(help: "convolutional or linear.") var head: Head = .convolutional
    @Option(help: "Channels of the convolutional head's first stage.") var width = 128
    @Option(help: "How many labelled frames, spread over the clips; all without it.")
    var labels: Int?
    @Option(help: "Classes with the background, up to 255; 1: foreground against background.")
    var classes = 1
    @Option(help: "Steps; 600 with --labels, else 2500.") var steps: Int?
    @Option(help: "Frames a batch.") var batch: Int?
    @Option(name: .customLong("rate"), help: "Highest learning rate.") var learningRate: Double?
    @Option(help: "Seed of everything random.") var seed: UInt64 = 0

    func validate() throws {
        guard training.resume || model != nil else {
            throw ValidationError("--model, the folder of a predictor or tokenizer, is needed")
        }
    }

    func run() throws {
        try training.run {
            var recipe = HeadRecipe(
                data: masks.applied(to: data.choice(seed: seed)), model: model.map(absolutePath),
                head: head == .linear ? .linear : .convolutional(width: width), classes: classes,
                labels: labels, steps: steps, seed: seed)
            recipe.settings = try settings.forRecipe()
            try encoder.apply(to: &recipe)
            if let batch { recipe.batch = batch }
            if let learningRate { recipe.learningRate = learningRate }
            return recipe
        }
    }
}
