import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A U-shaped encoder of conditioning frames with features at every pixel, each frame by itself.
///
/// The prior sees these features through a strided convolution of its own, so its loss trains the
/// whole trunk, up to the full resolution that segmentation heads read. It is the trunk of the
/// dense encoders that are pre-trained on forecasts, and can start from one.
///
/// - Shapes: frames `[N, n, H, W, 3]` in −0.5…0.5 to `[N, n, H, W, widths[0]]`.
public struct DenseFrameEncoder: FrameNetwork {
    public let configuration: Configuration
    public var trunk: UShape

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.configuration = configuration
        trunk = UShape(widths: configuration.widths, random: &random)
    }

    public func features(of frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            frames.rank == 5,
            "DenseFrameEncoder: frames \(frames.shape) are not [N, n, H, W, 3]")
        let shape = frames.shape
        let pictures = frames.reshaped([shape[0] * shape[1], shape[2], shape[3], shape[4]])
        let features = context.part("trunk") { trunk.features(of: pictures, context) }
        return features.reshaped([shape[0], shape[1], shape[2], shape[3], features.shape[3]])
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("trunk", &trunk)
    }
}

extension DenseFrameEncoder {
    /// The sizes of a ``DenseFrameEncoder``.
    public struct Configuration: FrameNetworkConfiguration {
        public static let kind = "dense"
        public static let grammar = "dense[:WIDTH]"
        /// The channels at full size where a name has none: those of the baseline U-Net.
        private static let usualWidth = 32

        /// Channels at each size, full size first; each further one halves height and width.
        public var widths: [Int]
        public var outputWidth: Int

        public init(widths: [Int], outputWidth: Int) {
            self.widths = widths
            self.outputWidth = outputWidth
        }

        /// Four sizes of `width`, twice, four and eight times as many channels.
        public init(width: Int, outputWidth: Int) {
            self.init(
                widths: [width, 2 * width, 4 * width, 8 * width], outputWidth: outputWidth)
        }

        public init(
            named name: ComponentName, like usual: any FrameNetworkConfiguration
        ) throws(ConfigurationError) {
            var arguments = name.arguments
            let width = arguments.number(in: 1...1024) ?? Self.usualWidth
            try arguments.finish("encoder", grammar: Self.grammar + ", WIDTH 1 to 1024")
            self.init(width: width, outputWidth: usual.outputWidth)
        }

        public var features: (channels: Int, stride: Int) { (widths[0], 1) }
        public var sizeMultiple: Int { max(FrameConditioning.stride, 1 << (widths.count - 1)) }
        public var summary: String { "dense:\(widths[0])" }

        public func network(random: inout RandomStream) -> any FrameNetwork {
            DenseFrameEncoder(self, random: &random)
        }

        public func validate() throws(ConfigurationError) {
            guard (1...8).contains(widths.count), widths.allSatisfy({ (1...8192).contains($0) })
            else {
                throw .invalid(
                    "widths", expected: "1 to 8 numbers from 1 to 8192", found: widths)
            }
            guard (1...1 << 16).contains(outputWidth) else {
                throw .invalid("outputWidth", expected: "1 to 65536", found: outputWidth)
            }
        }
    }
}
