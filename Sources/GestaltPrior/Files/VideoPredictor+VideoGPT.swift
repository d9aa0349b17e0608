import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE

extension VideoPrior {
    /// Loads the weights of a VideoGPT prior.
    ///
    /// - Parameter table: its state dictionary without the tokenizer, in PyTorch's names and
    ///   layouts. Mask buffers are ignored.
    /// - Throws: as ``VideoPredictor/load(videoGPT:)``.
    public mutating func load(videoGPT table: TensorTable) throws {
        try KeyMap(videoGPT: configuration).load(table, into: &self)
    }
}

extension VideoPredictor {
    /// Loads the weights of a VideoGPT prior and of the tokenizer in the same file.
    ///
    /// Batch counters and mask buffers are ignored; the codebook counts as initialized.
    /// - Parameter table: its state dictionary, in PyTorch's names and layouts.
    /// - Throws: `StateMismatch` with all missing, unexpected and mis-shaped entries in one report;
    ///   `FileError` when a tensor cannot be read.
    public mutating func load(videoGPT table: TensorTable) throws {
        try KeyMap(videoGPT: configuration).load(
            table, into: &self, given: ["tokenizer.codebook.isInitialized": Tensor(1)])
    }
}
