import ArgumentParser
import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltTraining

/// `gestalt train student`
struct TrainStudent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "student",
        abstract: "Train a segmentation model on few labels and on all unlabeled frames.",
        discussion: """
            A teacher, a model trained on the same labels, predicts all frames; its probabilities \
            are averaged over mirror images and over the frames in which a pixel keeps its color, \
            labels are propagated to pixels that keep their color, and the student learns from both. \
            The camera must stand still, or --no-time-average --no-propagate. For another round \
            pass the student as the teacher.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var training: RunArguments
    @Option(
        name: [.customLong("model"), .customLong("teacher")],
        help: "The teacher: a U-Net or a head trained on the labels.")
    var model: String?
    @Option(
        help: ArgumentHelp(
            """
            The student's initial weights: teacher (the default), random, or a model whose weights \
            are taken where they fit, such as the encoder that the teacher began with.
            """, valueName: "teacher|random|model"))
    var start: String?
    @Option(help: "Number of labeled frames, spread over the clips; all by default.")
    var labels: Int?
    @Option(help: "Labeled frames of a batch; 4 of 16 by default.") var labeledBatch: Int?
    @Option(help: "The weight of an unlabeled pixel relative to a labeled one; 1 by default.")
    var unlabeledWeight: Float?
    @Flag(inversion: .prefixedNo, help: "Average the teacher over mirror images.")
    var mirrorAverage: Bool?
    @Flag(
        inversion: .prefixedNo,
        help: "Average the teacher over the frames in which a pixel keeps its color.")
    var timeAverage: Bool?
    @Flag(
        inversion: .prefixedNo,
        help: "Propagate labels within their clip to pixels that keep their color.")
    var propagate: Bool?
    @Option(
        help: """
            Decay of the running average of the weights, below 1, for instance 0.99; the average is \
            the result, too.
            """)
    var averageDecay: Float?
    @Option(help: "Share of the running average in the targets, 0 to 1; 0 by default.")
    var averageShare: Float?
    @Option(help: "Fraction of the steps in which that share rises; 0.5 by default.")
    var averageRamp: Float?
    @Option(
        help: """
            The probability of its class below which an unlabeled pixel counts only --floor; 0, \
            for none, by default.
            """)
    var threshold: Float?
    @Option(help: "The weight of unlabeled pixels below --threshold, 0 to 1; 0 by default.")
    var floor: Float?
    @Option(
        help: ArgumentHelp(
            "Augmentation of unlabeled frames: none, flip, standard (the default) or strong.",
            valueName: "preset"))
    var unlabeledAugment: Augmentation.Preset?
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions

    func validate() throws {
        guard training.resume || training.recipe != nil || model != nil else {
            throw ValidationError("--model, a segmentation model trained on the labels, is needed")
        }
        try requirePositive("--labels", labels)
        try requirePositive("--labeled-batch", labeledBatch)
        for (name, share) in [
            ("--average-decay", averageDecay), ("--average-share", averageShare),
            ("--average-ramp", averageRamp), ("--threshold", threshold), ("--floor", floor),
        ] {
            try requireShare(name, share.map(Double.init))
        }
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: StudentRecipe? = try training.given()
            let opened = try beginning(model, for: .segmentation, recipe: given)
            return (recipe(given), opened)
        }
    }

    private func recipe(_ given: StudentRecipe?) -> StudentRecipe {
        let seed = steps.seed ?? given?.optimization.seed ?? 0
        let choice = masks.applied(to: data.choice(seed: seed, over: given?.data))
        var recipe =
            given ?? StudentRecipe(data: choice, labels: labels, steps: steps.steps, seed: seed)
        recipe.data = choice
        recipe.optimization.seed = seed
        if let model { recipe.model = modelLocation(model, for: .segmentation) }
        if let start {
            recipe.start =
                ["teacher", "random"].contains(start)
                ? start : modelLocation(start, for: .forecast)
        }
        if let labels { recipe.labels = labels }
        applyTargets(to: &recipe)
        if let averageDecay { recipe.optimization.averageDecay = averageDecay }
        steps.apply(to: &recipe.optimization)
        augmentation.apply(to: &recipe.augmentation)
        if let unlabeledAugment { recipe.unlabeledAugmentation = unlabeledAugment.augmentation }
        return recipe
    }

    private func applyTargets(to recipe: inout StudentRecipe) {
        if let labeledBatch { recipe.labeledBatch = labeledBatch }
        if let unlabeledWeight { recipe.unlabeledWeight = unlabeledWeight }
        if let mirrorAverage { recipe.averagesMirrored = mirrorAverage }
        if let timeAverage { recipe.averagesOverTime = timeAverage }
        if let propagate { recipe.propagates = propagate }
        if let averageShare { recipe.averageShare = averageShare }
        if let averageRamp { recipe.averageRamp = averageRamp }
        if let threshold { recipe.threshold = threshold }
        if let floor { recipe.floor = floor }
    }
}
