import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTraining
import GestaltVideo

/// `gestalt publish`: a run's model in a folder for others.
struct Publish: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the model of a finished run for others, with a card of origin and scores.",
        discussion: """
            SOURCE is the folder of a training run. OUTPUT receives the model (config.json, \
            model.safetensors), card.json and README.md: the trainings that led to it with their \
            commands, steps, seeds and minutes, and the scores of the stored weights on the --split \
            of each --data. In the commands paths are reduced to their last component, so that the \
            card names no folders of this machine.
            """)

    @Argument(help: "The folder of a finished training run.", completion: .directory)
    var source: String
    @Option(help: "The full name of the model; by default the name of OUTPUT.")
    var name: String?
    @Option(help: "What the model does, a noun phrase: \"masks of robots\".")
    var about: String
    @Option(
        parsing: .singleValue,
        help: "Data to score the model on, as for evaluate; may be repeated.",
        completion: .file())
    var data: [String] = []
    @Option(help: "train, val or test.") var split: Split = .test
    @Option(help: "The element type of the stored weights: bfloat16 (the default) or float32.")
    var storage: WeightStorage = .bfloat16
    @Option(help: "The folder to write, without a model.", completion: .directory)
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        try OutputFolder.check(output)
        guard !FileManager.default.fileExists(atPath: ModelFolder(output).configurationPath) else {
            throw ModelInputError(output, expected: "a folder without a model", found: "one")
        }
        let progress = common.progress("evaluating", total: 0, unit: "items")
        defer { progress.finish() }
        let publication = Publication(
            of: source, name: name ?? URL(filePath: output).lastPathComponent, about: about,
            storage: storage)
        let card = try publication.write(
            to: output, scoredOn: data.map { DataChoice($0) }, split
        ) { progress.update($0) }
        progress.finish()
        print("\(output): \(card.parameterCount) parameters as \(storage.rawValue)")
        for table in card.scores {
            print("\(table.data), \(table.split), \(table.basis)")
            for metric in table.metrics {
                print("  \(metric.name) \(String(format: "%.4f", metric.value))")
            }
        }
    }
}
