import ArgumentParser
import Foundation
import GestaltTraining

/// `gestalt train`: tokenizers, priors, heads on their latents, U-Nets.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Train a tokenizer, a prior over its codes, a segmentation head, or a U-Net on RGB.",
        discussion: """
            The output folder gets the model (config.json, model.safetensors, README.md), the recipe \
            (recipe.json), checkpoints, log.jsonl and TensorBoard events. Ctrl-C saves a checkpoint; \
            --resume goes on from it.
            """,
        subcommands: [
            TrainTokenizer.self, TrainPrior.self, TrainHead.self, TrainUNet.self,
        ])
}

/// What all trainings are told in the same words.
struct RunArguments: ParsableArguments {
    @Option(help: "The folder for model, checkpoints and logs.", completion: .directory)
    var output: String

    @Flag(help: "Go on with the run in the output folder; all else is read from its recipe.json.")
    var resume = false

    @OptionGroup(title: "Common options") var common: CommonOptions

    /// A resumed run is what its recipe says; other options would be ignored.
    func validate() throws {
        guard resume else { return }
        let allowed = ["--resume", "--output", "--threads", "--quiet"]
        let others = CommandLine.arguments.filter { argument in
            argument.hasPrefix("--") && !allowed.contains(String(argument.prefix { $0 != "=" }))
        }
        guard others.isEmpty else {
            throw ValidationError(
                "--resume takes everything from recipe.json; leave out "
                    + others.joined(separator: ", "))
        }
    }

    var options: RunOptions {
        RunOptions(
            folder: output, resumes: resume, showsProgress: !common.quiet,
            command: "gestalt " + CommandLine.arguments.dropFirst().joined(separator: " "),
            notice: { remark($0) })
    }

    /// Runs a new recipe, or the stored one, and prints how the result was judged.
    func run<R: Recipe>(_ recipe: () throws -> R) throws {
        Interruption.handleSignals()
        let trained = resume ? try R.resume(output, options) : try recipe().train(options)
        print("\(output): \(R.kind), \(trained.steps) steps")
        for reading in trained.evaluation?.readings ?? [] {
            print("  \(reading.name) \(String(format: "%.4f", reading.value))")
        }
    }
}
