import ArgumentParser
import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining
import GestaltVideo

/// `gestalt train instances`
struct TrainInstances: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instances",
        abstract: "Train a model that segments objects separately, one mask each.",
        discussion: """
            Ids in masks number objects, as in robot-push records; masks in files need \
            --instances. --classes K counts the background: ids from K − 1 on are one class, so \
            that 3 separates arm and objects of robot-push, and 2, the default, has one class of \
            objects.
            --head query:QUERIES:BLOCKS has learned queries, each of which claims one object \
            (16 queries and 3 blocks by default; a picture can have no more objects than queries); \
            embedding:CHANNELS clusters embeddings of pixels.
            --encoder is one of single frames, see 'train head'; by default dense, the U-Net's \
            trunk, from initial weights, or from those of --model: a forecaster, a U-Net. Where \
            --model is an instance model, it is trained further and keeps its encoder and head.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var training: RunArguments
    @Option(help: "The model of the encoder, or an instance model to train further.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @OptionGroup var encoder: EncoderOptions
    @Option(
        help: ArgumentHelp(
            "The head: query[:QUERIES[:BLOCKS]] or embedding[:CHANNELS].", valueName: "name"))
    var head: ComponentName?
    @OptionGroup var labels: SegmentationOptions
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions
    @OptionGroup var mixing: MixingOptions

    func validate() throws {
        guard let head else { return }
        do {
            _ = try InstanceHeads.configuration(named: head)
        } catch {
            throw ValidationError("\(error)".replacing("“head”", with: "--head"))
        }
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: InstanceRecipe? = try training.given()
            let opened = try beginning(model, settings, for: use(given), recipe: given)
            return (try recipe(given, opened), opened)
        }
    }

    /// The purpose of the model: its latents.
    private func use(_ given: InstanceRecipe?) -> ModelUse {
        ModelUse(latents: encoder.encoder ?? given?.encoder ?? InstanceRecipe.usualEncoder)
    }

    private func recipe(
        _ given: InstanceRecipe?, _ opened: OpenedModel?
    ) throws -> InstanceRecipe {
        let seed = steps.seed ?? given?.seed ?? 0
        let choice = masks.applied(to: data.choice(seed: seed, over: given?.data))
        var recipe =
            given
            ?? InstanceRecipe(data: choice, labels: labels.labels, steps: steps.steps, seed: seed)
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (
                modelLocation(model, for: use(given)), try settings.forRecipe()
            )
        }
        if let earlier = opened?.model as? InstanceSegmenter {
            var decided = encoder.decidedByHead
            decided.merge(["--head": head != nil, "--classes": labels.classes != nil]) { $1 }
            try refuse(
                decided,
                because: "\(opened?.path ?? "it") is \(earlier.title), which has its own")
            recipe.choose(earlier.encoder.name)
        }
        try encoder.apply(to: &recipe)
        if let head { recipe.head = head }
        if let classes = labels.classes { recipe.classes = classes }
        if let count = labels.labels { recipe.labels = count }
        if let weightDecay = labels.weightDecay { recipe.optimization.weightDecay = weightDecay }
        steps.apply(to: &recipe.optimization)
        augmentation.apply(to: &recipe.augmentation)
        mixing.apply(to: &recipe.augmentation)
        return recipe
    }
}
