import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor

extension VQVAE {
    /// Loads the weights of a VideoGPT tokenizer.
    ///
    /// Batch counters are ignored; the codebook counts as initialized, and a configuration without
    /// a `dataVariance` gets VideoGPT's.
    /// - Parameter table: VideoGPT's state dictionary, in PyTorch's names and layouts; a wrapper's
    ///   prefix of all names is removed where they match without it.
    /// - Precondition: the quantizer is VideoGPT's table of moving averages.
    /// - Throws: ``StateMismatch`` with all missing, unexpected and mis-shaped entries in one
    ///   report; `FileError` when a tensor cannot be read.
    public mutating func load(videoGPT table: TensorTable) throws {
        try KeyMap(videoGPT: configuration).load(
            table, into: &self, given: ["codebook.isInitialized": Tensor(1)])
        if configuration.dataVariance == nil {
            configuration.dataVariance = VQVAEConfiguration.videoGPTDataVariance
        }
    }

    /// The state dictionary in VideoGPT's names and layouts, without the batch counters.
    public var videoGPTState: [NamedTensor<Float>] {
        KeyMap(videoGPT: configuration).state(of: self)
    }
}
