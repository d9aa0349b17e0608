import ArgumentParser
import Foundation
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

extension WeightStorage: ExpressibleByArgument {}

/// `gestalt convert`: conversion of a model to another format.
struct Convert: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert a model: a checkpoint to a folder, or to another program's format.",
        discussion: """
            SOURCE is a model as for --model: the folder of a model, a training run, a \
            checkpoint of one, a PyTorch checkpoint or a safetensors file in the names of VideoGPT \
            or magvit2-pytorch. \
            With --to gestalt DESTINATION becomes a folder of config.json, model.safetensors and \
            README.md; with --to videogpt, for tokenizers and predictors, a safetensors file in \
            VideoGPT's names and PyTorch's layouts, hyperparameters as JSON in its metadata; with \
            --to magvit2, for tokenizers of kind magvit2, one in the names of magvit2-pytorch. \
            Nothing in a checkpoint is executed.
            """)

    private static let own = "gestalt"
    private static let videoGPT = "videogpt"

    @Argument(help: "A model.", completion: .file()) var source: String
    @Argument(help: "The folder or file to write.", completion: .file()) var destination: String
    @Option(help: "gestalt, videogpt, magvit2 or another registered format.") var to = "gestalt"
    @OptionGroup var settings: SettingOptions
    @Option(
        help: """
            The element type of the weights in a folder: float32 (the default), or bfloat16 for half \
            the bytes, which rounds matrices and kernels to about three digits.
            """)
    var storage: WeightStorage?
    @Flag(help: "Write the causal masks, too: tokens² values per layer.") var withMasks = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        BuiltIns.register()
        guard to == Self.own || CheckpointFormats.registry[to] != nil else {
            let known = [Self.own] + CheckpointFormats.registry.names
            throw ValidationError("--to \(to): known are \(known.joined(separator: ", "))")
        }
        guard !withMasks || to == Self.videoGPT else {
            throw ValidationError("--with-masks requires --to videogpt")
        }
        guard storage == nil || to == Self.own else {
            throw ValidationError("--storage is for folders; --to \(to) writes float32")
        }
        guard to == Self.own || destination.lowercased().hasSuffix(".safetensors") else {
            throw ValidationError(
                "--to \(to) writes a file ending in .safetensors, not \(destination)")
        }
    }

    func run() throws {
        let isFolder = to == Self.own
        try isFolder ? OutputFolder.check(destination) : OutputFile.check(destination)
        let opened = try openModel(source, settings.pairs())
        let model = opened.model
        if isFolder {
            guard !FileManager.default.fileExists(atPath: destination + "/config.json") else {
                throw ModelInputError(
                    destination, expected: "a folder without a model", found: "one")
            }
            try model.write(
                to: destination, storage: storage ?? .float32, card: card(model))
        } else {
            try OutputFile.makeFolder(of: destination)
            if withMasks {
                try opened.video().write(videoGPT: destination, withMasks: true)
            } else {
                do {
                    try CheckpointFormats.registry.entry(named: to).write(model, to: destination)
                } catch var error as ModelMismatch {
                    error.path = opened.path
                    throw error
                }
            }
        }
        print("\(destination): \(model.title), \(model.parameterCount) parameters")
    }

    private func card(_ model: any StoredModel) -> String {
        """
        # \(model.kind)

        Converted from \(URL(filePath: source).lastPathComponent), \(model.parameterCount) parameters.

        """
    }
}
