/// What a model is made of, as `config.json` holds it: numbers and choices, no weights.
///
/// Its keys are the stored properties; `init()` gives the values of keys that a file leaves out.
public protocol ModelConfiguration: Codable, Sendable {
    /// What `config.json` calls the model: a file of another kind is refused.
    static var kind: String { get }
    init()
    /// - Throws: ``ConfigurationError`` naming the key, what it allows and what it holds.
    func validate() throws(ConfigurationError)
}
