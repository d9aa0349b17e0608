import ArgumentParser
import GestaltData
import GestaltSegHeads
import GestaltTraining

/// `gestalt train unet`
struct TrainUNet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unet", abstract: "Train a U-Net on RGB frames and their masks.")

    enum Preset: String, ExpressibleByArgument, CaseIterable {
        case yardstick, demo

        var network: UNetConfiguration { self == .yardstick ? .yardstick : .demo }
    }

    @OptionGroup var data: DataOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var training: RunArguments
    @Option(help: "Sizes: yardstick (widths 32 to 256) or demo (16 to 128).")
    var preset: Preset = .yardstick
    @Option(help: "How many labelled frames, spread over the clips; all without it.")
    var labels: Int?
    @Option(help: "Classes with the background, up to 255; 1: foreground against background.")
    var classes = 1
    @Option(help: "Steps; 600 with --labels, else 2500.") var steps: Int?
    @Option(help: "Frames a batch.") var batch: Int?
    @Option(name: .customLong("rate"), help: "Highest learning rate.") var learningRate: Double?
    @Option(help: "Seed of everything random.") var seed: UInt64 = 0

    func run() throws {
        try training.run {
            var network = preset.network
            network.classes = classes
            var recipe = UNetRecipe(
                data: masks.applied(to: data.choice(seed: seed)), network: network, labels: labels,
                steps: steps,
                seed: seed)
            if let batch { recipe.batch = batch }
            if let learningRate { recipe.learningRate = learningRate }
            return recipe
        }
    }
}
