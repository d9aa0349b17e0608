import ArgumentParser
import GestaltData
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining
import GestaltVideo

extension HeadRecipe.Initial: ExpressibleByArgument {}
extension HeadRecipe.ClosedForm: ExpressibleByArgument {}

/// `gestalt train head`
struct TrainHead: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Train a segmentation head on an encoder.",
        discussion: """
            --encoder names the source of the latents of a frame of H × W pixels. With S the \
            tokenizer's stride in space:
              tokenizer[:LATENTS][:clip]  continuous (the default), features or quantized; H/S × W/S
              resnet:STAGE[:skips]        the prior's frame encoder; stage 1 is H × W, 2 is
                                          H/2 × W/2, 3 and 4 are H/4 × W/4
              prior:hidden:LAYER[:query=start|zeros|hidden][:skips][:join]
                                          the prior's stream after LAYER blocks, conditioned on
                                          the frame alone; H/S × W/S for each latent frame
              prior:expect:LAYER:R[…]     the same with the codes that the prior expects,
                                          fed back R times
              prior:samples:LAYER:K       its mean and variance along K sampled futures
              prior:codes:expect[:R], prior:codes:sample[:K]
                                          expected or sampled codes as vectors
              prior:pixels[:K], prior:energy:K
                                          the mean of K sampled futures of any
                                          predictor, or their motion; H × W
              prior:teacher:LAYER         the stream along the true clip, an upper bound
              dense[:WIDTH]               the encoder of a forecaster, or a prior's;
                                          without --model initial weights; H × W
              dense+prior:hidden:LAYER[:query=start|zeros|hidden]
                                          a prior's dense frame encoder, H × W,
                                          joined with the prior's stream as above
              rgb, position[:STRIDE][:frequencies=N], noise:CHANNELS:STRIDE[:seed=N]
                                          controls: the frame itself, position alone, noise
            clip encodes the clip around a frame, later frames included; skips adds the frame \
            encoder's finer stages, join its stage of the latent's size; query is the token in \
            place of unknown codes: hidden, the masked token, where the prior was trained with \
            code dropout, else start. slots=I or slots=I-J keeps some of the prior's latent \
            frames; frames=N gives a prior of several conditioning frames the N last true ones \
            instead of one repeated. temperature=T, top-p=P and seed=N are the options of sampled \
            futures, which are slow: such latents are computed once. Where --model is a head, it \
            is trained further and keeps its encoder and kind.
            The latents of a frozen encoder are computed once as long as images are mirrored at \
            most (--augment flip, the default); any other augmentation runs the encoder on every \
            batch. With clip only flips apply.
            Registered encoders: \(registered).
            """)

    /// The forms of all encoders, those of the program's own included.
    private static var registered: String {
        BuiltIns.register()
        return Encoders.registry.all.map { $0.grammar }.joined(separator: ", ")
    }

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
    @Option(
        help: ArgumentHelp(
            """
            The head: convolutional[:WIDTH] (128 channels by default), linear, joined[:WIDTH] \
            (32), which scores the finest grid joined with the coarser ones, enlarged, \
            transposed[:WIDTH] (128), unet[:WIDTH] (64), attentive[:WIDTH] (64), a query for every \
            pixel, or flatten[:WIDTH] (128), linear layers with a bottleneck.
            """,
            valueName: "name"))
    var head: ComponentName?
    @Option(
        help: """
            Compute a linear head on frozen latents in closed form, without training steps: ridge \
            or logistic regression; the penalty is chosen by cross-validation over clips.
            """)
    var closedForm: HeadRecipe.ClosedForm?
    @OptionGroup var labels: SegmentationOptions
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions
    @OptionGroup var mixing: MixingOptions

    func validate() throws {
        let needsModel =
            encoder.encoder.map { Encoders.known($0)?.needsModel ?? true } ?? true
        guard training.resume || training.recipe != nil || model != nil || !needsModel else {
            throw ValidationError("--model, the folder of a predictor or tokenizer, is needed")
        }
        if let head {
            do {
                _ = try Heads.configuration(named: head)
            } catch {
                throw ValidationError("\(error)".replacing("“head”", with: "--head"))
            }
        }
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: HeadRecipe? = try training.given()
            let opened = try beginning(model, settings, for: use(given), recipe: given)
            return (try recipe(given, opened), opened)
        }
    }

    /// The purpose of the model: its latents.
    private func use(_ given: HeadRecipe?) -> ModelUse {
        ModelUse(latents: encoder.encoder ?? given?.encoder ?? HeadRecipe.usualEncoder)
    }

    private func recipe(_ given: HeadRecipe?, _ opened: OpenedModel?) throws -> HeadRecipe {
        let seed = steps.seed ?? given?.seed ?? 0
        let choice = masks.applied(to: data.choice(seed: seed, over: given?.data))
        var recipe =
            given
            ?? HeadRecipe(data: choice, labels: labels.labels, steps: steps.steps, seed: seed)
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (
                modelLocation(model, for: use(given)), try settings.forRecipe()
            )
        }
        if let segmenter = opened?.model as? Segmenter {
            var decided = encoder.decidedByHead
            decided.merge([
                "--head": head != nil, "--classes": labels.classes != nil,
            ]) { $1 }
            try refuse(
                decided, because: "\(opened?.path ?? "it") is a head, which has its own")
            recipe.encoder = segmenter.encoder.name
            if given == nil {
                recipe.trains = HeadRecipe.trainedParts(of: type(of: segmenter.encoder))
            }
        }
        try encoder.apply(to: &recipe)
        if let head { recipe.head = head }
        try applyClosedForm(to: &recipe)
        if let classes = labels.classes { recipe.classes = classes }
        if let count = labels.labels { recipe.labels = count }
        if let weightDecay = labels.weightDecay { recipe.optimization.weightDecay = weightDecay }
        steps.apply(to: &recipe.optimization)
        // After the trained parts, on which the default depends.
        var changed = recipe.augmentation
        augmentation.apply(to: &changed)
        mixing.apply(to: &changed)
        if changed != recipe.augmentation { recipe.augmentation = changed }
        return recipe
    }

    /// Applies `--closed-form`, with its own defaults: a linear head on a frozen encoder.
    /// - Throws: `ValidationError` for options of training steps, where there are none.
    private func applyClosedForm(to recipe: inout HeadRecipe) throws {
        if let closedForm {
            recipe.closedForm = closedForm
            if head == nil { recipe.head = "linear" }
            // Of a dense encoder the trunk trains by default.
            if encoder.unfreeze == nil { recipe.trains = [] }
        }
        if recipe.closedForm != nil {
            try refuse(
                [
                    "--steps": steps.steps != nil, "--batch": steps.batch != nil,
                    "--rate": steps.learningRate != nil, "--warm-up": steps.warmUp != nil,
                    "--gradient-norm": steps.gradientNorm != nil,
                    "--weight-decay": labels.weightDecay != nil,
                ], because: "a head that is fitted has no training steps")
        }
    }
}
