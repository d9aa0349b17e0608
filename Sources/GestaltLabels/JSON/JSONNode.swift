/// A value of JSON text.
///
/// Arrays of numbers are packed: a coordinate list takes eight bytes a number.
package enum JSONNode: Sendable {
    /// Members in their order, without equal keys.
    case object([JSONMember])
    case array([JSONNode])
    /// An array of at least one number and nothing else. NaN, infinities and numbers beyond the
    /// range of `Double` are kept as such.
    case numbers([Double])
    case string(String)
    /// A number without fraction and exponent that fits.
    case integer(Int)
    /// Any other number.
    case number(Double)
    case bool(Bool)
    case null

    /// The noun for the kind of value, for messages.
    package var kind: String {
        switch self {
        case .object: "an object"
        case .array, .numbers: "a list"
        case .string: "text"
        case .integer, .number: "a number"
        case .bool: "true or false"
        case .null: "null"
        }
    }

    /// The value of a member; nil when this is no object or has no such member.
    package subscript(key: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The members of an object; nil for other values.
    package var members: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements of an array; nil for other values.
    package var elements: [JSONNode]? {
        switch self {
        case .array(let elements): elements
        case .numbers(let numbers): numbers.map { Self.number($0) }
        default: nil
        }
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }

    /// A number; whole or not.
    package var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// A finite number in single precision; nil for other values.
    package var finiteFloat: Float? {
        double.flatMap { Float($0).isFinite ? Float($0) : nil }
    }

    /// A whole number, also one written with a fraction of zero; nil for other values.
    package var int: Int? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int(exactly: number)
        default: nil
        }
    }
}

/// A member of a JSON object.
package struct JSONMember: Sendable {
    package let key: String
    package let value: JSONNode

    package init(_ key: String, _ value: JSONNode) {
        self.key = key
        self.value = value
    }
}
