import GestaltIO
import GestaltModels
import GestaltTensor
import GestaltVideo

/// The configuration of an instance head.
///
/// ```swift
/// try InstanceHeads.register(MyInstanceHead.Configuration.self)     // --head mine:64
/// ```
public protocol InstanceHeadConfiguration: ModelConfiguration {
    /// The form of its names, for help and errors: `query[:QUERIES[:BLOCKS]]`.
    static var grammar: String { get }
    /// - Throws: `ConfigurationError` for words that do not fit ``grammar``.
    init(named name: ComponentName) throws(ConfigurationError)
    /// Checks the stride of the latents that a head is to decode; by default every stride fits.
    /// - Throws: `ConfigurationError` under `head` for a stride that the head cannot decode.
    func validate(stride: Int) throws(ConfigurationError)
    /// Returns a head with initial weights for latents of this shape.
    ///
    /// - Parameter classes: the number of classes, background included.
    func head(
        _ latent: LatentShape, classes: Int, random: inout RandomStream
    ) -> any InstanceHead
}

extension InstanceHeadConfiguration {
    public func validate(stride: Int) throws(ConfigurationError) {}
}

/// The kinds of instance heads that can be named.
public enum InstanceHeads {
    public static let registry = Registry<any InstanceHeadConfiguration.Type>("instance head")

    /// Registers a head under the kind of its configuration, the first word of its names.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Head: InstanceHeadConfiguration>(
        _ type: Head.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Head.kind)
    }

    /// Returns the configuration that a name describes.
    /// - Throws: `ConfigurationError` that lists the forms of all known heads.
    public static func configuration(
        named name: ComponentName
    ) throws(ConfigurationError) -> any InstanceHeadConfiguration {
        SegmentationKinds.register()
        return try registry.entry(of: name, "head") { $0.grammar }.init(named: name)
    }
}

/// The configuration of an instance head of any registered kind, as a model stores it.
///
/// JSON: `{"kind": "query", "configuration": {"queries": 16, …}}`.
public struct AnyInstanceHeadConfiguration: Codable, Sendable, Equatable {
    public var value: any InstanceHeadConfiguration

    public init(_ value: any InstanceHeadConfiguration) { self.value = value }

    public init(from decoder: any Decoder) throws {
        value = try Tagged.decode(
            (any InstanceHeadConfiguration).self, "an instance head", from: decoder
        ) { try InstanceHeads.registry.entry(named: $0) }
    }

    public func encode(to encoder: any Encoder) throws { try Tagged.encode(value, to: encoder) }

    public static func == (a: Self, b: Self) -> Bool { Tagged.areEqual(a.value, b.value) }
}
