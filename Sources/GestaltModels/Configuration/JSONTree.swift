/// Any JSON value, as stored in a file.
///
/// Integers stay integers, so that a 64-bit seed survives.
public enum JSONTree: Codable, Equatable, Sendable {
    case object([String: JSONTree])
    case array([JSONTree])
    case string(String)
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case null

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let unsigned = try? value.decode(UInt64.self) {
            self = .unsigned(unsigned)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONTree].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSONTree].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .object(let members): try container.encode(members)
        case .array(let elements): try container.encode(elements)
        case .string(let string): try container.encode(string)
        case .bool(let bool): try container.encode(bool)
        case .integer(let integer): try container.encode(integer)
        case .unsigned(let unsigned): try container.encode(unsigned)
        case .number(let number): try container.encode(number)
        case .null: try container.encodeNil()
        }
    }

    /// Returns the first key of this tree, in alphabetical order, that `known` does not have.
    func firstKey(missingFrom known: JSONTree, path: String = "") -> (key: String, known: [String])?
    {
        switch (self, known) {
        case (.object(let mine), .object(let theirs)):
            for (name, value) in mine.sorted(by: { $0.key < $1.key }) {
                let key = path.isEmpty ? name : "\(path).\(name)"
                guard let counterpart = theirs[name] else { return (key, theirs.keys.sorted()) }
                if let found = value.firstKey(missingFrom: counterpart, path: key) { return found }
            }
        case (.array(let mine), .array(let theirs)):
            for (index, pair) in zip(mine, theirs).enumerated() {
                let key = "\(path).\(index)"
                if let found = pair.0.firstKey(missingFrom: pair.1, path: key) { return found }
            }
        default: break
        }
        return nil
    }

    /// Returns the key paths of all numbers, outermost key first, keys in alphabetical order.
    func placesOfNumbers(below place: [String] = []) -> [[String]] {
        switch self {
        case .object(let members):
            members.sorted { $0.key < $1.key }
                .flatMap { $0.value.placesOfNumbers(below: place + [$0.key]) }
        case .array(let elements):
            elements.enumerated()
                .flatMap { $0.element.placesOfNumbers(below: place + ["\($0.offset)"]) }
        case .integer, .unsigned, .number: [place]
        case .string, .bool, .null: []
        }
    }

    /// Returns the tree with another value at `place`.
    func replacing(_ place: ArraySlice<String>, with value: JSONTree) -> JSONTree {
        guard let name = place.first else { return value }
        let rest = place.dropFirst()
        switch self {
        case .object(var members):
            members[name] = members[name]?.replacing(rest, with: value)
            return .object(members)
        case .array(var elements):
            if let index = Int(name), elements.indices.contains(index) {
                elements[index] = elements[index].replacing(rest, with: value)
            }
            return .array(elements)
        default: return self
        }
    }
}
