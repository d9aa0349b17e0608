import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor

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
        outputs = Convolution(
            configuration.encoder.widths[0], configuration.channels, kernel: [1, 1],
            padding: .same, random: &random)
    }

    public var title: String { "a forecaster (dense encoder)" }

    /// Forecasts from frames `[N, H, W, 3]`; sizes that the encoder's poolings do not divide are
    /// padded and cropped again.
    public func callAsFunction(_ frames: Tensor<Float>, _ context: Context) -> Forecast {
        let all = padded(frames, to: encoder.sizeMultiple) { x in
            let features = context.part("encoder") { encoder.features(x, context) }
            return context.part("outputs") { outputs(features, context) }
        }
        let pictures = 3 * configuration.pictures.count
        return Forecast(
            pictures: all.sliced(0..<pictures, axis: -1),
            maps: all.sliced(pictures..<configuration.channels, axis: -1))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("outputs", &outputs)
    }
}

/// The outputs of a ``Forecaster``.
public struct Forecast: Sendable {
    /// `[N, H, W, 3 · pictures]` in units of the frames, −0.5…0.5.
    public let pictures: Tensor<Float>
    /// The logits of the maps, `[N, H, W, maps]`.
    public let maps: Tensor<Float>

    /// Returns one picture, `[N, H, W, 3]`.
    public func picture(_ index: Int) -> Tensor<Float> {
        pictures.sliced(3 * index..<3 * index + 3, axis: -1)
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

    /// The number of output channels.
    public var channels: Int { 3 * pictures.count + maps.count }

    public func validate() throws(ConfigurationError) {
        do { try encoder.validate() } catch { throw error.below("encoder") }
        let names = pictures + maps
        guard (1...256).contains(names.count), Set(names).count == names.count else {
            throw .invalid(
                "pictures and maps", expected: "1 to 256 distinct names", found: names)
        }
    }

    public var summary: String {
        "forecaster (\(encoder.summary)) of " + (pictures + maps).joined(separator: ", ")
    }
}

extension ModelNeed {
    public static let forecaster = ModelNeed(
        "a forecaster (dense encoder)", recipes: ["encoder"])
}
