import Gestalt
import GestaltCommand

/// The `gestalt` program with an encoder of its own: `OwnEncoder train head --encoder color:16 …`.
@main
struct OwnEncoder {
    static func main() {
        GestaltProgram.run { try Encoders.register(ColorEncoder.self) }
    }
}

/// Soft color bins, averaged over cells of 4 × 4 pixels, and a convolution over the cells.
///
/// Its parts `bins` and `context` are trained or frozen one by one: `--unfreeze context`.
struct ColorEncoder: StoredEncoder {
    struct Configuration: EncoderConfiguration {
        static let kind = "color"
        var bins: Int
        var stride: Int { 4 }
        var summary: String { "color:\(bins)" }

        func validate() throws(ConfigurationError) {
            guard (1...256).contains(bins) else {
                throw .invalid("bins", expected: "1 to 256", found: bins)
            }
        }

        func encoder(random: inout RandomStream) -> any StoredEncoder {
            ColorEncoder(self, random: &random)
        }
    }

    static let grammar = "color:BINS"
    static let parts = ["bins", "context"]

    let configuration: Configuration
    var bins: Linear
    var context: Convolution

    init(_ configuration: Configuration, random: inout RandomStream) {
        self.configuration = configuration
        bins = Linear(3, configuration.bins, random: &random)
        context = Convolution(
            configuration.bins, configuration.bins, kernel: [3, 3], padding: .same,
            random: &random)
    }

    init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        self.init(try Self.configuration(name), random: &random)
    }

    static func validate(_ name: ComponentName) throws(ConfigurationError) {
        _ = try configuration(name)
    }

    private static func configuration(
        _ name: ComponentName
    ) throws(ConfigurationError) -> Configuration {
        var arguments = name.arguments
        guard let bins = arguments.number(in: 1...256) else {
            throw arguments.error("encoder", grammar: grammar)
        }
        try arguments.finish("encoder", grammar: grammar)
        return Configuration(bins: bins)
    }

    var name: ComponentName { ComponentName("color", "\(configuration.bins)") }
    var sizeMultiple: Int { 4 }

    func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: 1, height: height / 4, width: width / 4, channels: configuration.bins, stride: 4)
    }

    func encode(_ frames: Tensor<Float>, _ pass: Context) -> Latent {
        let soft = (bins(frames, pass) * 8).softmax(axis: -1)
        let cells = soft.averagePooled(kernel: [4, 4], stride: [4, 4])
        return Latent(
            (cells + context(cells, pass)).expanded(axis: 1), stride: configuration.stride)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("bins", &bins)
        visitor.module("context", &context)
    }
}
