import GestaltIO
import GestaltModels
import GestaltTensor

/// The configuration of a quantizer.
///
/// ```swift
/// try Quantizers.register(MyQuantizer.Configuration.self)        // --quantizer mine:64
/// ```
public protocol QuantizerConfiguration: ModelConfiguration {
    /// The form of its names, for help and errors: `lfq:BITS`.
    static var grammar: String { get }
    /// - Parameter usual: the sizes of a name that states none.
    /// - Throws: `ConfigurationError` for words that do not fit ``grammar``.
    init(named name: ComponentName, usual: QuantizerSize) throws(ConfigurationError)
    /// Numbers of codes and of their channels.
    var size: QuantizerSize { get }
    /// Returns a quantizer with initial weights.
    /// - Precondition: the configuration is valid.
    func quantizer(random: inout RandomStream) -> any Quantizer
}

/// The sizes of a ``Quantizer``.
public struct QuantizerSize: Sendable, Hashable, CustomStringConvertible {
    /// The number of codes.
    public var codes: Int
    /// The channels of a latent and of a code's embedding.
    public var width: Int

    public init(codes: Int, width: Int) {
        self.codes = codes
        self.width = width
    }

    public var description: String { "\(codes)x\(width)" }

    /// The largest number of codes: what a prior's table and a histogram hold.
    public static let mostCodes = 1 << 24
}

/// The kinds of quantizers that can be named.
public enum Quantizers {
    public static let registry = Registry<any QuantizerConfiguration.Type>(
        "quantizer",
        [
            VectorQuantizerConfiguration.kind: VectorQuantizerConfiguration.self,
            FiniteScalarQuantizer.Configuration.kind: FiniteScalarQuantizer.Configuration.self,
            LookupFreeQuantizer.Configuration.kind: LookupFreeQuantizer.Configuration.self,
        ])

    /// Registers a quantizer under the kind of its configuration, the first word of its names.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<Configuration: QuantizerConfiguration>(
        _ type: Configuration.Type
    ) throws(RegistryError) {
        try registry.register(type, as: Configuration.kind)
    }

    /// Returns the configuration that a name describes.
    /// - Parameter usual: the sizes of a name that states none, those of the tokenizer.
    /// - Throws: `ConfigurationError` that lists the forms of all known quantizers, or for values
    ///   out of range.
    public static func configuration(
        named name: ComponentName, usual: QuantizerSize
    ) throws -> any QuantizerConfiguration {
        let configuration = try registry.entry(of: name, "quantizer") { $0.grammar }
            .init(named: name, usual: usual)
        do { try configuration.validate() } catch let error as ConfigurationError {
            throw error.below("quantizer")
        }
        return configuration
    }
}

/// The configuration of a quantizer of any registered kind, as a tokenizer stores it.
///
/// JSON: `{"kind": "fsq", "configuration": {"levels": [8, 5, 5, 5], "symmetric": false}}`.
public struct AnyQuantizerConfiguration: Codable, Sendable, Equatable {
    public var value: any QuantizerConfiguration

    public init(_ value: any QuantizerConfiguration) { self.value = value }

    public init(from decoder: any Decoder) throws {
        value = try Tagged.decode(
            (any QuantizerConfiguration).self, "a quantizer", from: decoder
        ) { try Quantizers.registry.entry(named: $0) }
    }

    public func encode(to encoder: any Encoder) throws { try Tagged.encode(value, to: encoder) }

    public static func == (a: Self, b: Self) -> Bool { Tagged.areEqual(a.value, b.value) }

    /// Checks the quantizer as a part of a tokenizer's configuration.
    /// - Throws: its error, under `quantizer`.
    public func validate() throws {
        do { try value.validate() } catch let error as ConfigurationError {
            throw error.below("quantizer")
        }
    }
}
