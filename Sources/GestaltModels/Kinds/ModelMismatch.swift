/// A requirement on the kind of a model.
public struct ModelNeed: Equatable, Sendable, CustomStringConvertible {
    /// A noun phrase: `a video tokenizer or predictor`.
    public let description: String
    /// The recipes whose result satisfies it: `tokenizer`, `prior`.
    public let recipes: [String]

    public init(_ description: String, recipes: [String] = []) {
        self.description = description
        self.recipes = recipes
    }
}

/// A model of another kind than the one needed.
public struct ModelMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// The path as the caller named it; `nil` for a model in memory.
    public var path: String?
    public let needed: ModelNeed
    /// The model as a noun phrase.
    public let found: String

    public init(path: String? = nil, needed: ModelNeed, found: String) {
        self.path = path
        self.needed = needed
        self.found = found
    }

    public var description: String {
        "\(path ?? "the model") is \(found), but \(needed) is needed"
    }
}
