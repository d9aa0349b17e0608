import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// The place of a cell in place of a latent: a control for what a head scores with a static
/// camera, without reading the frame.
///
/// For y, and likewise for x, of a cell's center in −1…1, F frequencies: y, and
/// `sin(π 2^k y)`, `cos(π 2^k y)` for k below F; the channels of y come first.
///
/// - Shapes: frames `[N, H, W, 3]` to `[N, 1, H/stride, W/stride, 2 + 4F]`.
/// - Source: the encoding of Mildenhall et al., *NeRF* (2020), equation 4, with the coordinates
///   themselves.
public struct PositionEncoder: StoredEncoder {
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
        requireFrames(frames, multiple: sizeMultiple, "PositionEncoder")
        let grid = configuration.grid(
            height: frames.shape[1] / sizeMultiple, width: frames.shape[2] / sizeMultiple)
        let shape = Shape([frames.shape[0], 1] + grid.shape)
        return Latent(grid.broadcast(to: shape), stride: sizeMultiple)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

extension PositionEncoder {
    public static let grammar = "position[:STRIDE][:frequencies=N]"

    public var name: ComponentName { configuration.name }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try configuration(name)
    }

    private static func configuration(
        _ name: ComponentName
    ) throws(ConfigurationError) -> Configuration {
        var arguments = name.arguments
        let text = arguments.option("frequencies")
        let frequencies = text.flatMap(Int.init)
        guard text == nil || (0...Configuration.mostFrequencies).contains(frequencies ?? -1) else {
            throw arguments.error("encoder", grammar: grammar)
        }
        let stride = arguments.number(in: 1...1024)
        try arguments.finish("encoder", grammar: grammar)
        return Configuration(stride: stride ?? 4, frequencies: frequencies ?? 4)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        self.init(try Self.configuration(name))
    }

    /// The grid and the number of frequencies.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "position"
        static let mostFrequencies = 16
        /// The size in pixels of a cell.
        public var stride: Int
        public var frequencies: Int

        public init(stride: Int = 4, frequencies: Int = 4) {
            self.stride = stride
            self.frequencies = frequencies
        }

        var channels: Int { 2 + 4 * frequencies }

        var name: ComponentName {
            ComponentName(
                kind: Self.kind,
                words: ["\(stride)"] + (frequencies == 4 ? [] : ["frequencies=\(frequencies)"]))
        }

        public var summary: String { "\(name)" }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            PositionEncoder(self)
        }

        public func validate() throws(ConfigurationError) {
            guard (1...1024).contains(stride) else {
                throw .invalid("stride", expected: "1 to 1024", found: stride)
            }
            guard (0...Self.mostFrequencies).contains(frequencies) else {
                throw .invalid(
                    "frequencies", expected: "0 to \(Self.mostFrequencies)", found: frequencies)
            }
        }

        /// Returns the channels of each cell, `[height, width, channels]`.
        func grid(height: Int, width: Int) -> Tensor<Float> {
            PlaceWaves.grid(height: height, width: width) { cell, length in
                let place = Double(2 * cell + 1) / Double(length) - 1
                return [place]
                    + PlaceWaves.waves((0..<frequencies).map { .pi * Double(1 << $0) * place })
            }
        }
    }
}
