import GestaltData
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// A stage of the frame encoder of a prior, applied to the conditioning frames.
struct FrameEncoderFeatures: NamedFeatureSource {
    static let kind = "resnet"
    static let isConditioned = true
    static let forms = [
        FeatureForm(
            "resnet:K", "stage K, 1…4, of the prior's frame encoder on the",
            "conditioning frames     [B, n, h, w, channels]")
    ]

    private let predictor: VideoPredictor
    private let stage: Int

    static func validate(_ name: ComponentName) throws { _ = try stage(name) }

    init(named name: ComponentName, on model: OpenedModel) throws {
        predictor = try model.predictor()
        stage = try Self.stage(name)
    }

    private static func stage(_ name: ComponentName) throws(ModelInputError) -> Int {
        var arguments = name.arguments
        guard let stage = arguments.number(in: 1...4), arguments.isEmpty else {
            throw .predictorSource(name)
        }
        return stage
    }

    var frameTarget: FrameTarget { predictor.frameTarget }
    var frameCount: Int? { predictor.configuration.prior.conditioning?.frames }

    func features(of input: VideoInput, _ conditions: FeatureConditions) throws -> ClipFeatures {
        let (predictor, stage) = (predictor, stage)
        guard let frames = try PredictionInputs(predictor, input, conditions).frames else {
            throw ModelInputError("frames", expected: "a prior of frames", found: "none")
        }
        return ClipFeatures(of: frames) { try predictor.features(of: $0, stage: stage) }
    }
}

extension ModelInputError {
    /// The error of a name that is not one of a predictor's features.
    static func predictorSource(_ name: ComponentName) -> ModelInputError {
        ModelInputError(
            "encoder",
            expected: "resnet:1…4, prior:forecast or prior:hidden:LAYER[:query=start|zeros|hidden]",
            found: "\(name)")
    }
}
