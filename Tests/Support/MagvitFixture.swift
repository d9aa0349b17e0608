import Foundation
import GestaltFiles
import GestaltTensor

/// Numbers of the public programs that Gestalt's second tokenizer and prior follow; found through
/// GESTALT_FIXTURES.
public struct MagvitFixture {
    public static var folder: String? {
        ProcessInfo.processInfo.environment["GESTALT_FIXTURES"].map { $0 + "/magvit/" }
    }
    public static var isAvailable: Bool { folder != nil }

    /// Bounds relative to the largest magnitude: of activations and losses, and of gradients.
    public static let forwardBound: Float = 1e-5
    public static let gradientBound: Float = 1e-4

    public let file: SafeTensorsFile

    public init(_ name: String) throws {
        file = try SafeTensorsFile(contentsOf: Self.folder! + name + ".safetensors")
    }

    public func numbers(_ name: String) throws -> Tensor<Float> {
        try file.tensor(name, as: Float.self)
    }

    public func integers(_ name: String) throws -> Tensor<Int32> {
        try file.tensor(name, as: Int32.self)
    }

    /// A mask stored as bytes.
    public func mask(_ name: String) throws -> [Bool] {
        try file.tensor(name, as: UInt8.self).scalars.map { $0 != 0 }
    }

    public func has(_ name: String) -> Bool { file.names.contains(name) }

    /// Clips stored as bytes, as the models see them: `v / 255 − 0.5`.
    public func clips(_ name: String, offset: Float = 0.5) throws -> Tensor<Float> {
        try file.tensor(name, as: UInt8.self).cast(to: Float.self) / 255 - offset
    }

    /// All tensors of numbers below `prefix`, by the rest of their names.
    public func tensors(below prefix: String) throws -> [String: Tensor<Float>] {
        var result: [String: Tensor<Float>] = [:]
        for name in file.names where name.hasPrefix(prefix) {
            result[String(name.dropFirst(prefix.count))] = try numbers(name)
        }
        return result
    }
}
