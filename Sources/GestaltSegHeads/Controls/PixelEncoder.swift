import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// The frame itself in place of a latent: a control for what a head alone learns from pixels.
///
/// - Shapes: frames `[N, H, W, 3]` to `[N, 1, H, W, 3]`, unchanged.
public struct PixelEncoder: StoredEncoder {
    public let configuration = Configuration()

    public init() {}
    public init(_ configuration: Configuration, random: inout RandomStream) { self.init() }

    public var sizeMultiple: Int { 1 }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(slots: 1, height: height, width: width, channels: 3, stride: 1)
    }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        requireFrames(frames, multiple: 1, "PixelEncoder")
        return Latent(frames.expanded(axis: 1), stride: 1)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

extension PixelEncoder {
    public static let grammar = "rgb"

    public var name: ComponentName { ComponentName(Configuration.kind) }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        try name.arguments.finish("encoder", grammar: grammar)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        try Self.validate(name)
        self.init()
    }

    /// Without choices.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "rgb"

        public init() {}

        public var stride: Int { 1 }
        public func validate() {}

        public func encoder(random: inout RandomStream) -> any StoredEncoder { PixelEncoder() }
    }
}
