import Foundation
import GestaltTensor

/// Breaks files in ways that find careless readers; the same seed gives the same breakage.
public struct Mutator: Sendable {
    private var random: RandomStream

    public init(seed: UInt64) { random = RandomStream(seed: seed) }

    /// How many mutations a test tries: `usual`, or GESTALT_MUTATIONS of the environment where that is
    /// more.
    public static func count(_ usual: Int) -> Int {
        max(usual, ProcessInfo.processInfo.environment["GESTALT_MUTATIONS"].flatMap(Int.init) ?? 0)
    }

    /// `bytes` after one to four changes: flipped bits, false bytes, false numbers of four and
    /// eight bytes, cut ends, doubled, removed and foreign stretches.
    public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) { change(&result) }
        return result
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: 0...255, using: &random)) }
        let place = position(in: bytes)
        let length = Int.random(in: 1...max(1, min(64, bytes.count - place)), using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 3: bytes.removeSubrange(place...)
        case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + length)], at: place)
        case 5: bytes.removeSubrange(place..<min(bytes.count, place + length))
        case 6: put(number(), width: Bool.random(using: &random) ? 4 : 8, at: place, in: &bytes)
        default:
            let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            bytes.insert(contentsOf: noise, at: place)
        }
    }

    // Headers stand in front, so half of the changes go there.
    private mutating func position(in bytes: [UInt8]) -> Int {
        let limit = Bool.random(using: &random) ? min(64, bytes.count) : bytes.count
        return Int.random(in: 0..<limit, using: &random)
    }

    private mutating func number() -> UInt64 {
        [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, 1 << 62, .max]
            .randomElement(using: &random) ?? 0
    }

    private mutating func put(_ value: UInt64, width: Int, at place: Int, in bytes: inout [UInt8]) {
        let isBig = Bool.random(using: &random)
        for offset in 0..<width where place + offset < bytes.count {
            let shift = 8 * (isBig ? width - 1 - offset : offset)
            bytes[place + offset] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }
}
