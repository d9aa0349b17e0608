import Foundation

/// A named value for people and programs: a key in snake_case and its value.
public struct Fact: Sendable, Equatable {
    public let key: String
    public let value: Value

    public init(_ key: String, _ value: Value) {
        self.key = key
        self.value = value
    }

    /// The value of a fact, or a cell of a table.
    public enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int)
        case number(Double)
        case list([Value])
    }
}

extension Fact.Value: CustomStringConvertible {
    public var description: String {
        switch self {
        case .text(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): String(format: "%.4g", number)
        case .list(let values): values.map(\.description).joined(separator: " ")
        }
    }
}

extension Fact.Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }

    public static func sizes(_ sizes: [Int]) -> Self { .list(sizes.map(Self.integer)) }
}

extension JSONTree {
    func facts(below key: String) -> [Fact] {
        switch self {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap {
                $0.value.facts(below: key.isEmpty ? $0.key : key + "." + $0.key)
            }
        case .array(let elements):
            [Fact(key, .list(elements.compactMap { $0.facts(below: key).first?.value }))]
        case .string(let text): [Fact(key, .text(text))]
        case .integer(let number): [Fact(key, .integer(Int(clamping: number)))]
        case .unsigned(let number): [Fact(key, .integer(Int(clamping: number)))]
        case .number(let number): [Fact(key, .number(number))]
        case .bool(let flag): [Fact(key, .text(flag ? "true" : "false"))]
        case .null: []
        }
    }
}
