import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVideo

/// A U-shaped encoder of single frames with features at every pixel, to be pre-trained on unlabeled
/// video; see ``Forecaster``.
///
/// ```swift
/// let forecaster = try Forecaster(folder: "runs/encoder")
/// let latent = forecaster.encoder.encode(frames, .inference)        // [N, 1, H, W, 32]
/// ```
/// Everything from the first to the last resolution is trained together, so a head need not learn
/// to upsample from its labels. It has the trunk of the baseline ``UNet``: what it gains over it is
/// due to its weights.
///
/// - Shapes: frames `[N, H, W, 3]` in −0.5…0.5 to `[N, 1, H, W, widths[0]]`.
public struct DenseEncoder: StoredEncoder {
    public let configuration: DenseEncoderConfiguration
    public var trunk: UShape

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: DenseEncoderConfiguration, random: inout RandomStream) {
        requireValid(configuration)
        self.configuration = configuration
        trunk = UShape(widths: configuration.widths, random: &random)
    }

    /// An encoder with the weights of a prior's dense frame encoder.
    public init(_ frames: DenseFrameEncoder) {
        self.init(
            DenseEncoderConfiguration(widths: frames.configuration.widths), trunk: frames.trunk)
    }

    private init(_ configuration: DenseEncoderConfiguration, trunk: UShape) {
        self.configuration = configuration
        self.trunk = trunk
    }

    public var sizeMultiple: Int { trunk.multiple }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: 1, height: height, width: width, channels: configuration.widths[0], stride: 1)
    }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        Latent(features(frames, context).expanded(axis: 1), stride: 1)
    }

    /// Returns the features of frames `[N, H, W, 3]`, `[N, H, W, widths[0]]`.
    /// - Precondition: H and W are multiples of ``sizeMultiple``.
    public func features(_ frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        context.part("trunk") { trunk.features(of: frames, context) }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("trunk", &trunk)
    }
}

extension DenseEncoder {
    public static let grammar = "dense[:WIDTH]"
    public static let parts = ["trunk"]
    /// All of it, at the full rate: frozen, or at a tenth of the rate, it scores far lower.
    public static let trainedParts: [String: Double] = ["trunk": 1]
    public static let usualHead: ComponentName = "linear"

    public var name: ComponentName {
        ComponentName(kind: "dense", words: ["\(configuration.widths[0])"])
    }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try width(name)
    }

    /// Returns the width that a name asks for; nil where it asks for none.
    private static func width(_ name: ComponentName) throws(ConfigurationError) -> Int? {
        var arguments = name.arguments
        let width = arguments.number(in: 1...1024)
        try arguments.finish("encoder", grammar: grammar + ", WIDTH 1 to 1024")
        return width
    }

    /// The encoder of a ``Forecaster``, the dense frame encoder of a predictor, or the trunk of a
    /// ``UNet``; without a model one with initial weights.
    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        let width = try Self.width(name)
        guard let model else {
            self.init(DenseEncoderConfiguration(width: width ?? 32), random: &random)
            return
        }
        guard let encoder = Self(of: model) else {
            throw ModelMismatch(needed: .denseEncoder, found: model.title)
        }
        let found = encoder.configuration.widths[0]
        guard width == nil || width == found else {
            throw ConfigurationError.invalid(
                "encoder", expected: "dense:\(found), the model's", found: "\(name)")
        }
        self = encoder
    }

    /// The dense encoder that a model contains; nil where it has none.
    private init?(of model: any StoredModel) {
        if let forecaster = model as? Forecaster {
            self = forecaster.encoder
        } else if let predictor = model as? VideoPredictor,
            let frames = predictor.prior.frameEncoder as? DenseFrameEncoder
        {
            self.init(frames)
        } else if let network = model as? UNet, network.input.hasFrameScale {
            self.init(
                DenseEncoderConfiguration(widths: network.configuration.widths),
                trunk: network.trunk)
        } else {
            return nil
        }
    }
}

/// The sizes of a ``DenseEncoder``.
public struct DenseEncoderConfiguration: EncoderConfiguration {
    public static let kind = "dense"

    /// Channels at each size, full size first; each further one halves height and width.
    public var widths: [Int]

    public init(widths: [Int]) { self.widths = widths }

    /// Four sizes of `width`, twice, four and eight times as many channels; with 32 those of the
    /// baseline U-Net.
    public init(width: Int = 32) { widths = [width, 2 * width, 4 * width, 8 * width] }

    public var stride: Int { 1 }
    public var summary: String { "dense:\(widths[0])" }

    public func encoder(random: inout RandomStream) -> any StoredEncoder {
        DenseEncoder(self, random: &random)
    }

    public func validate() throws(ConfigurationError) {
        guard (1...8).contains(widths.count), widths.allSatisfy({ (1...8192).contains($0) }) else {
            throw .invalid("widths", expected: "1 to 8 numbers from 1 to 8192", found: widths)
        }
    }
}

extension PictureInput {
    /// Whether frames reach the first layer with the scale of all dense encoders, which a U-Net has
    /// by default.
    fileprivate var hasFrameScale: Bool { center == 0.5 && scale == 1 / UShape.frameScale }
}
