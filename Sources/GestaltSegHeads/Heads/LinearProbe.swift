import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A linear map of each grid cell, upsampled bilinearly: a probe of the latent itself.
///
/// - Shapes: latent `[N, slots, h, w, C]` to logits `[N, h · stride, w · stride, classes]`.
public struct LinearProbe: SegmentationHead {
    public let latentShape: LatentShape
    public let classes: Int
    public var scores: Linear

    /// - Precondition: `classes` is positive.
    public init(_ latent: LatentShape, classes: Int, random: inout RandomStream) {
        require(classes > 0, "LinearProbe: \(classes) classes")
        latentShape = latent
        self.classes = classes
        scores = Linear(latent.slots * latent.channels, classes, random: &random)
    }

    public func callAsFunction(_ latent: Latent, _ context: Context) -> Tensor<Float> {
        check(latent)
        let coarse = context.part("scores") { scores(latent.flattenedSlots, context) }
        return latent.stride == 1 ? coarse : coarse.enlarged(by: latent.stride)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("scores", &scores)
    }
}

extension LinearProbe {
    /// `linear`.
    public struct Configuration: HeadConfiguration {
        public static let kind = "linear"
        public static let grammar = "linear"

        public init() {}

        public init(named name: ComponentName) throws(ConfigurationError) {
            try name.arguments.finish("head", grammar: Self.grammar)
        }

        public func validate() {}

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any SegmentationHead {
            LinearProbe(latent, classes: classes, random: &random)
        }
    }
}

extension HeadConfiguration where Self == LinearProbe.Configuration {
    /// The configuration of a ``LinearProbe``.
    public static var linear: Self { Self() }
}
