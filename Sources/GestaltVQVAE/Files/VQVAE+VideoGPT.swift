import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor

extension VQVAE {
    /// Takes over the weights of a VideoGPT tokenizer.
    ///
    /// Batch counters are ignored; the codebook counts as initialized, and a configuration without
    /// a `dataVariance` gets VideoGPT's.
    /// - Parameter table: VideoGPT's state dictionary, names and layouts as PyTorch has them; what a
    ///   wrapper put in front of all names is left out where they fit without it.
    /// - Throws: ``StateMismatch`` with everything missing, unexpected or
    ///   mis-shaped, in one report; `FileError` when a tensor cannot be read.
    public mutating func load(videoGPT table: TensorTable) throws {
        try KeyMap(videoGPT: configuration).load(
            table, into: &self, given: ["codebook.isInitialized": Tensor(1)])
        if configuration.dataVariance == nil {
            configuration.dataVariance = VQVAEConfiguration.videoGPTDataVariance
        }
    }

    /// The state under VideoGPT's names and in its layouts, without the batch counters.
    public var videoGPTState: [(key: String, tensor: Tensor<Float>)] {
        KeyMap(videoGPT: configuration).state(of: self)
    }
}
