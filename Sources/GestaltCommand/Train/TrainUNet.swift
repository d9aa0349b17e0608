import ArgumentParser
import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining

/// `gestalt train unet`
struct TrainUNet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unet", abstract: "Train a U-Net on RGB frames and their masks.")

    enum Preset: String, ExpressibleByArgument, CaseIterable {
        case baseline, demo

        var network: UNetConfiguration { self == .baseline ? .baseline : .demo }
    }

    @OptionGroup var data: DataOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A U-Net to train further; it determines sizes and classes.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes: baseline (widths 32 to 256; the default) or demo (16 to 128).")
    var preset: Preset?
    @OptionGroup var labels: SegmentationOptions
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions
    @OptionGroup var mixing: MixingOptions

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: UNetRecipe? = try training.given()
            let opened = try beginning(model, settings, for: .segmentation, recipe: given)
            return (try recipe(given, opened), opened)
        }
    }

    private func recipe(_ given: UNetRecipe?, _ opened: OpenedModel?) throws -> UNetRecipe {
        let seed = steps.seed ?? given?.seed ?? 0
        let choice = masks.applied(to: data.choice(seed: seed, over: given?.data))
        var recipe =
            given
            ?? UNetRecipe(data: choice, labels: labels.labels, steps: steps.steps, seed: seed)
        (recipe.data, recipe.seed) = (choice, seed)
        if let opened {
            try refuse(
                ["--preset": preset != nil, "--classes": labels.classes != nil],
                because: "\(opened.path) is \(opened.model.title), which has its own")
            if let model {
                (recipe.model, recipe.settings) = (modelLocation(model, for: .segmentation), nil)
            }
        }
        if let preset {
            let classes = recipe.network.classes
            recipe.network = preset.network
            recipe.network.classes = classes
        }
        if let classes = labels.classes { recipe.network.classes = classes }
        if let count = labels.labels { recipe.labels = count }
        if let weightDecay = labels.weightDecay { recipe.optimization.weightDecay = weightDecay }
        steps.apply(to: &recipe.optimization)
        augmentation.apply(to: &recipe.augmentation)
        mixing.apply(to: &recipe.augmentation)
        return recipe
    }
}
