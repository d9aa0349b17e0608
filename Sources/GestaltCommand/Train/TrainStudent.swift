import ArgumentParser
import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltTraining

extension LabelSpread: ExpressibleByArgument {}

/// `gestalt train student`
struct TrainStudent: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "student",
        abstract: "Train a segmentation model on few labels and on all unlabeled frames.",
        discussion: """
            A teacher, a model trained on the same labels, predicts all frames; its probabilities \
            are averaged over mirror images and over the frames in which a pixel keeps its color, \
            labels are propagated to pixels that keep their color, and the student learns from both. \
            The camera must stand still, or --no-time-average --propagate none. With --rounds the \
            student of a round is the teacher of the next; OUTPUT/rounds holds the earlier ones.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var masks: LabelOptions
    @OptionGroup var training: RunArguments
    @Option(
        name: [.customLong("model"), .customLong("teacher")], parsing: .singleValue,
        help: """
            The teacher: a U-Net or a head trained on the labels. Repeat for several, whose \
            probabilities are averaged; the student is of the kind of the first.
            """)
    var teachers: [String] = []
    @Option(
        help: ArgumentHelp(
            """
            The student's initial weights: teacher (the default), random, or a model whose weights \
            are taken where they fit, such as the encoder that the teacher began with.
            """, valueName: "teacher|random|model"))
    var start: String?
    @Option(help: "Number of rounds, each of --steps steps; 1 by default.") var rounds: Int?
    @Option(help: "Number of labeled frames, spread over the clips; all by default.")
    var labels: Int?
    @OptionGroup var targets: StudentOptions
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions
    @OptionGroup var mixing: MixingOptions
    @Option(
        help: ArgumentHelp(
            "Augmentation of unlabeled frames: none, flip, standard (the default) or strong.",
            valueName: "preset"))
    var unlabeledAugment: Augmentation.Preset?
    @Option(help: "CutMix of unlabeled frames: its probability, with their pseudo-labels.")
    var unlabeledCutMix: Float?

    func validate() throws {
        guard training.resume || training.recipe != nil || !teachers.isEmpty else {
            throw ValidationError("--model, a segmentation model trained on the labels, is needed")
        }
        try requirePositive("--labels", labels)
        try requirePositive("--rounds", rounds)
        try requireShare("--unlabeled-cut-mix", unlabeledCutMix.map(Double.init))
    }

    func run() throws {
        try training.run(steps: steps.steps, data: data) {
            let given: StudentRecipe? = try training.given()
            let opened = try beginning(teachers.first, for: .segmentation, recipe: given)
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
        if !teachers.isEmpty {
            recipe.teachers = teachers.map { modelLocation($0, for: .segmentation) }
        }
        if let start {
            recipe.start =
                ["teacher", "random"].contains(start)
                ? start : modelLocation(start, for: .forecast)
        }
        if let rounds { recipe.rounds = rounds }
        if let labels { recipe.labels = labels }
        targets.apply(to: &recipe)
        steps.apply(to: &recipe.optimization)
        augmentation.apply(to: &recipe.augmentation)
        mixing.apply(to: &recipe.augmentation)
        if let unlabeledAugment { recipe.unlabeledAugmentation = unlabeledAugment.augmentation }
        if let unlabeledCutMix { recipe.unlabeledAugmentation.cutMix = unlabeledCutMix }
        return recipe
    }
}
