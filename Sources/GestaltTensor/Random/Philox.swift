/// Philox4x32-10: a bijection of 128-bit counters for every 64-bit key, whose values pass all
/// common tests of randomness.
///
/// Source: Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3* (2011).
/// The kernels compute the same function for many counters at once.
package enum Philox {
    package typealias Block = SIMD4<UInt32>

    /// Returns the four words at a counter, given as its lower and upper 64 bits.
    package static func block(key: UInt64, low: UInt64, high: UInt64) -> Block {
        var x = Block(
            UInt32(truncatingIfNeeded: low), UInt32(truncatingIfNeeded: low >> 32),
            UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: high >> 32))
        var k0 = UInt32(truncatingIfNeeded: key)
        var k1 = UInt32(truncatingIfNeeded: key >> 32)
        for _ in 0..<10 {
            let p = UInt64(0xD251_1F53) * UInt64(x[0])
            let q = UInt64(0xCD9E_8D57) * UInt64(x[2])
            x = Block(
                UInt32(truncatingIfNeeded: q >> 32) ^ x[1] ^ k0, UInt32(truncatingIfNeeded: q),
                UInt32(truncatingIfNeeded: p >> 32) ^ x[3] ^ k1, UInt32(truncatingIfNeeded: p))
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return x
    }
}
