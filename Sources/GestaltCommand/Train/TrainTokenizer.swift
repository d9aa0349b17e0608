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
        commandName: "tokenizer", abstract: "Train a video tokenizer on clips.",
        discussion: """
            --quantizer names the map from latents to codes:
              vq[:CODESxWIDTH]          a table that follows the latents as moving averages
              vq[:CODESxWIDTH]:unit     one learned by gradient, of normalized rows; gradient
                                        instead of unit leaves them as they are
              fsq:LEVELS[:symmetric]    rounding to levels, as in fsq:8,5,5,5; no loss
              lfq:BITS                  signs as bits, with entropies as loss, which is
                                        usually negative
            Registered quantizers: \(registered).
            """)

    private static var registered: String {
        Quantizers.registry.all.map { $0.grammar }.joined(separator: "; ")
    }

    @OptionGroup var data: DataOptions
    @OptionGroup var training: RunArguments
    @Option(help: "A tokenizer to train further, or that of a predictor; it keeps its sizes.")
    var model: String?
    @OptionGroup var settings: SettingOptions
    @Option(help: "The kind of tokenizer: vqvae (the default), magvit, or another registered kind.")
    var kind: String?
    @Option(
        help: "Sizes and steps: tiny, small (the default); of vqvae publicBAIR, of magvit bair.")
    var preset: String?
    @Option(
        help: ArgumentHelp(
            "The quantizer: vq, vq:1024x8:unit, fsq:8,5,5,5, lfq:10; by default the preset's.",
            valueName: "name"))
    var quantizer: ComponentName?
    @Option(help: "Frames of a clip; by default the preset's, 16 for vqvae.") var clipLength: Int?
    @OptionGroup var steps: StepOptions
    @OptionGroup var augmentation: AugmentationOptions

    func validate() throws {
        try requirePositive("--clip-length", clipLength)
        guard let quantizer else { return }
        // Sizes that the name leaves out are the tokenizer's, which are not known yet.
        let usual = QuantizerSize(codes: 512, width: 64)
        do {
            _ = try Quantizers.configuration(named: quantizer, usual: usual)
        } catch let error as ConfigurationError {
            throw ValidationError("--quantizer: \(error)")
        }
    }

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
                [
                    "--preset": preset != nil, "--kind": kind != nil,
                    "--quantizer": quantizer != nil,
                ],
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
        recipe.configuration = try quantized(recipe.configuration)
        if let clipLength { recipe.clipLength = clipLength }
        steps.apply(to: &recipe.optimization)
        augmentation.apply(to: &recipe.augmentation)
        return recipe
    }

    /// Returns the configuration with the quantizer of `--quantizer`.
    private func quantized<Configuration: VideoTokenizerConfiguration>(
        _ configuration: Configuration
    ) throws -> Configuration {
        guard let quantizer else { return configuration }
        let found = try Quantizers.configuration(
            named: quantizer, usual: configuration.quantizerSize)
        guard let result = configuration.quantized(by: found) else {
            throw ValidationError(
                "--quantizer: tokenizers of kind \(Configuration.kind) have their own")
        }
        return result
    }
}
