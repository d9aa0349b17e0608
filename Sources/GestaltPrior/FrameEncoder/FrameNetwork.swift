import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor

/// A network that encodes a prior's conditioning frames.
///
/// ```swift
/// try FrameNetworks.register(MyFrames.Configuration.self)     // --encoder mine:64
/// ```
/// A prior attends to features of ``FrameNetworkConfiguration/outputWidth`` channels with a cell
/// for each 4 × 4 pixels. Where a network's own features are finer or of another width, the prior
/// brings them there by a strided convolution, which belongs to the prior. VideoGPT's
/// ``FrameEncoder`` is one, ``DenseFrameEncoder`` another.
public protocol FrameNetwork: Module {
    associatedtype Configuration: FrameNetworkConfiguration
    var configuration: Configuration { get }
    /// Returns the features of frames in −0.5…0.5, `[N, n, H, W, 3]` to `[N, n, H/s, W/s, C]` with
    /// the channels C and the stride s of ``FrameNetworkConfiguration/features``.
    func features(of frames: Tensor<Float>, _ context: Context) -> Tensor<Float>
}

/// The configuration of a ``FrameNetwork``.
public protocol FrameNetworkConfiguration: ModelConfiguration {
    /// The form of its names, for help and errors: `dense[:WIDTH]`.
    static var grammar: String { get }
    /// - Parameter usual: the frame encoder of the prior's preset, whose sizes hold where the name
    ///   has none.
    /// - Throws: `ConfigurationError` for words that do not fit ``grammar``.
    init(
        named name: ComponentName, like usual: any FrameNetworkConfiguration
    ) throws(ConfigurationError)
    /// Channels of the features that the prior attends to: a multiple of 3 and of its heads.
    var outputWidth: Int { get set }
    /// The network's own features: their channels, and the size of a cell in pixels, which divides
    /// ``FrameConditioning/stride``.
    var features: (channels: Int, stride: Int) { get }
    /// Height and width of a frame are multiples of this.
    var sizeMultiple: Int { get }
    /// Returns a network with initial weights.
    func network(random: inout RandomStream) -> any FrameNetwork
}

/// The kinds of networks that can encode conditioning frames.
public enum FrameNetworks {
    public static let registry = Registry<any FrameNetworkConfiguration.Type>("frame encoder")

    /// Registers a network under the kind of its configuration, the first word of its names.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Network: FrameNetworkConfiguration>(
        _ type: Network.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Network.kind)
    }

    /// Returns the configuration that a name describes.
    /// - Parameter usual: as of ``FrameNetworkConfiguration/init(named:like:)``.
    /// - Throws: `ConfigurationError` that lists the forms of all known networks.
    public static func configuration(
        named name: ComponentName, like usual: any FrameNetworkConfiguration
    ) throws(ConfigurationError) -> any FrameNetworkConfiguration {
        VideoModel.registerKinds()
        return try registry.entry(of: name, "encoder") { $0.grammar }
            .init(named: name, like: usual)
    }
}

extension FrameEncoder: FrameNetwork {
    public func features(of frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        self(frames, context)
    }
}

extension FrameEncoderConfiguration: FrameNetworkConfiguration {
    public static let kind = "resnet"
    public static let grammar = "resnet[:WIDTH]"

    public init(
        named name: ComponentName, like usual: any FrameNetworkConfiguration
    ) throws(ConfigurationError) {
        var arguments = name.arguments
        let width = arguments.number(in: 1...1024)
        try arguments.finish("encoder", grammar: Self.grammar + ", WIDTH 1 to 1024")
        self = usual as? Self ?? Self(outputWidth: usual.outputWidth)
        if let width { self.width = width }
    }

    public var features: (channels: Int, stride: Int) { (outputWidth, Self.strides[3]) }
    public var sizeMultiple: Int { 1 }

    public func network(random: inout RandomStream) -> any FrameNetwork {
        FrameEncoder(self, random: &random)
    }
}
