import Foundation
import GestaltFiles
import GestaltModels
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension VideoModel {
    /// Writes the model's folder.
    /// - Throws: as `StoredModel.write(to:storage:card:)`.
    public func write(to path: String, card: String? = nil) throws {
        try stored.write(to: path, card: card)
    }

    /// Writes a safetensors file in VideoGPT's names and layouts, with its hyperparameters as a
    /// JSON object under `hyper_parameters` in the metadata.
    ///
    /// Batch counters are written as 0. The embedding of a masked token is omitted, since VideoGPT
    /// has none; only training and queries without codes use it.
    /// - Parameter withMasks: whether to write the causal masks of full attention: strict loading
    ///   in the original requires them, and they hold tokens² elements.
    /// - Throws: ``VideoGPTError/unknownModel(path:expected:found:)`` for a prior with actions
    ///   or aligned features, another frame encoder or another quantizer, which VideoGPT does not
    ///   support; `FileError` when the file cannot be written.
    public func write(videoGPT path: String, withMasks: Bool = false) throws {
        try requireVideoGPT(path)
        guard let vqvae = tokenizer as? VQVAE, stored is VQVAE || stored is VideoPredictor else {
            throw VideoGPTError.unknownModel(
                path: path, expected: "a model that VideoGPT knows", found: stored.title)
        }
        let (names, state) = namesAndState(vqvae)
        let values = Dictionary(uniqueKeysWithValues: state.map { ($0.name, $0.tensor) })
        var tensors: [(name: String, tensor: AnyTensor)] = []
        for entry in names.entries {
            if let tensor = values[entry.key] {
                tensors.append((entry.key, .float32(tensor)))
                continue
            }
            switch entry.filler {
            case .batchCounter: tensors.append((entry.key, .int64(Tensor(Int64(0)))))
            case .causalMask(let tokens):
                if withMasks { tensors.append((entry.key, .float32(causalMask(tokens)))) }
            }
        }
        let json = try JSONSerialization.data(
            withJSONObject: hyperParameters(vqvae.configuration),
            options: [.sortedKeys, .withoutEscapingSlashes])
        try SafeTensors.write(
            tensors,
            metadata: [
                "format": "pt", "hyper_parameters": String(decoding: json, as: UTF8.self),
            ], to: path)
    }

    /// - Throws: ``VideoGPTError/unknownModel(path:expected:found:)`` for a model with a choice
    ///   that VideoGPT does not support.
    private func requireVideoGPT(_ path: String) throws(VideoGPTError) {
        let prior = predictor?.configuration.prior
        let extensions = [
            ("a prior conditioned on actions", prior?.actionWidth != nil),
            ("a prior with aligned features", prior?.conditioning?.isAligned ?? false),
            (
                "a prior with a frame encoder of another kind",
                prior?.conditioning.map { !($0.encoder is FrameEncoderConfiguration) } ?? false
            ),
            (
                "a tokenizer with a quantizer of another kind",
                (tokenizer as? VQVAE)?.configuration.quantizer != nil
            ),
        ]
        if let (found, _) = extensions.first(where: \.1) {
            throw .unknownModel(
                path: path, expected: "a model that VideoGPT knows", found: found)
        }
    }

    private func namesAndState(_ vqvae: VQVAE) -> (names: KeyMap, state: [NamedTensor<Float>]) {
        guard let predictor else {
            let names = KeyMap(videoGPT: vqvae.configuration)
            return (names, names.state(of: vqvae))
        }
        let names = KeyMap(videoGPT: predictor.configuration)
        return (names, names.state(of: predictor))
    }

    /// Returns the sizes under the names of VideoGPT's programs.
    func hyperParameters(_ tokenizer: VQVAEConfiguration) -> [String: Any] {
        var result: [String: Any] = [
            "embedding_dim": tokenizer.embeddingWidth, "n_codes": tokenizer.codeCount,
            "n_hiddens": tokenizer.hiddenChannels, "n_res_layers": tokenizer.blocks,
            "downsample": tokenizer.strides.array,
        ]
        guard let configuration = predictor?.configuration else { return result }
        let prior = configuration.prior
        result["sequence_length"] = configuration.clipLength
        result["resolution"] = configuration.frameHeight
        result["hidden_dim"] = prior.width
        result["heads"] = prior.heads
        result["layers"] = prior.layers
        result["attn_type"] = prior.attention.rawValue
        result["dropout"] = Double("\(prior.dropout)")
        result["attn_dropout"] = Double("\(prior.attentionDropout)")
        result["n_cond_frames"] = prior.conditioning?.frames ?? 0
        result["class_cond"] = prior.classes != nil
        result["class_cond_dim"] = prior.classes ?? NSNull()
        return result
    }
}

/// Returns a lower triangle of ones.
private func causalMask(_ tokens: Int) -> Tensor<Float> {
    Tensor(uninitialized: [tokens, tokens]) { mask in
        for row in 0..<tokens {
            for column in 0..<tokens { mask[row * tokens + column] = column <= row ? 1 : 0 }
        }
    }
}
