import ArgumentParser
import GestaltMAGVIT
import GestaltPrior
import GestaltVideo

extension MaskSchedule: ExpressibleByArgument {}

/// The options of drawing clips; a model refuses those that it does not have.
struct DrawOptions: ParsableArguments {
    @Option(
        help: "Above 0, 1 by default; values below 1 favor likely codes, --greedy is the limit.",
        transform: positiveFraction)
    var temperature: Float?
    @Option(help: "Sample from the K most likely codes.", transform: positive) var topK: Int?
    @Option(
        help: "Sample from the most likely codes with this total probability.",
        transform: positiveShare)
    var topP: Float?
    @Option(
        help: """
            Samples drawn at once; 8 by default, of a masked prior 1: in a larger batch its \
            samples may differ by rounding.
            """, transform: positive)
    var batch: Int?
    @Flag(help: "Always take the most likely code; one sample. Not for masked priors.")
    var greedy = false
    @Option(
        help: "Draw N samples per clip and keep the most likely. Not for masked priors.",
        transform: positive)
    var bestOf: Int?
    @Option(
        help: """
            Frames of the result; more than a clip has are predicted window by window. Not \
            for masked priors.
            """, transform: positive)
    var length: Int?
    @Flag(
        help: """
            Store weights and cache as bfloat16: faster, logits to about two digits. Not for \
            masked priors.
            """)
    var bfloat16 = false
    @Option(help: "Passes of a masked prior; 12 by default.", transform: positive)
    var steps: Int?
    @Option(
        help: """
            The share of codes still unknown after a step of a masked prior: cosine, uniform, \
            pow2, exp.
            """)
    var schedule: MaskSchedule?
    @Option(
        help: """
            Noise on the choice of the codes that a step of a masked prior keeps, falling to 0; 4.5 \
            by default.
            """)
    var confidenceNoise: Float?
    @Option(
        help: """
            The weight of the condition of a masked prior that was trained for it; 0 by default.
            """)
    var guidance: Float?

    /// The flags for the library's names.
    static let flags = [
        "temperature": "--temperature", "topK": "--top-k", "topP": "--top-p",
        "batch": "--batch", "greedy": "--greedy", "bestOf": "--best-of", "length": "--length",
        "bfloat16": "--bfloat16", "steps": "--steps", "schedule": "--schedule",
        "confidenceNoise": "--confidence-noise", "guidance": "--guidance",
    ]

    /// The options as the library takes them: those that are given.
    var chosen: PredictionOptions {
        var options = PredictionOptions()
        options.set(.temperature, to: temperature)
        options.set(.topK, to: topK)
        options.set(.topP, to: topP)
        options.set(.batch, to: batch)
        options.set(.greedy, to: greedy ? true : nil)
        options.set(.bestOf, to: bestOf)
        options.set(.length, to: length)
        options.set(.bfloat16, to: bfloat16 ? true : nil)
        options.set(.steps, to: steps)
        options.set(.schedule, to: schedule)
        options.set(.confidenceNoise, to: confidenceNoise)
        options.set(.guidance, to: guidance)
        return options
    }

    func validate() throws {
        guard length == nil || bestOf == nil else {
            throw ValidationError("--length and --best-of exclude each other")
        }
        guard !greedy || bestOf == nil else {
            throw ValidationError("--greedy yields one sample: all would be the same")
        }
        guard !greedy || (temperature == nil && topK == nil && topP == nil) else {
            throw ValidationError(
                "--greedy takes the most likely code; leave out --temperature, --top-k and --top-p"
            )
        }
    }
}
