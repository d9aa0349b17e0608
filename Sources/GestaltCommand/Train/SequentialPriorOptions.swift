import ArgumentParser
import GestaltPrior
import GestaltRecipes

extension PriorConfiguration.Attention: ExpressibleByArgument {}

/// The options of a prior that predicts code after code.
struct SequentialPriorOptions: ParsableArguments, PriorOptions {
    @Option(help: "The number of conditioning frames, from the first; 1 by default, 0 for none.")
    var conditioningFrames: Int?
    @Flag(
        inversion: .prefixedNo,
        help: """
            Also add the last conditioning frame's features to the codes of the same cell: learns \
            faster than by attention alone. The default, except for publicBAIR.
            """)
    var aligned: Bool?
    @OptionGroup var encoder: FrameEncoderOptions
    @Option(
        help: ArgumentHelp(
            """
            Weights of terms: codes, 1 by default; with a dense --encoder also those of train \
            encoder, forecast from its features of the last conditioning frame. 0 turns a term off. The first word may be video, for the terms of train encoder.
            """,
            valueName: "name=weight,…"))
    var terms: ForecastTerms?
    @Flag(help: "Condition it on the clips' actions, too.") var actions = false
    @Option(help: "full (the default), or sparse: blocks of 32 positions.")
    var attention: PriorConfiguration.Attention?
    @Option(help: "Attention dropout probability.")
    var attentionDropout: Float?
    @Flag(
        inversion: .prefixedNo,
        help: "Mask codes in training, so that single frames can be encoded.")
    var codeDropout: Bool?
    @Flag(help: "Recompute activations in the backward pass: less memory, more time.")
    var checkpointing = false
    @Option(
        parsing: .upToNextOption,
        help: "Frozen parts of the prior: positions, blocks.0, …")
    var freeze: [String] = []

    func validate() throws {
        if let conditioningFrames, conditioningFrames < 0 {
            throw ValidationError(
                "--conditioning-frames must be 0 or more, not \(conditioningFrames)")
        }
        try requireShare("--attention-dropout", attentionDropout.map(Double.init))
    }

    var given: [String: Bool] {
        decided.merging([
            "--encoder-rate": encoder.rate != nil, "--terms": terms != nil,
            "--checkpointing": checkpointing, "--freeze": !freeze.isEmpty,
        ]) { $1 }
    }

    var decided: [String: Bool] {
        [
            "--conditioning-frames": conditioningFrames != nil, "--aligned": aligned != nil,
            "--encoder": encoder.source != nil, "--actions": actions,
            "--attention": attention != nil, "--attention-dropout": attentionDropout != nil,
            "--code-dropout": codeDropout != nil,
        ]
    }

    func apply(to recipe: inout PriorRecipe, dropout: Float?) throws {
        if let conditioningFrames {
            recipe.conditioningFrames = conditioningFrames
            if conditioningFrames == 0 { recipe.isAligned = false }
        }
        if let aligned { recipe.isAligned = aligned }
        if actions { recipe.takesActions = true }
        if let attention { recipe.attention = attention }
        if let dropout { recipe.dropout = dropout }
        if let attentionDropout { recipe.attentionDropout = attentionDropout }
        if let codeDropout {
            recipe.codeDropout = codeDropout ? PriorConfiguration.CodeDropout() : nil
        }
        encoder.apply(to: &recipe)
        if let terms { recipe.terms = terms.applied(to: recipe.terms ?? [:]) }
        if !freeze.isEmpty { recipe.frozen = freeze.map { "prior.\($0)" } }
        if checkpointing { recipe.checkpointing = true }
    }
}
