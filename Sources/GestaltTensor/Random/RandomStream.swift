import GestaltChecks

/// A stream of random numbers: a key and a counter, without hidden state.
///
/// A value type: a copy repeats the numbers of the original. Drawing advances ``counter``;
/// resetting it repeats the drawn numbers. ``split(_:)`` returns independent streams for layers,
/// loaders or workers. The numbers of a stream depend on its seed, its splits and the preceding
/// draws, not on threads or instruction set.
///
/// ```swift
/// var stream = RandomStream(seed: 7)
/// let noise: Tensor<Float> = stream.normal([2, 3])
/// var forLayers = stream.split(0)
/// ```
public struct RandomStream: Sendable, Equatable, Codable {
    /// The key of Philox, and the upper half of its counters.
    package let key: UInt64
    package let path: UInt64
    /// The number of blocks of four words used so far: the position of the next number in the
    /// stream.
    public var counter: UInt64 = 0
    /// Whether tensors drawn from it are zeros that occupy no memory; see ``placeholders``.
    package private(set) var drawsPlaceholders = false

    /// The mark of keys derived by splitting, so that no drawn number is also a stream's key.
    private static let splitting: UInt64 = 0x9E37_79B9_7F4A_7C15

    public init(seed: UInt64) {
        key = seed
        path = 0
    }

    private init(key: UInt64, path: UInt64) {
        self.key = key
        self.path = path
    }

    private enum CodingKeys: CodingKey { case key, path, counter }

    /// A stream whose uniform and normal tensors are placeholders, zeros that occupy no memory: for
    /// a model whose weights are read from a file afterwards.
    package static var placeholders: RandomStream {
        var stream = RandomStream(seed: 0)
        stream.drawsPlaceholders = true
        return stream
    }

    /// Returns the child stream with number `index`. It depends on the index and this stream's
    /// origin, not on the numbers drawn before.
    public func split(_ index: UInt64) -> RandomStream {
        let words = Philox.block(key: key ^ Self.splitting, low: index, high: path)
        return RandomStream(
            key: UInt64(words[0]) | UInt64(words[1]) << 32,
            path: UInt64(words[2]) | UInt64(words[3]) << 32)
    }

    /// Reserves `blocks` blocks; returns their position.
    mutating func advance(_ blocks: Int) -> UInt64 {
        let position = counter
        counter &+= UInt64(blocks)
        return position
    }
}

extension RandomStream: RandomNumberGenerator {
    /// Returns 64 random bits; uses a block.
    public mutating func next() -> UInt64 {
        let words = Philox.block(key: key, low: advance(1), high: path)
        return UInt64(words[0]) | UInt64(words[1]) << 32
    }

    /// Draws an integer uniformly from `range`.
    /// - Precondition: `range` is not empty.
    public mutating func integer(in range: Range<Int>) -> Int {
        require(!range.isEmpty, "integer(in: \(range)): the range is empty")
        let span = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound))
        // Lemire, "Fast random integer generation in an interval" (2019): the upper half of a
        // product, drawn again where the lower half would favor some values.
        var product = next().multipliedFullWidth(by: span)
        if product.low < span {
            let threshold = (0 &- span) % span
            while product.low < threshold { product = next().multipliedFullWidth(by: span) }
        }
        return range.lowerBound &+ Int(Int64(bitPattern: product.high))
    }

    /// Draws one number uniformly from `range`.
    /// - Precondition: `range` is not empty and its bounds are finite.
    public mutating func number(in range: Range<Double> = 0..<1) -> Double {
        checkBounds(range)
        let unit = Double(next() >> 11) * 0x1p-53
        let value = range.lowerBound + unit * (range.upperBound - range.lowerBound)
        return min(value, range.upperBound.nextDown)
    }

    func checkBounds<Number: BinaryFloatingPoint>(_ range: Range<Number>) {
        require(
            !range.isEmpty && (range.upperBound - range.lowerBound).isFinite,
            "a uniform number from \(range): the range must be finite and not empty")
    }
}
