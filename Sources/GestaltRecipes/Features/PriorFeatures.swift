import GestaltData
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The activations of a prior, or its likeliest forecast, from the conditioning frames.
struct PriorFeatures: NamedFeatureSource {
    static let kind = "prior"
    static let isConditioned = true
    static let forms = [
        FeatureForm(
            "prior:hidden:L[:query=start|zeros|hidden]",
            "the prior after L blocks, conditioned on the",
            "first frames alone      [B, t, h, w, width]"),
        FeatureForm(
            "prior:forecast", "the likeliest future,", "0…1                     [B, T, H, W, 3]"
        ),
    ]

    private enum Place {
        /// The residual stream after `layer` blocks.
        case hidden(layer: Int, query: VideoPrior.Query?)
        case forecast
    }

    private let predictor: VideoPredictor
    private let place: Place

    /// Names that are an encoder's alone, such as `prior:samples:2:4`, are left to it.
    static func accepts(_ name: ComponentName) -> Bool {
        guard (try? place(name)) == nil, let encoder = try? Encoders.type(of: name) else {
            return true
        }
        return (try? encoder.validate(name)) == nil
    }

    static func validate(_ name: ComponentName) throws { _ = try place(name) }

    init(named name: ComponentName, on model: OpenedModel) throws {
        predictor = try model.predictor()
        place = try Self.place(name)
    }

    private static func place(_ name: ComponentName) throws(ModelInputError) -> Place {
        var arguments = name.arguments
        let text = arguments.option("query")
        let query = text.flatMap(VideoPrior.Query.init(rawValue:))
        var place: Place?
        switch arguments.next() {
        case "forecast": place = .forecast
        case "hidden":
            place = arguments.number(in: 0...1024).map { .hidden(layer: $0, query: query) }
        default: break
        }
        guard let place, text == nil || query != nil, arguments.isEmpty else {
            throw .predictorSource(name)
        }
        return place
    }

    var frameTarget: FrameTarget { predictor.frameTarget }
    var frameCount: Int? { predictor.configuration.prior.conditioning?.frames }

    func features(of input: VideoInput, _ conditions: FeatureConditions) throws -> ClipFeatures {
        let predictor = predictor
        let clips = try PredictionInputs(predictor, input, conditions)
        switch place {
        case .hidden(let layer, let query):
            return ClipFeatures(
                count: clips.count,
                .numbers { clip in
                    let condition = clips.condition(of: clip, predictor)
                    return try predictor.features(layer: layer, condition, query: query)
                })
        case .forecast:
            let sampler = VideoSampler(predictor, batch: 1)
            return ClipFeatures(
                count: clips.count,
                .numbers { clip in
                    let codes = try sampler.codes(
                        clips.condition(of: clip, predictor), options: .greedy,
                        random: RandomStream(seed: 0)
                    ) { _ in try conditions.checkpoint() }
                    return sampler.decoded(codes).video.squeezed(axis: 0)
                })
        }
    }
}
