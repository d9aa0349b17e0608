/// Small sequential random numbers: a scene, a shuffle, a draw of augmentations.
///
/// Each use starts its own sequence from a seed and an index, so nothing depends on what was drawn
/// elsewhere. The bits must never change, or every synthetic data set and every order of batches
/// would; for the same reason nothing here relies on how the standard library shuffles.
///
/// Source: Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators* (2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// An independent sequence for each `index` of the same seed.
    package init(seed: UInt64, index: UInt64) {
        var first = SplitMix64(seed: seed)
        var second = SplitMix64(seed: first.next() ^ (index &* 0xD1B5_4A32_D192_ED03))
        state = second.next()
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension RandomNumberGenerator {
    /// Uniform in `[0, 1)`, 24 bits.
    package mutating func unit() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    package mutating func uniform(_ range: ClosedRange<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }

    /// Uniform to within range.count / 2⁶⁴.
    package mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    package mutating func chance(_ probability: Float) -> Bool {
        unit() < probability
    }

    /// - Precondition: `choices` is not empty.
    package mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[integer(0...(choices.count - 1))]
    }
}
