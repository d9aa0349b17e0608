import GestaltModels

extension Study {
    /// The seeds of the runs with one number of labels: a count, for 0, 1, …, or a list.
    public enum Seeds: Sendable, Equatable {
        case count(Int)
        case list([Int])

        /// The seeds in their order; those of a count ascend from 0.
        public var values: [Int] {
            switch self {
            case .count(let count): Array(0..<max(0, count))
            case .list(let seeds): seeds
            }
        }

        /// - Throws: `ConfigurationError` for no seeds, negative ones, and one that occurs twice.
        func validate() throws(ConfigurationError) {
            switch self {
            case .count(let count) where count < 1:
                throw .invalid("", expected: "1 seed or more", found: count)
            case .list([]): throw .invalid("", expected: "1 seed or more", found: "none")
            case .list(let seeds) where seeds.contains { $0 < 0 }:
                throw .invalid("", expected: "seeds from 0 on", found: seeds)
            case .list(let seeds) where Set(seeds).count < seeds.count:
                throw .invalid("", expected: "each seed once", found: seeds)
            default: break
            }
        }
    }
}

extension Study.Seeds: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    public init(integerLiteral count: Int) { self = .count(count) }
    public init(arrayLiteral seeds: Int...) { self = .list(seeds) }
}

extension Study.Seeds: Codable {
    /// Decodes a number, or a list of numbers.
    public init(from decoder: any Decoder) throws {
        if let seeds = Self(try JSONTree(from: decoder)) {
            self = seeds
            return
        }
        throw DecodingError.dataCorrupted(
            DecodingError.Context(
                codingPath: decoder.codingPath,
                debugDescription: "a number of seeds, or a list of seeds"))
    }

    private init?(_ tree: JSONTree) {
        switch tree {
        case .integer(let count): self = .count(Int(count))
        case .array(let elements):
            let seeds = elements.compactMap { element in
                if case .integer(let seed) = element { Int(seed) } else { nil }
            }
            guard seeds.count == elements.count else { return nil }
            self = .list(seeds)
        default: return nil
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .count(let count): try container.encode(count)
        case .list(let seeds): try container.encode(seeds)
        }
    }
}
