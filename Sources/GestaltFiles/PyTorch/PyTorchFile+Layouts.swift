/// Other content that trainers store in a checkpoint.
extension PyTorchFile {
    private static let spellings = ["hyper_parameters", "hparams", "_hparams", "args", "config"]

    /// The hyperparameters: Lightning's `hyper_parameters`, other trainers' `args` or `config`, or
    /// an attribute of a whole module. If that is only a wrapper around a command line's
    /// namespace, the namespace.
    public var hyperParameters: PickleValue? {
        for case let stored? in Self.spellings.map({ root[$0] }) {
            guard let entries = Self.entries(of: stored) else { continue }
            if entries.count == 1, let inner = stored["args"], inner.entries != nil { return inner }
            return entries.isEmpty ? nil : .dictionary(entries)
        }
        return nil
    }

    /// Returns a dictionary's entries, or the attributes of an object.
    private static func entries(of value: PickleValue) -> [PickleValue.Entry]? {
        guard case .object(let object) = value else { return value.entries }
        return object.entries.isEmpty ? object.state?.entries : object.entries
    }
}
