/// The sizes and choices that define a model, without its weights: the content of `config.json`.
///
/// Its keys are its stored properties.
public protocol ModelConfiguration: Codable, Sendable, Equatable {
    /// The name of the kind in `config.json`; a file of another kind is rejected.
    static var kind: String { get }
    /// The values of keys that a file omits; `nil` where a file has to contain all.
    static var defaults: Self? { get }
    /// - Throws: an error that names the key, the allowed values and the value found.
    func validate() throws
    /// A short description of the model, for lists and reports: `video tokenizer, 512 codes`.
    var summary: String { get }
    /// The facts that ``summary`` is drawn from, for `inspect`; by default every number and text of
    /// the configuration.
    var facts: [Fact] { get }
}

extension ModelConfiguration {
    public static var defaults: Self? { nil }
    public var summary: String { Self.kind }

    public var facts: [Fact] {
        guard let bytes = try? StrictJSON.encode(self),
            let tree = try? StrictJSON.tree(of: bytes, path: nil)
        else { return [] }
        return tree.facts(below: "")
    }
}
