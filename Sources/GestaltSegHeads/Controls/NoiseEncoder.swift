import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Gaussian noise in place of a latent: a control for what a head scores without any information.
///
/// Mean 0, variance 1, drawn from a stream that the content of the frame determines: the same frame
/// has the same noise, in training and evaluation, and nothing about the frame can be read from it.
///
/// - Shapes: frames `[N, H, W, 3]` to `[N, 1, H/stride, W/stride, channels]`.
public struct NoiseEncoder: StoredEncoder {
    public let configuration: Configuration

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: Configuration) {
        requireValid(configuration)
        self.configuration = configuration
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(configuration)
    }

    public var sizeMultiple: Int { configuration.stride }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: 1, height: height / sizeMultiple, width: width / sizeMultiple,
            channels: configuration.channels, stride: sizeMultiple)
    }

    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        requireFrames(frames, multiple: sizeMultiple, "NoiseEncoder")
        let (height, width) = (frames.shape[1] / sizeMultiple, frames.shape[2] / sizeMultiple)
        let seeds = RandomStream(seed: UInt64(configuration.seed))
        let rows: [Tensor<Float>] = (0..<frames.shape[0]).map { frame in
            var draws = seeds.split(frames[frame].contentHash)
            return draws.normal([1, height, width, configuration.channels])
        }
        return Latent(stacked(rows, axis: 0), stride: sizeMultiple)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

extension NoiseEncoder {
    public static let grammar = "noise:CHANNELS:STRIDE[:seed=N]"

    public var name: ComponentName { configuration.name }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try configuration(name)
    }

    private static func configuration(
        _ name: ComponentName
    ) throws(ConfigurationError) -> Configuration {
        var arguments = name.arguments
        let text = arguments.option("seed")
        let seed = text == nil ? 0 : text.flatMap(Int.init)
        guard let channels = arguments.number(in: 1...65_536),
            let stride = arguments.number(in: 1...1024), let seed, seed >= 0
        else { throw arguments.error("encoder", grammar: grammar) }
        try arguments.finish("encoder", grammar: grammar)
        return Configuration(channels: channels, stride: stride, seed: seed)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        self.init(try Self.configuration(name))
    }

    /// The shape and the seed of the noise.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "noise"
        public var channels: Int
        /// The size in pixels of a cell.
        public var stride: Int
        /// The number of one of many independent noises.
        public var seed: Int

        public init(channels: Int, stride: Int, seed: Int = 0) {
            self.channels = channels
            self.stride = stride
            self.seed = seed
        }

        var name: ComponentName {
            ComponentName(
                kind: Self.kind,
                words: ["\(channels)", "\(stride)"] + (seed == 0 ? [] : ["seed=\(seed)"]))
        }

        public var summary: String { "\(name)" }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            NoiseEncoder(self)
        }

        public func validate() throws(ConfigurationError) {
            guard (1...65_536).contains(channels) else {
                throw .invalid("channels", expected: "1 to 65536", found: channels)
            }
            guard (1...1024).contains(stride) else {
                throw .invalid("stride", expected: "1 to 1024", found: stride)
            }
            guard seed >= 0 else {
                throw .invalid("seed", expected: "0 or more", found: seed)
            }
        }
    }
}

extension Tensor<Float> {
    /// A hash of the elements' bits, in their order. Source: FNV-1a, of 32 bits at a time.
    var contentHash: UInt64 {
        contiguous().withScalars { scalars in
            scalars.reduce(0xCBF2_9CE4_8422_2325) { hash, value in
                (hash ^ UInt64(value.bitPattern)) &* 0x0000_0100_0000_01B3
            }
        }
    }
}

/// Stops on frames that are not `[N, H, W, 3]` with H and W multiples of a number.
func requireFrames(_ frames: Tensor<Float>, multiple: Int, _ encoder: String) {
    require(
        frames.rank == 4 && frames.shape[3] == 3 && frames.shape[1] % multiple == 0
            && frames.shape[2] % multiple == 0,
        "\(encoder): frames \(frames.shape) are not [N, H, W, 3] with multiples of \(multiple)")
}
