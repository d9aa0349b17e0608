import GestaltIO
import GestaltModels
import GestaltTensor
import GestaltVideo

/// The configuration of a segmentation head.
///
/// ```swift
/// try Heads.register(MyHead.Configuration.self)          // --head mine:64
/// ```
public protocol HeadConfiguration: ModelConfiguration {
    /// The form of its names, for help and errors: `convolutional[:WIDTH]`.
    static var grammar: String { get }
    /// - Throws: `ConfigurationError` for words that do not fit ``grammar``.
    init(named name: ComponentName) throws(ConfigurationError)
    /// Checks the stride of the latents that a head is to decode; by default every stride fits.
    /// - Throws: `ConfigurationError` under `head` for a stride that the head cannot decode.
    func validate(stride: Int) throws(ConfigurationError)
    /// Returns a head with initial weights for latents of this shape.
    ///
    /// - Parameter classes: scores per pixel, 1 for foreground against background.
    func head(
        _ latent: LatentShape, classes: Int, random: inout RandomStream
    ) -> any SegmentationHead
}

extension HeadConfiguration {
    public func validate(stride: Int) throws(ConfigurationError) {}
}

extension ModelConfiguration {
    /// The check of a head that doubles the grid until it has the frame's pixels.
    func validateDoubling(_ stride: Int) throws(ConfigurationError) {
        guard stride.nonzeroBitCount == 1 else {
            throw .invalid(
                "head", expected: "an encoder whose stride is a power of two for \(Self.kind)",
                found: stride)
        }
    }
}

/// The kinds of heads that can be named.
public enum Heads {
    public static let registry = Registry<any HeadConfiguration.Type>("head")

    /// Registers a head under the kind of its configuration, the first word of its names.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Head: HeadConfiguration>(
        _ type: Head.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Head.kind)
    }

    /// Returns the configuration that a name describes.
    /// - Throws: `ConfigurationError` that lists the forms of all known heads.
    public static func configuration(
        named name: ComponentName
    ) throws(ConfigurationError) -> any HeadConfiguration {
        SegmentationKinds.register()
        return try registry.entry(of: name, "head") { $0.grammar }.init(named: name)
    }
}

/// The configuration of a head of any registered kind, as a segmenter stores it.
///
/// JSON: `{"kind": "convolutional", "configuration": {"width": 128}}`.
public struct AnyHeadConfiguration: Codable, Sendable, Equatable {
    public var value: any HeadConfiguration

    public init(_ value: any HeadConfiguration) { self.value = value }

    public init(from decoder: any Decoder) throws {
        value = try Tagged.decode((any HeadConfiguration).self, "a head", from: decoder) {
            try Heads.registry.entry(named: $0)
        }
    }

    public func encode(to encoder: any Encoder) throws { try Tagged.encode(value, to: encoder) }

    public static func == (a: Self, b: Self) -> Bool { Tagged.areEqual(a.value, b.value) }
}
