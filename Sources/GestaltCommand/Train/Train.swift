import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltRecipes
import GestaltTraining

/// `gestalt train`: tokenizers, priors, encoders, segmentation models.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a tokenizer, a prior over its codes, an encoder, or a segmentation model.",
        discussion: """
            The output folder receives the model (config.json, model.safetensors, README.md), \
            the recipe (recipe.json), checkpoints, log.jsonl and TensorBoard events. Ctrl-C, \
            SIGTERM or a closed terminal save a checkpoint. train resume FOLDER, or --resume, \
            continues from it; with --steps it extends a run, even a finished one: the learning \
            rate is then that of a run of N steps from the step reached onward. The memory of a \
            run is estimated first, and a run that cannot fit is refused.
            """,
        subcommands: [
            TrainTokenizer.self, TrainPrior.self, TrainMaskedPrior.self, TrainEncoder.self,
            TrainHead.self, TrainUNet.self, TrainInstances.self, TrainStudent.self,
            TrainResume.self,
        ])
}

/// Whether an option was typed, for those that have a default.
func isTyped(_ name: String) -> Bool {
    CommandLine.arguments.contains { $0 == name || $0.hasPrefix(name + "=") }
}

/// Refuses options that would have no effect.
/// - Throws: `ValidationError` for those of `names` that were typed.
func refuse(_ names: [String], _ reason: String) throws(ValidationError) {
    let typed = names.filter(isTyped)
    guard typed.isEmpty else {
        throw ValidationError("\(typed.joined(separator: ", ")): \(reason)")
    }
}

/// Options of a session of a run, which its recipe does not contain: checkpoints by time, memory.
struct RunLimits: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The maximum time between checkpoints; 0 for steps alone.",
            valueName: "minutes"))
    var checkpointMinutes = 10.0

    @Flag(help: "Run even if the estimated memory exceeds the available memory.")
    var ignoreMemory = false

    func validate() throws {
        guard checkpointMinutes >= 0, checkpointMinutes <= 1e6 else {
            throw ValidationError(
                "--checkpoint-minutes must be 0 or more, not \(checkpointMinutes)")
        }
    }

    /// Returns the options of a run by this command.
    func options(folder: String, resumes: Bool, quiet: Bool) -> RunOptions {
        var options = RunOptions(
            folder: folder, resumes: resumes, showsProgress: !quiet,
            command: "\(Program.name) " + CommandLine.arguments.dropFirst().joined(separator: " "),
            notice: { remark($0) })
        options.checkpointPeriod =
            checkpointMinutes > 0 ? .milliseconds(Int64(checkpointMinutes * 60_000)) : nil
        options.refusesBeyondMemory = !ignoreMemory
        return options
    }
}

/// Options of a run: output, resumption, checkpoints, memory.
struct RunArguments: ParsableArguments {
    @Option(help: "The folder for model, checkpoints and logs.", completion: .directory)
    var output: String

    @Flag(
        help: """
            Resume the run in the output folder, which is described by its recipe.json. --steps \
            may change the number of steps, --data the location of the same clips.
            """)
    var resume = false

    @Option(
        help: ArgumentHelp(
            "Start from a run's recipe, its recipe.json or its folder; other options override it.",
            valueName: "file"))
    var recipe: String?

    @OptionGroup var limits: RunLimits

    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        guard resume else { return }
        // A resumed run follows its recipe; other options would be ignored.
        let allowed = [
            "--resume", "--output", "--steps", "--data", "--checkpoint-minutes", "--ignore-memory",
            "--threads", "--quiet",
        ]
        let others = CommandLine.arguments.filter { argument in
            argument.hasPrefix("--") && !allowed.contains(String(argument.prefix { $0 != "=" }))
        }
        guard others.isEmpty else {
            throw ValidationError(
                "--resume takes everything else from recipe.json; leave out "
                    + others.joined(separator: ", "))
        }
    }

    private var options: RunOptions {
        limits.options(folder: output, resumes: resume, quiet: common.quiet)
    }

    /// Returns the recipe of `--recipe`; nil without it.
    func given<R: Recipe>() throws -> R? {
        guard let recipe else { return nil }
        return try recipe.hasSuffix(".json") ? R(file: recipe) : R(run: recipe)
    }

    /// Runs a new recipe, or resumes the stored one, and prints its evaluation.
    func run<R: Recipe>(
        steps: Int?, data: DataOptions, _ start: () throws -> (recipe: R, model: OpenedModel?)
    ) throws {
        Interruption.handleSignals()
        var options = options
        let trained: Trained<R.Model>
        if resume {
            options.changes = RunChanges(
                steps: steps, data: isTyped("--data") ? data.choice().location : nil)
            trained = try R.resume(output, options)
        } else {
            try RunFolder.requireFree(output)
            let (recipe, model) = try start()
            trained = try recipe.train(from: model, options)
        }
        printResult(output, R.kind, trained.steps, trained.evaluation)
    }
}

/// Prints the steps and the metrics of a finished run.
func printResult(_ folder: String, _ kind: String, _ steps: Int, _ evaluation: Evaluation?) {
    print("\(folder): \(kind), \(steps) steps")
    for metric in evaluation?.metrics ?? [] {
        print("  \(metric.name) \(String(format: "%.4f", metric.value))")
    }
}

extension DataOptions {
    /// Returns the training data: the typed options, or those of a recipe that was passed.
    func choice(seed: UInt64, over given: DataChoice?) -> DataChoice {
        var choice = choice(seed: seed)
        guard let given, !isTyped("--data") else { return choice }
        if choice == (try? DataOptions.parse([]))?.choice(seed: seed) { return given }
        choice.location = given.location
        choice.evaluation = given.evaluation
        return choice
    }
}

/// Opens the initial model: that of `--model`, or of a recipe that was passed.
/// - Parameter use: the purpose, which selects a model where the name of a set is passed.
func beginning(
    _ model: String?, _ settings: SettingOptions? = nil, for use: ModelUse,
    recipe: (some Recipe)?
) throws -> OpenedModel? {
    if let model { return try openModel(model, try settings?.pairs() ?? [:], for: use) }
    guard let recipe, let path = recipe.model else { return nil }
    return try openModel(path, recipe.settings ?? [:], for: use)
}

/// - Throws: `ValidationError` for options that the model determines.
func refuse(_ given: [String: Bool], because reason: String) throws {
    let names = given.filter(\.value).keys.sorted()
    guard names.isEmpty else {
        throw ValidationError("leave out \(names.joined(separator: ", ")): \(reason)")
    }
}
