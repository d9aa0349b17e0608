import ArgumentParser
import Foundation
import GestaltNN
import GestaltPrior
import GestaltVQVAE

/// `gestalt convert`: a model in another spelling.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rewrite a model: VideoGPT's checkpoint to ours, or ours to VideoGPT's.",
        discussion: """
            SOURCE is what --model takes elsewhere: the folder of a model, a PyTorch checkpoint \
            (.ckpt, .pt, .pth) or a safetensors file in VideoGPT's names. With --to gestalt \
            DESTINATION becomes a folder of config.json, model.safetensors and README.md; with --to \
            videogpt a safetensors file in VideoGPT's names and PyTorch's layouts, hyper-parameters \
            as JSON in its metadata. Nothing in a checkpoint is executed.
            """)

    enum Spelling: String, ExpressibleByArgument, CaseIterable { case gestalt, videogpt }

    @Argument(help: "A model.") var source: String
    @Argument(help: "The folder or file to write.") var destination: String
    @Option(help: "gestalt or videogpt.") var to = Spelling.gestalt
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "What a bare checkpoint does not tell: downsample=4,2,2, heads=4, attn_type=sparse, …",
            valueName: "KEY=VALUE"))
    var settings: [String] = []
    @Flag(help: "Write the causal masks too, tokens² numbers a layer.") var withMasks = false

    func validate() throws {
        guard !withMasks || to == .videogpt else {
            throw ValidationError("--with-masks belongs to --to videogpt")
        }
        guard to == .gestalt || destination.lowercased().hasSuffix(".safetensors") else {
            throw ValidationError(
                "--to videogpt writes a file ending in .safetensors, not \(destination)")
        }
    }

    func run() throws {
        let model = try VideoModel(at: source, settings: try pairs(settings))
        switch to {
        case .gestalt:
            guard !FileManager.default.fileExists(atPath: destination + "/config.json") else {
                throw ModelInputError(
                    destination, expected: "a folder without a model", found: "one")
            }
            try model.write(to: destination, card: card(model))
        case .videogpt: try model.write(videoGPT: destination, withMasks: withMasks)
        }
        let kind = model.predictor == nil ? "a tokenizer" : "a tokenizer and its prior"
        print("\(destination): \(kind), \(count(model)) parameters")
    }

    private func count(_ model: VideoModel) -> Int {
        model.predictor?.parameterCount ?? model.tokenizer.parameterCount
    }

    private func card(_ model: VideoModel) -> String {
        """
        # \(model.predictor == nil ? "tokenizer" : "predictor")

        Converted from \(URL(filePath: source).lastPathComponent), \(count(model)) parameters.

        """
    }
}
