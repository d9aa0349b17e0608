import GestaltFiles
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// What a video model knows about clips, by name: `resnet:K`, `hidden:L`, `continuous`, `codes`, …
public enum FeatureSource: Sendable, Equatable, CustomStringConvertible {
    /// What group K of the frame encoder gives, 1 to 4: `[B, n, h, w, channels]`.
    case resnet(stage: Int)
    /// The prior's residual stream behind L blocks, told the frames alone: `[B, t, h, w, width]`.
    case hidden(layer: Int)
    /// The features of the tokenizer's encoder: `[B, t, h, w, hidden]`.
    case features
    /// The tokenizer's latents before they become codes: `[B, t, h, w, embedding]`.
    case continuous
    /// The tokenizer's codes: `[B, t, h, w]`.
    case ids
    /// The rows of the codes: `[B, t, h, w, embedding]`.
    case codes
    /// The clip that the prior predicts: `[B, T, H, W, 3]` in 0…1.
    case forecast

    /// - Parameter text: `resnet` (the last stage), `resnet:K`, `hidden:L`, `features`, `continuous`,
    ///   `ids`, `codes` or `forecast`; the words of encoders, `tokenizer:features`,
    ///   `tokenizer:continuous`, `tokenizer:quantized`, `prior:hidden:L`; nil for anything else.
    public init?(_ text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("prior", 3) where parts[1] == "hidden": parts.removeFirst()
        case ("tokenizer", 2) where ["features", "continuous"].contains(parts[1]):
            parts.removeFirst()
        case ("tokenizer", 2) where parts[1] == "quantized": parts = ["codes"]
        default: break
        }
        switch (parts[0], parts.count) {
        case ("features", 1): self = .features
        case ("continuous", 1): self = .continuous
        case ("resnet", 1): self = .resnet(stage: 4)
        case ("resnet", 2):
            guard let stage = Int(parts[1]), (1...4).contains(stage) else { return nil }
            self = .resnet(stage: stage)
        case ("hidden", 2):
            guard let layer = Int(parts[1]), layer >= 0 else { return nil }
            self = .hidden(layer: layer)
        case ("ids", 1): self = .ids
        case ("codes", 1): self = .codes
        case ("forecast", 1): self = .forecast
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .resnet(let stage): "resnet:\(stage)"
        case .hidden(let layer): "hidden:\(layer)"
        case .features: "features"
        case .continuous: "continuous"
        case .ids: "ids"
        case .codes: "codes"
        case .forecast: "forecast"
        }
    }

    /// Whether it needs whole clips, not their first frames alone.
    public var needsClips: Bool {
        [.features, .continuous, .ids, .codes].contains(self)
    }
}

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
