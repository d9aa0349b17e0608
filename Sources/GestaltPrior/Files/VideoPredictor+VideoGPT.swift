import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE

extension VideoPrior {
    /// Takes over the weights of a VideoGPT prior.
    ///
    /// - Parameter table: its state dictionary without the tokenizer, names and layouts as PyTorch
    ///   has them. Mask buffers are ignored.
    /// - Throws: as ``VideoPredictor/load(videoGPT:)``.
    public mutating func load(videoGPT table: TensorTable) throws {
        try KeyMap(videoGPT: configuration).load(table, into: &self)
    }
}

extension VideoPredictor {
    /// Takes over the weights of a VideoGPT prior and of the tokenizer in its file.
    ///
    /// Batch counters and mask buffers are ignored; the codebook counts as initialized.
    /// - Parameter table: its state dictionary, names and layouts as PyTorch has them.
    /// - Throws: `StateMismatch` with everything missing, unexpected or
    ///   mis-shaped, in one report; `FileError` when a tensor cannot be read.
    public mutating func load(videoGPT table: TensorTable) throws {
        try KeyMap(videoGPT: configuration).load(
            table, into: &self, given: ["tokenizer.codebook.isInitialized": Tensor(1)])
    }
}
