import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension VideoPredictor {
    /// Returns a stage of VideoGPT's frame encoder: `[N, n, H, W, 3]` to `[N, n, h, w, channels]`.
    /// - Throws: ``ModelInputError`` for a prior without it.
    public func features(
        of frames: Tensor<Float>, stage: Int
    ) throws(ModelInputError) -> Tensor<Float> {
        guard let resnet = prior.resnet else {
            throw ModelInputError(
                "resnet", expected: "a prior with VideoGPT's frame encoder",
                found: prior.configuration.conditioning.map { $0.encoder.summary }
                    ?? "one without conditioning frames")
        }
        return resnet.stages(frames, .inference)[stage - 1]
    }

    /// Returns the residual stream after `layer` blocks when only the condition is known,
    /// `[N, t, h, w, width]`.
    /// - Parameter query: the substitute for the codes; nil: the masked-token embedding if the
    ///   prior has one, else the start-of-sequence embedding.
    /// - Throws: ``ModelInputError`` for an invalid layer, or a query the prior has no embedding
    ///   for.
    public func features(
        layer: Int, _ condition: PriorCondition, query: VideoPrior.Query? = nil
    ) throws(ModelInputError) -> Tensor<Float> {
        let layers = configuration.prior.layers
        guard (0...layers).contains(layer) else {
            throw ModelInputError(
                "hidden", expected: "a layer from 0 to \(layers)", found: "\(layer)")
        }
        guard query != .hidden || prior.hiddenCode != nil else {
            throw ModelInputError(
                "query", expected: "start or zeros: this prior was trained without code dropout",
                found: "hidden")
        }
        return prior.hidden(
            asking: query ?? prior.usualQuery, layers: [layer], condition, .inference)[0]
    }
}

extension VideoPrior {
    /// The default substitute for unknown codes: the masked-token embedding if the prior has one,
    /// else the start-of-sequence embedding.
    public var usualQuery: Query { hiddenCode == nil ? .start : .hidden }
}
