import GestaltIO

/// The name of an encoder or a head with its arguments, in words separated by colons:
/// `prior:hidden:2:skips:query=zeros`, `convolutional:64`.
///
/// The first word is the registered kind. A word with `=` is an option; the others are positional
/// or flags, as the kind defines. The same text serves command lines, recipes and reports.
public struct ComponentName: Sendable, Hashable {
    public let kind: String
    /// The words after the kind.
    public let words: [String]

    /// - Parameter words: nonempty, without colons.
    public init(_ kind: String, _ words: String...) {
        self.init(kind: kind, words: words)
    }

    public init(kind: String, words: [String]) {
        self.kind = kind
        self.words = words
    }

    /// The arguments, to be consumed by the kind's initializer.
    public var arguments: ComponentArguments { ComponentArguments(self) }
}

extension ComponentName: LosslessStringConvertible, ExpressibleByStringLiteral, Codable {
    /// `nil` for an empty text or an empty word.
    public init?(_ description: String) {
        let words = description.split(separator: ":", omittingEmptySubsequences: false)
            .map(String.init)
        guard !words.contains("") else { return nil }
        self.init(kind: words[0], words: Array(words.dropFirst()))
    }

    public init(stringLiteral value: String) {
        let words = value.split(separator: ":").map(String.init)
        self.init(kind: words.first ?? "", words: Array(words.dropFirst()))
    }

    public var description: String { ([kind] + words).joined(separator: ":") }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = ComponentName(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "words separated by colons, not “\(text)”")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The words of a ``ComponentName``, consumed one by one; words left at the end are an error.
public struct ComponentArguments {
    private let name: ComponentName
    private var words: [String]

    init(_ name: ComponentName) {
        self.name = name
        words = name.words
    }

    /// Consumes the next positional word; `nil` when there is none.
    public mutating func next() -> String? {
        guard let index = words.firstIndex(where: { !$0.contains("=") }) else { return nil }
        return words.remove(at: index)
    }

    /// Consumes the next positional word as a number within `range`; `nil` when it is not one.
    public mutating func number(in range: ClosedRange<Int>) -> Int? {
        guard let index = words.firstIndex(where: { !$0.contains("=") }),
            let number = Int(words[index]), range.contains(number)
        else { return nil }
        words.remove(at: index)
        return number
    }

    /// Consumes a flag; returns whether it is present.
    public mutating func flag(_ word: String) -> Bool {
        guard let index = words.firstIndex(of: word) else { return false }
        words.remove(at: index)
        return true
    }

    /// Consumes the value of `key=value`; `nil` when it is absent.
    public mutating func option(_ key: String) -> String? {
        guard let index = words.firstIndex(where: { $0.hasPrefix(key + "=") }) else { return nil }
        return String(words.remove(at: index).dropFirst(key.count + 1))
    }

    /// Whether all words are consumed.
    package var isEmpty: Bool { words.isEmpty }

    /// Ends the parsing.
    /// - Parameters:
    ///   - key: the key of the error, `encoder` or `head`.
    ///   - grammar: the expected form.
    /// - Throws: `ConfigurationError` when words are left.
    public func finish(_ key: String, grammar: String) throws(ConfigurationError) {
        guard words.isEmpty else { throw error(key, grammar: grammar) }
    }

    /// Returns the error for words that do not fit `grammar`.
    public func error(_ key: String, grammar: String) -> ConfigurationError {
        .invalid(key, expected: grammar, found: "\(name)")
    }
}

extension Registry {
    /// Returns the entry of a name's kind.
    ///
    /// - Parameters:
    ///   - key: the key of the error, `encoder` or `head`.
    ///   - grammar: the form of the names of an entry.
    /// - Throws: `ConfigurationError` that lists the forms of all entries.
    package func entry(
        of name: ComponentName, _ key: String, grammar: (Entry) -> String
    ) throws(ConfigurationError) -> Entry {
        guard let entry = self[name.kind] else {
            throw .invalid(
                key, expected: all.map(grammar).joined(separator: ", "), found: "\(name)")
        }
        return entry
    }
}
