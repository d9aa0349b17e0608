import GestaltChecks
internal import SwiftProtobuf

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// One `tf.train.Example`: the named features of a record.
public struct Example: Equatable, Sendable {
    /// The values of one feature.
    public enum Feature: Equatable, Sendable {
        case bytes([[UInt8]])
        case floats([Float])
        case integers([Int64])

        /// The description in messages, for example `3 floats`.
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

    /// Parses the bytes of one record; errors refer to it as `name`.
    ///
    /// A feature without a kind, which the format permits, is omitted.
    ///
    /// - Throws: ``MediaError`` when the bytes are not an Example, or a ``SequenceExample`` whose
    ///   lists would be lost.
    public init(serialized: [UInt8], name: String = "Example") throws(MediaError) {
        let sequence = try SequenceExample(serialized: serialized, name: name)
        guard sequence.lists.isEmpty else {
            let lists = sequence.lists.map { "\($0) of \($1.count) steps" }.sorted()
            throw .unsupported(
                path: name, expected: "a tf.train.Example",
                found: "a tf.train.SequenceExample with the lists "
                    + lists.joined(separator: ", "))
        }
        features = sequence.context
    }

    /// Returns the bytes of a record; equal features yield equal bytes.
    public func serialized() -> [UInt8] {
        var message = WireExample()
        message.features.feature = features.mapValues(\.wire)
        return bytes(of: message, "Example.serialized")
    }
}

/// One `tf.train.SequenceExample`: named features of a whole record, and named lists with one
/// feature per step, such as the frames of a video.
///
/// An ``Example`` is a SequenceExample without lists: its bytes are read as the context.
public struct SequenceExample: Equatable, Sendable {
    public var context: [String: Example.Feature]
    /// The features of every step by the name of their list. A step without a value has an empty
    /// list of bytes.
    public var lists: [String: [Example.Feature]]

    public init(
        context: [String: Example.Feature] = [:], lists: [String: [Example.Feature]] = [:]
    ) {
        self.context = context
        self.lists = lists
    }

    /// Parses the bytes of one record; errors refer to it as `name`.
    ///
    /// - Throws: ``MediaError`` when the bytes are neither a SequenceExample nor an Example.
    public init(serialized: [UInt8], name: String = "SequenceExample") throws(MediaError) {
        let message: WireSequenceExample
        do {
            message = try WireSequenceExample(serializedBytes: serialized)
        } catch {
            throw .malformed(
                path: name, format: "tf.train.Example", expected: "a protocol buffer",
                found: "\(serialized.count) bytes that break its rules (\(error))")
        }
        context = message.context.feature.compactMapValues(Example.Feature.init)
        lists = message.featureLists.featureList.mapValues { list in
            list.feature.map { Example.Feature($0) ?? .bytes([]) }
        }
    }

    /// Returns the bytes of a record; equal features yield equal bytes.
    public func serialized() -> [UInt8] {
        var message = WireSequenceExample()
        if !context.isEmpty { message.context.feature = context.mapValues(\.wire) }
        if !lists.isEmpty {
            message.featureLists.featureList = lists.mapValues { steps in
                var list = WireFeatureList()
                list.feature = steps.map(\.wire)
                return list
            }
        }
        return bytes(of: message, "SequenceExample.serialized")
    }
}

private func bytes(of message: some SwiftProtobuf.Message, _ operation: String) -> [UInt8] {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    // Only a message with a required field or over 2 GiB fails to serialize.
    guard let bytes: [UInt8] = try? message.serializedBytes(options: options) else {
        stop("\(operation): the features exceed 2 GiB")
    }
    return bytes
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
