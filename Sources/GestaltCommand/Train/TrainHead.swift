import ArgumentParser
import GestaltData
import GestaltSegHeads
import GestaltTraining

extension TokenizerEncoder.Mode: ExpressibleByArgument {}
extension TokenizerEncoder.Source: ExpressibleByArgument {}

/// `gestalt train head`
struct TrainHead: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head", abstract: "Train a segmentation head on the latents of a tokenizer.")

    enum Head: String, ExpressibleByArgument, CaseIterable { case convolutional, linear }

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(
        name: [.customLong("model"), .customLong("tokenizer")],
        help: "The folder of a trained tokenizer.")
    var tokenizer: String?
    @Option(help: "still: the frame alone; clip: the clip around it, later frames too.")
    var mode: TokenizerEncoder.Mode = .still
    @Option(help: "Which latent: features, continuous or quantised.")
    var latent: TokenizerEncoder.Source = .continuous
    @Option(help: "convolutional or linear.") var head: Head = .convolutional
    @Option(help: "Channels of the convolutional head's first stage.") var width = 128
    @Flag(help: "Train the tokenizer's encoder too, at a tenth of the rate.") var unfreeze = false
    @Option(help: "How many labelled frames, spread over the clips; all without it.")
    var labels: Int?
    @Option(help: "1: foreground; 3: background, arm, things.") var classes = 1
    @Option(help: "Steps; 600 with --labels, else 2500.") var steps: Int?
    @Option(help: "Frames a batch.") var batch: Int?
    @Option(name: .customLong("rate"), help: "Highest learning rate.") var learningRate: Double?
    @Option(help: "Seed of everything random.") var seed: UInt64 = 0

    func validate() throws {
        guard training.resume || tokenizer != nil else {
            throw ValidationError("--model, the folder of a trained tokenizer, is needed")
        }
    }

    func run() throws {
        try training.run {
            var recipe = HeadRecipe(
                data: data.choice(seed: seed), tokenizer: tokenizer.map(absolutePath), mode: mode,
                source: latent,
                head: head == .linear ? .linear : .convolutional(width: width), classes: classes,
                labels: labels, steps: steps, seed: seed)
            if unfreeze { recipe.frozen = [] }
            if let batch { recipe.batch = batch }
            if let learningRate { recipe.learningRate = learningRate }
            return recipe
        }
    }
}
