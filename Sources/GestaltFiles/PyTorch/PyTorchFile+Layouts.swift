/// What else trainers keep in a checkpoint.
extension PyTorchFile {
    private static let spellings = ["hyper_parameters", "hparams", "_hparams", "args", "config"]

    /// The hyper-parameters: what Lightning stored as `hyper_parameters`, other trainers as `args` or
    /// `config`, and whole modules as an attribute. Where that is nothing but a wrapper around the
    /// namespace of a command line, the namespace.
    public var hyperParameters: PickleValue? {
        for case let stored? in Self.spellings.map({ root[$0] }) {
            guard let entries = Self.entries(of: stored) else { continue }
            if entries.count == 1, let inner = stored["args"], inner.entries != nil { return inner }
            return entries.isEmpty ? nil : .dictionary(entries)
        }
        return nil
    }

    /// A dictionary's entries, or the attributes of an object.
    private static func entries(of value: PickleValue) -> [PickleValue.Entry]? {
        guard case .object(let object) = value else { return value.entries }
        return object.entries.isEmpty ? object.state?.entries : object.entries
    }
}
