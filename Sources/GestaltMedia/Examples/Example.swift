import GestaltChecks
internal import SwiftProtobuf

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// One `tf.train.Example`: the named features of a record.
public struct Example: Equatable, Sendable {
    /// The values of one name.
    public enum Feature: Equatable, Sendable {
        case bytes([[UInt8]])
        case floats([Float])
        case integers([Int64])

        /// How messages call it, `3 floats` for example.
        public var summary: String {
            switch self {
            case .bytes(let values): "\(values.count) byte strings"
            case .floats(let values): "\(values.count) floats"
            case .integers(let values): "\(values.count) integers"
            }
        }
    }

    public var features: [String: Feature]

    public init(features: [String: Feature] = [:]) { self.features = features }

    /// Reads the bytes of one record; errors call it `name`.
    ///
    /// A feature without a kind, which the format allows, is left out.
    ///
    /// - Throws: ``MediaError`` when the bytes are not an Example.
    public init(serialized: [UInt8], name: String = "Example") throws(MediaError) {
        let message: WireExample
        do {
            message = try WireExample(serializedBytes: serialized)
        } catch {
            throw .malformed(
                path: name, format: "tf.train.Example", expected: "a protocol buffer",
                found: "\(serialized.count) bytes that break its rules (\(error))")
        }
        features = message.features.feature.compactMapValues(Feature.init)
    }

    /// The bytes of a record; the same features give the same bytes.
    public func serialized() -> [UInt8] {
        var message = WireExample()
        message.features.feature = features.mapValues(\.wire)
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        // Only a message with a required field or over 2 GiB fails to serialise.
        guard let bytes: [UInt8] = try? message.serializedBytes(options: options) else {
            stop("Example.serialized: the features exceed 2 GiB")
        }
        return bytes
    }
}

extension Example.Feature {
    init?(_ wire: WireFeature) {
        switch wire.kind {
        case .bytesList(let list): self = .bytes(list.value.map { [UInt8]($0) })
        case .floatList(let list): self = .floats(list.value)
        case .int64List(let list): self = .integers(list.value)
        case nil: return nil
        }
    }

    var wire: WireFeature {
        var wire = WireFeature()
        switch self {
        case .bytes(let values): wire.bytesList.value = values.map { Data($0) }
        case .floats(let values): wire.floatList.value = values
        case .integers(let values): wire.int64List.value = values
        }
        return wire
    }
}
