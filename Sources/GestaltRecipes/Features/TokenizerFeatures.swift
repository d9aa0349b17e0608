import GestaltData
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The latents or codes of a tokenizer for whole clips, of a predictor's length.
///
/// A single frame is repeated to one slot of codes, as for heads on still frames.
struct TokenizerFeatures: NamedFeatureSource {
    static let kind = "tokenizer"
    static let forms = [
        FeatureForm(
            "tokenizer[:LATENTS]", "latents of whole clips: continuous (the default),",
            "features, quantized     [B, t, h, w, channels]"),
        FeatureForm("tokenizer:codes", "the codes, int32        [B, t, h, w]"),
    ]
    private static let grammar = "tokenizer[:LATENTS]"
    /// The name of the codes among those of latents.
    private static let codes = "codes"

    private let model: VideoModel
    private let latents: String

    static func validate(_ name: ComponentName) throws {
        var arguments = name.arguments
        _ = arguments.next()
        try arguments.finish("encoder", grammar: grammar)
    }

    init(named name: ComponentName, on model: OpenedModel) throws {
        self.model = try model.video()
        let tokenizer = self.model.tokenizer
        var arguments = name.arguments
        latents = arguments.next() ?? tokenizer.latents[0].name
        let known = tokenizer.latents.map(\.name) + [Self.codes]
        guard known.contains(latents) else {
            throw ModelInputError(
                "encoder", expected: "tokenizer:\(known.joined(separator: "|"))", found: "\(name)")
        }
        try arguments.finish("encoder", grammar: Self.grammar)
    }

    var frameTarget: FrameTarget { model.frameTarget }
    var frameCount: Int? { model.clipPredictor?.clipSizes.frames }

    func features(of input: VideoInput, _ conditions: FeatureConditions) throws -> ClipFeatures {
        let (tokenizer, latents) = (model.tokenizer, latents)
        let (video, remarks) = try clips(input)
        _ = try tokenizer.configuration.latentShape(
            time: video.shape[1], height: video.shape[2], width: video.shape[3])
        return ClipFeatures(
            count: video.shape[0],
            latents == Self.codes
                ? .codes { tokenizer.encode(video[$0..<$0 + 1]) }
                : .numbers { tokenizer.latents(of: video[$0..<$0 + 1], latents, .inference) },
            remarks: remarks)
    }

    private func clips(_ input: VideoInput) throws -> (video: Tensor<Float>, remarks: [String]) {
        let time = model.tokenizer.configuration.clipLengths.frames(ofSlots: 1)
        if input.video.shape[1] == 1, time > 1 {
            let repeated = [Tensor<Float>](repeating: input.video, count: time)
            return (
                concatenated(repeated, axis: 1),
                ["\(input.path): a single frame, repeated \(time) times"]
            )
        }
        guard let frameCount else { return (input.video, []) }
        return (try input.first(frameCount), [])
    }
}
