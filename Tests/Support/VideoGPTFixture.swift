import Foundation
import GestaltFiles
import GestaltTensor

/// Numbers that VideoGPT's own program made; found through GESTALT_FIXTURES.
public struct VideoGPTFixture {
    public static var folder: String? {
        ProcessInfo.processInfo.environment["GESTALT_FIXTURES"].map { $0 + "/videogpt/" }
    }
    public static var isAvailable: Bool { folder != nil }

    public let file: SafeTensorsFile

    public init(_ name: String) throws {
        file = try SafeTensorsFile(contentsOf: Self.folder! + name)
    }

    /// A tensor as stored.
    public func raw(_ name: String) throws -> Tensor<Float> {
        try file.tensor(name, as: Float.self)
    }

    /// A tensor stored `[B, C, T, H, W]`, channels last.
    public func channelsLast(_ name: String) throws -> Tensor<Float> {
        try raw(name).permuted([0, 2, 3, 4, 1])
    }

    public func integers(_ name: String) throws -> Tensor<Int32> {
        try file.tensor(name, as: Int32.self)
    }

    /// Clips stored as bytes `[…, B, C, T, H, W]`, as the models see them: `v / 255 − 0.5`, channels
    /// last.
    public func clips(_ name: String) throws -> Tensor<Float> {
        let values = try file.tensor(name, as: UInt8.self).cast(to: Float.self) / 255 - 0.5
        let lead = values.rank - 5
        return values.permuted(Array(0..<lead) + [0, 2, 3, 4, 1].map { $0 + lead })
    }

    /// All tensors below `prefix`, by the rest of their names.
    public func tensors(below prefix: String) throws -> [String: Tensor<Float>] {
        var result: [String: Tensor<Float>] = [:]
        for name in file.names where name.hasPrefix(prefix) {
            result[String(name.dropFirst(prefix.count))] = try raw(name)
        }
        return result
    }
}

/// The largest deviation, relative to the largest magnitude of what is expected.
public func relativeDeviation(_ a: Tensor<Float>, from expected: Tensor<Float>) -> Float {
    guard a.shape == expected.shape else { return .infinity }
    let (x, y) = (a.scalars, expected.scalars)
    let scale = y.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    return zip(x, y).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(worst, difference / scale)
    }
}
