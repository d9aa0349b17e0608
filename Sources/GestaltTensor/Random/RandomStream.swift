import GestaltChecks

/// A stream of random numbers: a key and a counter, nothing hidden.
///
/// A value: a copy repeats what the original gives. Drawing moves ``counter`` on; setting it back
/// repeats what was drawn. ``split(_:)`` gives streams that have nothing to do with each other, for
/// layers, loaders or workers. What a stream gives depends on its seed, the splits and the draws
/// made, not on threads or instruction set.
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
    /// Blocks of four words used so far: where in the stream the next number comes from.
    public var counter: UInt64 = 0
    /// Whether tensors drawn from it are zeros that take no memory, see ``placeholders``.
    package private(set) var drawsPlaceholders = false

    /// Marks the keys that splitting uses, so that no drawn number is also a stream's key.
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

    /// A stream whose uniform and normal tensors are placeholders, zeros that take no memory: for a model
    /// whose weights are about to be read from a file.
    package static var placeholders: RandomStream {
        var stream = RandomStream(seed: 0)
        stream.drawsPlaceholders = true
        return stream
    }

    /// The stream number `index` of those that descend from this one. It depends on the index and
    /// this stream's origin, not on how much has been drawn.
    public func split(_ index: UInt64) -> RandomStream {
        let words = Philox.block(key: key ^ Self.splitting, low: index, high: path)
        return RandomStream(
            key: UInt64(words[0]) | UInt64(words[1]) << 32,
            path: UInt64(words[2]) | UInt64(words[3]) << 32)
    }

    /// Takes `blocks` blocks: their position.
    mutating func advance(_ blocks: Int) -> UInt64 {
        let position = counter
        counter &+= UInt64(blocks)
        return position
    }
}

extension RandomStream: RandomNumberGenerator {
    /// 64 random bits; uses a block.
    public mutating func next() -> UInt64 {
        let words = Philox.block(key: key, low: advance(1), high: path)
        return UInt64(words[0]) | UInt64(words[1]) << 32
    }

    /// A number from `range`, each with the same probability.
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

    /// One number, evenly from `range`.
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
