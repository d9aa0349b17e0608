import GestaltIO

/// The stored form of a value whose type a registry knows: `{"kind": …, "configuration": {…}}`.
public enum Tagged {
    private enum Key: String, CodingKey { case kind, configuration }

    /// Encodes a value with its kind.
    public static func encode(
        _ value: any ModelConfiguration, to encoder: any Encoder
    ) throws {
        func kind<Value: ModelConfiguration>(of value: Value) -> String { Value.kind }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind(of: value), forKey: .kind)
        try value.encode(to: container.superEncoder(forKey: .configuration))
    }

    /// Decodes a value.
    /// - Parameter type: the type of a kind; throws for an unknown one.
    public static func decode(
        from decoder: any Decoder, type: (String) throws -> any ModelConfiguration.Type
    ) throws -> any ModelConfiguration {
        let container = try decoder.container(keyedBy: Key.self)
        let kind = try container.decode(String.self, forKey: .kind)
        let found: any ModelConfiguration.Type
        do {
            found = try type(kind)
        } catch {
            var expected = "\(error)"
            if case RegistryError.unknown(_, let name, let known) = error {
                expected = "one of \(known.joined(separator: ", ")), found “\(name)”"
            }
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: expected)
        }
        return try found.init(from: container.superDecoder(forKey: .configuration))
    }

    /// Decodes a value of a protocol: `Tagged.decode((any HeadConfiguration).self, "a head", …)`.
    ///
    /// - Parameters:
    ///   - noun: what is decoded, for errors.
    ///   - type: the type of a kind; throws for an unknown one.
    public static func decode<Value>(
        _: Value.Type, _ noun: String, from decoder: any Decoder,
        type: (String) throws -> any ModelConfiguration.Type
    ) throws -> Value {
        guard let value = try decode(from: decoder, type: type) as? Value else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: noun))
        }
        return value
    }

    /// Whether two values are of one type and equal.
    public static func areEqual(
        _ a: any ModelConfiguration, _ b: any ModelConfiguration
    ) -> Bool {
        func isEqual<Value: ModelConfiguration>(_ a: Value) -> Bool { (b as? Value) == a }
        return isEqual(a)
    }
}
