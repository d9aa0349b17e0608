extension PickleValue {
    /// The value stored under a string; nil when there is none, or the value has no entries.
    /// The entries of an object are searched first, then its attributes.
    ///
    /// - Complexity: linear in the number of entries.
    public subscript(key: String) -> PickleValue? {
        if let value = entries?.last(where: { $0.key == .string(key) })?.value { return value }
        if case .object(let object) = self { return object.state?[key] }
        return nil
    }

    /// The entries of a dictionary, or those recorded for an object.
    public var entries: [Entry]? {
        switch self {
        case .dictionary(let entries): entries
        case .object(let object): object.entries
        default: nil
        }
    }

    /// The elements of a list or a tuple.
    public var elements: [PickleValue]? {
        switch self {
        case .list(let values), .tuple(let values): values
        default: nil
        }
    }

    public var isNull: Bool { if case .null = self { true } else { false } }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    public var integer: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// A floating-point number, or an integer.
    public var real: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        case .bigInteger(let digits): Double(digits)
        default: nil
        }
    }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var tensor: PyTorchTensor? {
        if case .tensor(let tensor) = self { tensor } else { nil }
    }

    /// The elements of a list or a tuple that holds integers only.
    public var integers: [Int]? {
        guard let elements else { return nil }
        let values = elements.compactMap(\.integer)
        return values.count == elements.count ? values : nil
    }
}

extension PickleValue: CustomStringConvertible {
    /// One line in Python's notation; long and deep content is omitted.
    public var description: String { text(levels: 3) }

    /// A short description for error messages.
    var summary: String { String(text(levels: 1).prefix(120)) }

    private func text(levels: Int) -> String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .bigInteger(let digits): digits
        case .real(let value): String(value)
        case .string(let text): "'\(text.count > 80 ? text.prefix(80) + "…" : text)'"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .list(let values): "[\(Self.text(values, levels))]"
        case .tuple(let values): "(\(Self.text(values, levels))\(values.count == 1 ? "," : ""))"
        case .dictionary(let entries): "{\(Self.text(entries, levels))}"
        case .global(let global): global.description
        case .tensor(let tensor): "tensor of \(tensor.type) \(tensor.shape)"
        case .object(let object): "\(object.name)(…)"
        case .recursion: "…"
        }
    }

    private static let shownCount = 16

    private static func text(_ values: [PickleValue], _ levels: Int) -> String {
        guard levels > 0 || values.isEmpty else { return "…" }
        let shown = values.prefix(shownCount).map { $0.text(levels: levels - 1) }
        return (shown + (values.count > shownCount ? ["…"] : [])).joined(separator: ", ")
    }

    private static func text(_ entries: [Entry], _ levels: Int) -> String {
        guard levels > 0 || entries.isEmpty else { return "…" }
        let shown = entries.prefix(shownCount).map {
            "\($0.key.text(levels: levels - 1)): \($0.value.text(levels: levels - 1))"
        }
        return (shown + (entries.count > shownCount ? ["…"] : [])).joined(separator: ", ")
    }
}
