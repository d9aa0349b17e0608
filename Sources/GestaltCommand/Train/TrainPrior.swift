import ArgumentParser
import GestaltRecipes

/// `gestalt train prior`
struct TrainPrior: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prior",
        abstract: "Train a transformer that predicts a clip's codes from its first frames.",
        discussion: """
            The tokenizer is frozen; clips [T, H, W, 3] are encoded once to codes [t, h, w]. \
            The result predicts futures (\(Program.name) predict) and encodes single frames \
            (\(Program.name) train head --encoder prior:hidden:L, or magvit:hidden:L).
            The kind follows from the model: prior, code after code, for vqvae; masked-prior, all \
            codes at once in a few passes, for magvit. --kind selects another.
            With --encoder dense the frame encoder of kind prior has features at every pixel; heads \
            then take dense+prior:hidden:L. It can start from a forecaster, and be trained on its \
            terms together with the codes (--terms). If --model is a predictor, it is trained \
            further and determines kind, sizes, clip length and conditioning.
            """)

    @Option(help: "The kind: prior or masked-prior; by default that of the model.")
    var kind: String?
    @OptionGroup var arguments: PriorArguments

    func run() throws { try arguments.run(kind: kind) }
}

/// `gestalt train masked-prior`: `train prior --kind masked-prior`.
struct TrainMaskedPrior: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "masked-prior",
        abstract: "Train a transformer that fills in the masked codes of a clip.",
        discussion: """
            The same as train prior --kind masked-prior, which is the default for a tokenizer of \
            kind magvit.
            """)

    @OptionGroup var arguments: PriorArguments

    func run() throws { try arguments.run(kind: MaskedPriorRecipe.kind) }
}
