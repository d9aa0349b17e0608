import ArgumentParser
import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltVideo

/// The options of training a prior: those of all kinds, and those of each.
struct PriorArguments: ParsableArguments {
    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A trained tokenizer, or a predictor to train further.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "Sizes and steps: tiny, small (the default), or publicBAIR for kind prior.")
    var preset: String?
    @Option(help: "Residual dropout probability.") var dropout: Float?
    @Flag(
        inversion: .prefixedNo, help: "Train on mirror images, too, unless conditioned on actions.")
    var flip: Bool?
    @Option(
        help: """
            Frames of a clip; 16 by default, of a masked prior 17, or the next length that the \
            tokenizer takes.
            """)
    var clipLength: Int?
    @OptionGroup(title: "Kind prior") var sequential: SequentialPriorOptions
    @OptionGroup(title: "Kind masked-prior") var masked: MaskedPriorOptions
    @OptionGroup var steps: StepOptions

    func validate() throws {
        guard training.resume || training.recipe != nil || model != nil else {
            throw ValidationError("--model, the folder of a trained tokenizer, is needed")
        }
        try requirePositive("--clip-length", clipLength)
        try requireShare("--dropout", dropout.map(Double.init))
    }

    /// The options of each kind of prior.
    private var kinds: [any PriorOptions] { [sequential, masked] }

    /// Trains a prior.
    /// - Parameter kind: that of its recipe; nil for that of the run, the recipe or the model.
    func run(kind: String?) throws {
        let opened =
            training.resume
            ? nil : try model.map { try openModel($0, settings.pairs(), for: .tokenizer) }
        let kind = try kind ?? self.kind(opened)
        guard let options = kinds.first(where: { $0.kind == kind }) else {
            throw ValidationError(
                "--kind \(kind): known are \(kinds.map(\.kind).joined(separator: ", "))")
        }
        for other in kinds where other.kind != kind {
            try refuse(other.given, because: "a prior of kind \(kind) does not have them")
        }
        try run(options, opened)
    }

    private func kind(_ opened: OpenedModel?) throws -> String {
        if let opened { return try opened.priorRecipe() }
        if training.resume { return try recipeKind(of: training.output) }
        return try recipeKind(of: training.recipe ?? "")
    }

    private func run<Options: PriorOptions>(_ options: Options, _ given: OpenedModel?) throws {
        try training.run(steps: steps.steps, data: data) {
            let start: Options.Kind? = try training.given()
            let opened = try given ?? beginning(nil, settings, for: .tokenizer, recipe: start)
            if let opened, opened.model is Options.Kind.Model {
                try refuse(
                    options.decided.merging([
                        "--preset": preset != nil, "--dropout": dropout != nil,
                        "--clip-length": clipLength != nil,
                    ]) { $1 }, because: "\(opened.path) is \(opened.model.title), which has its own"
                )
            }
            return (try recipe(options, start, opened), opened)
        }
    }

    private func recipe<Options: PriorOptions>(
        _ options: Options, _ start: Options.Kind?, _ opened: OpenedModel?
    ) throws -> Options.Kind {
        let seed = steps.seed ?? start?.seed ?? 0
        let choice = data.choice(seed: seed, over: start?.data)
        let chosen = try preset.map { text in
            guard let preset = Options.Kind.Preset(rawValue: text) else {
                let known = Options.Kind.Preset.allCases.map(\.rawValue)
                throw ValidationError(
                    "--preset \(text): known are \(known.joined(separator: ", "))")
            }
            return preset
        }
        var recipe =
            start
            ?? Options.Kind(
                data: choice, model: nil, preset: chosen ?? Options.Kind.usualPreset,
                steps: steps.steps, seed: seed)
        if start == nil, let tokenizer = try opened?.tokenizer() {
            recipe.clipLength = tokenizer.configuration.clipLengths.shortest(
                atLeast: recipe.clipLength)
        }
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (
                modelLocation(model, for: .tokenizer), try settings.forRecipe()
            )
        }
        if let chosen { recipe.preset = chosen }
        if let flip { recipe.flip = flip }
        if let clipLength { recipe.clipLength = clipLength }
        try options.apply(to: &recipe, dropout: dropout)
        steps.apply(to: &recipe.optimization)
        return recipe
    }
}

/// The options of one kind of prior.
protocol PriorOptions {
    associatedtype Kind: CodeRecipe
    /// Whether each option is given.
    var given: [String: Bool] { get }
    /// Whether each option is given that a predictor to train further has decided.
    var decided: [String: Bool] { get }
    /// Replaces values of the recipe by those given.
    func apply(to recipe: inout Kind, dropout: Float?) throws
}

extension PriorOptions {
    var kind: String { Kind.kind }
    var decided: [String: Bool] { given }
}
