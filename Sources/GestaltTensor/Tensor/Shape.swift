import GestaltChecks

/// The lengths of a tensor's axes, outermost first; stored inline, so that creating one allocates
/// nothing.
public struct Shape: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral,
    CustomStringConvertible
{
    /// The largest number of axes a tensor may have.
    public static let maximumRank = 8

    private var lengths: InlineArray<8, Int>
    /// Number of axes; 0 for a scalar.
    public private(set) var rank: Int

    /// - Precondition: at most eight lengths, none negative.
    public init(_ dimensions: some Collection<Int>) {
        require(
            dimensions.count <= Self.maximumRank,
            "a shape has at most \(Self.maximumRank) axes, not \(dimensions.count)")
        lengths = InlineArray(repeating: 1)
        rank = 0
        for length in dimensions { append(length) }
    }

    public init(arrayLiteral elements: Int...) { self.init(elements) }

    init(rank: Int, repeating length: Int) {
        require(rank <= Self.maximumRank, "a shape has at most \(Self.maximumRank) axes")
        lengths = InlineArray(repeating: length)
        self.rank = rank
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { rank }

    /// The length of an axis; negative axes count from the end.
    public subscript(axis: Int) -> Int {
        get { lengths[resolved(axis)] }
        set { lengths[resolved(axis)] = newValue }
    }

    /// The lengths as an array.
    public var dimensions: [Int] { Array(self) }

    /// The number of elements: the product of all lengths, 1 for a scalar.
    public var elementCount: Int {
        var product = 1
        for axis in 0..<rank { product *= lengths[axis] }
        return product
    }

    /// Returns the axis counted from the front.
    /// - Precondition: −rank ≤ axis < rank.
    public func resolved(_ axis: Int) -> Int {
        let index = axis < 0 ? axis + rank : axis
        require(index >= 0 && index < rank, "axis \(axis) does not exist in shape \(self)")
        return index
    }

    /// Adds an innermost axis.
    public mutating func append(_ length: Int) {
        require(length >= 0, "an axis of length \(length)")
        require(rank < Self.maximumRank, "a shape has at most \(Self.maximumRank) axes")
        lengths[rank] = length
        rank += 1
    }

    /// Returns the shape without one axis.
    public func removing(axis: Int) -> Shape {
        let index = resolved(axis)
        var result = Shape()
        for other in 0..<rank where other != index { result.append(lengths[other]) }
        return result
    }

    /// Returns the shape with one more axis of `length` before position `axis` (of the result).
    public func inserting(_ length: Int, axis: Int) -> Shape {
        let index = axis < 0 ? axis + rank + 1 : axis
        require(index >= 0 && index <= rank, "no place \(axis) for an axis in \(self)")
        var result = Shape()
        for other in 0...rank {
            if other == index { result.append(length) }
            if other < rank { result.append(lengths[other]) }
        }
        return result
    }

    private init() { self.init(EmptyCollection()) }

    /// Returns the common broadcast shape, or nil if there is none: axes are matched from the end,
    /// length 1 is broadcast.
    public func broadcast(with other: Shape) -> Shape? {
        if self == other { return self }
        let longest = Swift.max(rank, other.rank)
        var result = Shape(rank: longest, repeating: 1)
        for back in 1...Swift.max(longest, 1) where back <= longest {
            let a = back <= rank ? lengths[rank - back] : 1
            let b = back <= other.rank ? other.lengths[other.rank - back] : 1
            guard a == b || a == 1 || b == 1 else { return nil }
            result.lengths[longest - back] = a == 1 ? b : a
        }
        return result
    }

    public static func == (a: Shape, b: Shape) -> Bool {
        guard a.rank == b.rank else { return false }
        for axis in 0..<a.rank where a.lengths[axis] != b.lengths[axis] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(rank)
        for axis in 0..<rank { hasher.combine(lengths[axis]) }
    }

    public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}

extension Shape: Codable {
    /// - Throws: `DecodingError` unless the list holds at most eight lengths, none negative.
    public init(from decoder: any Decoder) throws {
        let lengths = try decoder.singleValueContainer().decode([Int].self)
        guard lengths.count <= Self.maximumRank, lengths.allSatisfy({ $0 >= 0 }) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription:
                        "a shape is at most \(Self.maximumRank) lengths of at least 0, not \(lengths)"
                ))
        }
        self.init(lengths)
    }

    /// Encodes a list of lengths, outermost first.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(dimensions)
    }
}
