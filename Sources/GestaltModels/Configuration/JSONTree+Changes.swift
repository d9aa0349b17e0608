extension JSONTree {
    /// Returns the tree with values replaced.
    ///
    /// - Parameter changes: new values by key, nested keys joined by dots; `null` takes a key away.
    ///   Shorter keys are applied first, so that `a.b` changes a part of a new `a`.
    public func changed(by changes: [String: JSONTree]) -> JSONTree {
        changes.sorted { ($0.key.count, $0.key) < ($1.key.count, $1.key) }
            .reduce(self) { tree, change in
                tree.setting(change.key.split(separator: ".")[...], to: change.value)
            }
    }

    private func setting(_ path: ArraySlice<Substring>, to value: JSONTree) -> JSONTree {
        guard let name = path.first.map(String.init) else { return value }
        var members: [String: JSONTree] = [:]
        if case .object(let own) = self { members = own }
        if path.count == 1, value == .null {
            members[name] = nil
        } else {
            members[name] = (members[name] ?? .object([:])).setting(path.dropFirst(), to: value)
        }
        return .object(members)
    }

    /// Returns the value of a key, nested keys joined by dots; nil where there is none.
    public subscript(path: String) -> JSONTree? {
        path.split(separator: ".").reduce(self as JSONTree?) { tree, name in
            guard case .object(let members) = tree else { return nil }
            return members[String(name)]
        }
    }

    /// Returns the tree with every text replaced, at any depth.
    public func replacingTexts(
        _ replacement: (String) throws -> String
    ) rethrows -> JSONTree {
        switch self {
        case .object(let members):
            .object(try members.mapValues { try $0.replacingTexts(replacement) })
        case .array(let elements): .array(try elements.map { try $0.replacingTexts(replacement) })
        case .string(let text): .string(try replacement(text))
        case .bool, .integer, .unsigned, .number, .null: self
        }
    }
}

extension JSONTree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONTree...) { self = .array(elements) }
    public init(nilLiteral: ()) { self = .null }

    /// - Precondition: no key occurs twice.
    public init(dictionaryLiteral elements: (String, JSONTree)...) {
        self = .object(Dictionary(uniqueKeysWithValues: elements))
    }
}
