import GestaltModels
import GestaltPrior
import GestaltVideo

extension PriorConfiguration {
    /// Checks that a single frame alone determines the hidden states after a layer.
    ///
    /// - Returns: the size in pixels of a cell of the latent, and the conditioning.
    /// - Throws: `ConfigurationError` with a key below `sizes` or `source`.
    func validateHidden(
        layer: Int, query: VideoPrior.Query
    ) throws(ConfigurationError) -> (stride: Int, frames: FrameConditioning) {
        func check(
            _ holds: Bool, _ key: String, _ expected: String, _ found: Any
        ) throws(ConfigurationError) {
            guard holds else { throw .invalid(key, expected: expected, found: found) }
        }
        do { try validate() } catch { throw error.below("sizes") }
        guard let frames = conditioning else {
            throw .invalid(
                "sizes.conditioning", expected: "frames, which a latent is computed from",
                found: "none")
        }
        try check(classes == nil, "sizes.classes", "none: a frame has no class", classes ?? 0)
        try check(
            actionWidth == nil, "sizes.actionWidth", "none: a frame has no actions",
            actionWidth ?? 0)
        let stride = frames.height / latent.height
        try check(
            stride.nonzeroBitCount == 1 && stride * latent.height == frames.height
                && stride * latent.width == frames.width, "sizes.latent",
            "frames of \(frames.height) × \(frames.width) by one power of two", latent)
        try check(
            (0...layers).contains(layer), "source.layer", "0 to the prior's \(layers)", layer)
        try check(
            query != .hidden || codeDropout != nil, "source.query",
            "start or zeros: the prior has no masked token", query)
        return (stride, frames)
    }
}

extension FrameConditioning {
    /// - Throws: `ConfigurationError` under `source.frames` for more frames than the prior is
    ///   conditioned on.
    func validate(given: Int?) throws(ConfigurationError) {
        guard let given else { return }
        guard (1...frames).contains(given) else {
            throw .invalid(
                "source.frames", expected: "1 to \(frames), the prior's conditioning frames",
                found: given)
        }
    }
}

extension VideoPredictor {
    /// The model that a name of a source in a predictor is applied to.
    /// - Throws: `ModelMismatch` for another model, or none.
    init(held model: (any StoredModel)?) throws(ModelMismatch) {
        guard let predictor = model as? VideoPredictor else {
            throw ModelMismatch(needed: .predictor, found: model?.title ?? "not given")
        }
        self = predictor
    }
}
