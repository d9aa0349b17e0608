import GestaltFiles

/// As `config.json` of a model folder holds it.
extension TokenizerConfiguration: ModelConfiguration {
    public static var kind: String { "tokenizer" }
}
