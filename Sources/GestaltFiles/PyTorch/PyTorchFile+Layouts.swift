/// Where checkpoints keep what is asked for.
extension PyTorchFile {
    /// The keys under which training programs store the state dictionary, the most usual first.
    private static let spellings = ["state_dict", "model_state_dict", "model"]

    /// The entries of the state dictionary: under one of the usual keys, else the checkpoint
    /// itself; empty when neither holds a tensor.
    static func stateDictionary(of root: PickleValue) -> [PickleValue.Entry] {
        let candidates = spellings.map { root[$0] } + [root]
        for case .dictionary(let entries)? in candidates
        where entries.contains(where: { $0.key.string != nil && $0.value.tensor != nil }) {
            return entries
        }
        return []
    }

    /// The hyper-parameters that Lightning stored: `hyper_parameters`, or, where that is nothing but
    /// a wrapper around the namespace of a command line, the namespace.
    public var hyperParameters: PickleValue? {
        guard let stored = root["hyper_parameters"] else { return nil }
        if let entries = stored.entries, entries.count == 1, let inner = stored["args"],
            inner.entries != nil
        {
            return inner
        }
        return stored
    }
}
