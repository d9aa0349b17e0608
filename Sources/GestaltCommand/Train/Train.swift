import ArgumentParser
import Foundation
import GestaltTraining

/// `gestalt train`: tokenizers, heads on their latents, U-Nets.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a tokenizer, a segmentation head on one, or a U-Net on RGB.",
        discussion: """
            The output folder gets the model (config.json, model.safetensors, README.md), the recipe \
            (recipe.json), checkpoints, log.jsonl and TensorBoard events. Ctrl-C saves a checkpoint; \
            --resume goes on from it.
            """,
        subcommands: [TrainTokenizer.self, TrainHead.self, TrainUNet.self])
}

/// What all trainings are told in the same words.
struct RunArguments: ParsableArguments {
    @Option(help: "The folder for model, checkpoints and logs.")
    var output: String

    @Flag(help: "Go on with the run in the output folder; all else is read from its recipe.json.")
    var resume = false

    var options: RunOptions {
        RunOptions(
            folder: output, resumes: resume,
            command: "gestalt " + CommandLine.arguments.dropFirst().joined(separator: " "))
    }

    /// Runs a new recipe, or the stored one, and prints how the result was judged.
    func run<R: Recipe>(_ recipe: () throws -> R) throws {
        let trained = resume ? try R.resume(output, options) : try recipe().train(options)
        print("\(output): \(R.kind), \(trained.steps) steps")
        for reading in trained.evaluation?.readings ?? [] {
            print("  \(reading.name) \(String(format: "%.4f", reading.value))")
        }
    }
}
