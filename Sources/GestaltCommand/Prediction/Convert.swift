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
        abstract: "Convert a model: a checkpoint to a folder, or to VideoGPT's format.",
        discussion: """
            SOURCE is a model as for --model: the folder of a model, a training run, a \
            checkpoint of one, a PyTorch checkpoint or a safetensors file in VideoGPT's names. \
            With --to gestalt DESTINATION becomes a folder of config.json, model.safetensors and \
            README.md; with --to videogpt, for tokenizers and predictors, a safetensors file in \
            VideoGPT's names and PyTorch's layouts, hyperparameters as JSON in its metadata. \
            Nothing in a checkpoint is executed.
            """)

    enum Spelling: String, ExpressibleByArgument, CaseIterable { case gestalt, videogpt }

    @Argument(help: "A model.", completion: .file()) var source: String
    @Argument(help: "The folder or file to write.", completion: .file()) var destination: String
    @Option(help: "gestalt or videogpt.") var to = Spelling.gestalt
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
        guard !withMasks || to == .videogpt else {
            throw ValidationError("--with-masks requires --to videogpt")
        }
        guard storage == nil || to == .gestalt else {
            throw ValidationError("--storage is for folders; --to videogpt writes float32")
        }
        guard to == .gestalt || destination.lowercased().hasSuffix(".safetensors") else {
            throw ValidationError(
                "--to videogpt writes a file ending in .safetensors, not \(destination)")
        }
    }

    func run() throws {
        switch to {
        case .gestalt: try OutputFolder.check(destination)
        case .videogpt: try OutputFile.check(destination)
        }
        let opened = try openModel(source, settings.pairs())
        let model = opened.model
        switch to {
        case .gestalt:
            guard !FileManager.default.fileExists(atPath: destination + "/config.json") else {
                throw ModelInputError(
                    destination, expected: "a folder without a model", found: "one")
            }
            try model.write(
                to: destination, storage: storage ?? .float32, card: card(model))
        case .videogpt:
            let video = try opened.video()
            try OutputFile.makeFolder(of: destination)
            try video.write(videoGPT: destination, withMasks: withMasks)
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
