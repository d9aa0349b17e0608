import ArgumentParser
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt train tokenizer`
struct TrainTokenizer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer", abstract: "Train a video tokenizer on clips.")

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A tokenizer to train further, or that of a predictor; it keeps its sizes.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "The kind of tokenizer: vqvae (the default), or another registered kind.")
    var kind: String?
    @Option(help: "Sizes and steps; for vqvae tiny, small (the default) or publicBAIR.")
    var preset: String?
    @Option(help: "Frames of a clip; 16 by default.") var clipLength: Int?
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions

    func validate() throws { try requirePositive("--clip-length", clipLength) }

    func run() throws {
        let opened =
            training.resume
            ? nil
            : try model.map {
                try openModel($0, settings.pairs(), for: .tokenizer)
            }
        try run(as: try type(for: opened), opened)
    }

    /// Returns the type of tokenizer: of the run to resume, of the recipe, of the model, or of
    /// `--kind`.
    private func type(for opened: OpenedModel?) throws -> any VideoTokenizer.Type {
        if let opened { return Swift.type(of: try opened.tokenizer()) }
        if training.resume { return try tokenizerType(ofRun: training.output) }
        if let recipe = training.recipe { return try tokenizerType(ofRun: recipe) }
        let kind = kind ?? VQVAEConfiguration.kind
        guard let type = ModelKinds.registry[kind] as? any VideoTokenizer.Type else {
            let known = ModelKinds.registry.names.filter {
                ModelKinds.registry[$0] is any VideoTokenizer.Type
            }
            throw ValidationError(
                "--kind \(kind): known are \(known.joined(separator: ", "))")
        }
        return type
    }

    private func run<Tokenizer: VideoTokenizer>(
        as type: Tokenizer.Type, _ opened: OpenedModel?
    ) throws {
        try training.run(steps: steps.steps, data: data) {
            let start: TokenizerRecipe<Tokenizer>? = try training.given()
            let opened = try opened ?? beginning(nil, settings, for: .tokenizer, recipe: start)
            return (try recipe(start, opened), opened)
        }
    }

    private func recipe<Tokenizer: VideoTokenizer>(
        _ start: TokenizerRecipe<Tokenizer>?, _ opened: OpenedModel?
    ) throws -> TokenizerRecipe<Tokenizer> {
        let seed = steps.seed ?? start?.seed ?? 0
        let choice = data.choice(seed: seed, over: start?.data)
        if let opened {
            try refuse(
                ["--preset": preset != nil, "--kind": kind != nil],
                because: "\(opened.path) is \(opened.model.title), which has its own sizes")
        }
        let usual: () throws -> TokenizerRecipe<Tokenizer> = {
            do {
                return try TokenizerRecipe(
                    data: choice, preset: preset, steps: steps.steps, seed: seed)
            } catch let error as ConfigurationError where error.key == "preset" {
                throw ValidationError("--preset: \(error)")
            }
        }
        var recipe = try start ?? usual()
        (recipe.data, recipe.seed) = (choice, seed)
        if let model {
            (recipe.model, recipe.settings) = (
                modelLocation(model, for: .tokenizer), try settings.forRecipe()
            )
        }
        if start != nil, preset != nil { recipe.configuration = try usual().configuration }
        if let clipLength { recipe.clipLength = clipLength }
        steps.apply(to: &recipe.optimization)
        augmentation.apply(to: &recipe.augmentation)
        return recipe
    }
}
