import GestaltModels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The share of cells that is masked at a point from 0, all, to 1, none.
///
/// Text: `cosine`, `uniform`, `pow2` for 1 − x², `exp`.
public enum MaskSchedule: Sendable, Hashable {
    /// cos(πx/2)
    case cosine
    /// 1 − x
    case uniform
    /// 1 − x^exponent
    case power(Double)
    /// 1 − 2^(−log₂M·(1 − x)), M the maskable cells.
    case exponential

    /// Returns the share, 10⁻⁶…1.
    /// - Parameter cells: M.
    public func share(at x: Double, cells: Int) -> Double {
        let share =
            switch self {
            case .cosine: cos(.pi / 2 * x)
            case .uniform: 1 - x
            case .power(let exponent): 1 - pow(x, exponent)
            case .exponential: 1 - pow(2, -log2(Double(cells)) * (1 - x))
            }
        return min(max(share, 1e-6), 1)
    }

    /// Returns the number of masked cells: ⌊M · share⌋, from 1 to `most`.
    ///
    /// In `Double`, with 10⁻⁹ M added before rounding down: cos 60° is ½ but for its rounding.
    /// - Parameters:
    ///   - cells: M, positive.
    ///   - most: by default M.
    public func count(at x: Double, cells: Int, most: Int? = nil) -> Int {
        let exact = Double(cells) * share(at: x, cells: cells) + 1e-9 * Double(cells)
        return max(1, min(Int(exact.rounded(.down)), most ?? cells))
    }

    /// Returns the number of unknown cells after each of `steps` steps of a decoding: fewer after
    /// each, as long as there are some, and 0 after the last.
    ///
    /// - Parameter cells: M; without any, all counts are 0.
    /// - Precondition: `steps` is positive.
    public func unknownCounts(steps: Int, cells: Int) -> [Int] {
        var unknown = cells
        return (1...steps).map { step in
            let isLast = step == steps || unknown <= 1
            unknown =
                isLast
                ? 0
                : count(
                    at: Double(step) / Double(steps), cells: cells, most: unknown - 1)
            return unknown
        }
    }

    func validate() throws(ConfigurationError) {
        if case .power(let exponent) = self {
            guard exponent > 0, exponent.isFinite else {
                throw .invalid("", expected: "pow and a positive exponent", found: exponent)
            }
        }
    }
}

extension MaskSchedule: Codable, LosslessStringConvertible {
    public init?(_ description: String) {
        switch description {
        case "cosine": self = .cosine
        case "uniform": self = .uniform
        case "exp": self = .exponential
        default:
            guard description.hasPrefix("pow"), let exponent = Double(description.dropFirst(3)),
                exponent > 0, exponent.isFinite
            else { return nil }
            self = .power(exponent)
        }
    }

    public var description: String {
        switch self {
        case .cosine: "cosine"
        case .uniform: "uniform"
        case .exponential: "exp"
        case .power(let exponent):
            exponent == exponent.rounded() && exponent < 1e6
                ? "pow\(Int(exponent))" : "pow\(exponent)"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let schedule = MaskSchedule(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "cosine, uniform, exp or pow and an exponent, not “\(text)”")
        }
        self = schedule
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
