/// What a model is made of, as `config.json` holds it: numbers and choices, no weights.
///
/// Its keys are its stored properties.
public protocol ModelConfiguration: Codable, Sendable {
    /// What `config.json` calls the model: a file of another kind is refused.
    static var kind: String { get }
    /// Gives the values of keys that a file leaves out; nil where a file has to state all.
    static var defaults: Self? { get }
    /// - Throws: an error that names the key, what it allows and what it holds.
    func validate() throws
}

extension ModelConfiguration {
    public static var defaults: Self? { nil }
}
