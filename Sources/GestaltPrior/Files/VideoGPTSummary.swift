import GestaltFiles
import GestaltVQVAE

/// What a state dictionary in VideoGPT's names is made of, by its names and shapes; no weights are
/// read.
public struct VideoGPTSummary: Sendable {
    public let tokenizer: TokenizerConfiguration
    /// Nil for a tokenizer alone.
    public let prior: PriorConfiguration?
    /// Settings that neither shapes nor the checkpoint tell; what depends on them is a guess.
    public let missing: [String]

    /// Nil for a file of something else.
    public init?(_ file: PyTorchFile) {
        let settings = VideoGPTSettings(path: file.path, arguments: file.hyperParameters)
        guard let table = try? TensorTable(file) else { return nil }
        self.init(table, settings)
    }

    /// Nil for a file of something else.
    public init?(_ file: SafeTensorsFile) {
        let stored = file.metadata["hyper_parameters"]
        guard let table = try? TensorTable(file),
            let settings = try? stored.map({ try VideoGPTSettings(path: file.path, json: $0) })
                ?? VideoGPTSettings(path: file.path)
        else { return nil }
        self.init(table, settings)
    }

    private init?(_ table: TensorTable, _ settings: VideoGPTSettings) {
        var sizes = VideoGPTSizes(table, settings)
        // Any error here: the names are those of another model.
        do {
            switch try sizes.content() {
            case .tokenizer:
                tokenizer = try sizes.tokenizer(below: "", latent: nil)
                prior = nil
            case .predictor:
                tokenizer = try sizes.tokenizer(below: "vqvae.", latent: try sizes.latent())
                prior = try sizes.prior(tokenizer)
            }
        } catch {
            return nil
        }
        missing = sizes.missing
    }
}
