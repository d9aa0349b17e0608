import GestaltFiles
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension VideoPredictor {
    /// What the frame encoder gives: `[N, n, H, W, 3]` to `[N, n, h, w, channels]`.
    /// - Throws: ``ModelInputError`` for a prior without frames.
    public func features(
        of frames: Tensor<Float>, stage: Int
    ) throws(ModelInputError) -> Tensor<Float> {
        guard let resnet = prior.resnet else {
            throw ModelInputError(
                "resnet", expected: "a prior that is told frames", found: "one that is not")
        }
        return resnet.stages(frames, .inference)[stage - 1]
    }

    /// The residual stream behind `layer` blocks when only the condition is known,
    /// `[N, t, h, w, width]`.
    /// - Parameter query: what stands for the codes; nil: the hidden code's vector where there is
    ///   one, else the start vector.
    /// - Throws: ``ModelInputError`` for a layer there is not, or a query the prior has no vector for.
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
    /// What stands for unknown codes unless told otherwise: the vector of a hidden code where there
    /// is one, else the start vector.
    public var usualQuery: Query { hiddenCode == nil ? .start : .hidden }
}
