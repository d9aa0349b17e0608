import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// A ``DenseEncoder`` with a linear layer that forecasts, at every pixel of a frame, what its video
/// shows: pictures, such as the static background or a later frame, and maps of probabilities, such
/// as what moves or will be displaced.
///
/// The video provides the targets; no label is needed. Afterwards the encoder serves segmentation,
/// and the layer is dropped.
///
/// - Shapes: frames `[N, H, W, 3]` in −0.5…0.5 to a ``Forecast``.
public struct Forecaster: StoredModel {
    public let configuration: ForecasterConfiguration
    public var encoder: DenseEncoder
    /// The layer from features to all outputs, pictures first.
    public var outputs: Convolution

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: ForecasterConfiguration, random: inout RandomStream) {
        require(
            configuration.channels > 0, "Forecaster: no outputs of \(configuration)")
        self.configuration = configuration
        encoder = DenseEncoder(configuration.encoder, random: &random)
        outputs = configuration.outputs.layer(
            width: configuration.encoder.widths[0], random: &random)
    }

    /// The forecaster in a predictor: its dense frame encoder and the layer of its forecasts; nil
    /// for a predictor that was trained without forecasts.
    public init?(of predictor: VideoPredictor) {
        guard let outputs = predictor.configuration.forecasts, let layer = predictor.forecasts,
            let frames = predictor.prior.frameEncoder as? DenseFrameEncoder
        else { return nil }
        encoder = DenseEncoder(frames)
        configuration = ForecasterConfiguration(
            encoder: encoder.configuration, pictures: outputs.pictures, maps: outputs.maps)
        self.outputs = layer
    }

    public var title: String { "a forecaster (dense encoder)" }

    /// Forecasts from frames `[N, H, W, 3]`; sizes that the encoder's poolings do not divide are
    /// padded and cropped again.
    public func callAsFunction(_ frames: Tensor<Float>, _ context: Context) -> Forecast {
        let all = padded(frames, to: encoder.sizeMultiple) { x in
            let features = context.part("encoder") { encoder.features(x, context) }
            return context.part("outputs") { outputs(features, context) }
        }
        return configuration.outputs.forecast(all)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("outputs", &outputs)
    }
}

/// The sizes and outputs of a ``Forecaster``; its `config.json`.
public struct ForecasterConfiguration: ModelConfiguration {
    public static let kind = "forecaster"

    public var encoder: DenseEncoderConfiguration
    /// The names of the pictures: `background`, `frame+4`.
    public var pictures: [String]
    /// The names of the maps: `displaced`, `will-change-0`.
    public var maps: [String]

    public init(
        encoder: DenseEncoderConfiguration = DenseEncoderConfiguration(), pictures: [String],
        maps: [String]
    ) {
        self.encoder = encoder
        self.pictures = pictures
        self.maps = maps
    }

    public var outputs: ForecastOutputs { ForecastOutputs(pictures: pictures, maps: maps) }
    /// The number of output channels.
    public var channels: Int { outputs.channels }

    public func validate() throws(ConfigurationError) {
        do { try encoder.validate() } catch { throw error.below("encoder") }
        try outputs.validate()
    }

    public var summary: String {
        "forecaster (\(encoder.summary)) of " + (pictures + maps).joined(separator: ", ")
    }
}

extension ModelNeed {
    public static let forecaster = ModelNeed(
        "a forecaster (dense encoder)", recipes: ["encoder"])
    public static let denseEncoder = ModelNeed(
        "a forecaster, a predictor with a dense frame encoder, or a U-Net",
        recipes: ["encoder", "unet"])
}
