import GestaltTensor

/// The purposes of random draws in loading, each with a stream of its own.
///
/// Draws depend on seed, purpose and index alone, never on what was drawn elsewhere, and do not rely
/// on how the standard library shuffles: a run that names a seed sees the same batches everywhere.
enum LoadingDraws: UInt64 {
    case order, augmentation, window, holdout

    /// Returns the stream of an index: the number of a pass, or a position in the order.
    func stream(seed: UInt64, index: Int) -> RandomStream {
        // Trainers split the same seed by step, from 0 on, and recipes take the last two.
        RandomStream(seed: seed).split(.max - 16 - rawValue).split(UInt64(index))
    }
}

extension RandomNumberGenerator {
    /// Draws a number uniformly from `[0, 1)`, 24 bits.
    package mutating func unit() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// Draws a number uniformly from `range`.
    package mutating func uniform(_ range: ClosedRange<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * unit()
    }

    /// Draws an integer uniformly from `range`, to within range.count / 2⁶⁴.
    package mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// Returns true with the given probability.
    package mutating func chance(_ probability: Float) -> Bool {
        unit() < probability
    }

    /// Draws one of `choices` uniformly.
    ///
    /// - Precondition: `choices` is not empty.
    package mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[integer(0...(choices.count - 1))]
    }
}
