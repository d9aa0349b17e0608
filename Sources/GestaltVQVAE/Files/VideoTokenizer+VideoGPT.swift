import GestaltNN
import GestaltTensor

extension VideoTokenizer {
    /// Takes over the weights of a VideoGPT tokenizer.
    ///
    /// Batch counters are ignored; the codebook counts as initialised, and a configuration without
    /// a `dataVariance` gets VideoGPT's.
    /// - Parameters:
    ///   - tensors: VideoGPT's state dictionary, names and layouts as PyTorch has them.
    ///   - source: what messages call it.
    /// - Throws: ``TokenizerError/state(source:problems:)`` with everything missing, unexpected or
    ///   mis-shaped, in one report.
    public mutating func load(
        videoGPT tensors: [String: Tensor<Float>], source: String = "the state dictionary"
    ) throws(TokenizerError) {
        let names = VideoGPTNames(configuration)
        var unread = Set(tensors.keys)
        var values = ["codebook.isInitialised": Tensor<Float>(1)]
        var problems: [String] = []
        let shapes = Dictionary(uniqueKeysWithValues: state.map { ($0.path, $0.value.shape) })
        for entry in names.entries {
            unread.remove(entry.key)
            guard let path = entry.path else { continue }
            guard let theirs = tensors[entry.key] else {
                problems.append("missing: \(entry.key)")
                continue
            }
            let expected = entry.arrangement.toTheirs(.zeros(shapes[path]!)).shape
            guard theirs.shape == expected else {
                problems.append("\(entry.key): expected \(expected), found \(theirs.shape)")
                continue
            }
            values[path] = entry.arrangement.toOurs(theirs).contiguous()
        }
        problems += unread.sorted().map { "unexpected: \($0)" }
        guard problems.isEmpty else { throw .state(source: source, problems: problems) }
        mapState { path, current in values[path] ?? current }
        if configuration.dataVariance == nil {
            configuration.dataVariance = TokenizerConfiguration.videoGPTDataVariance
        }
    }

    /// The state under VideoGPT's names and in its layouts, without the batch counters.
    public var videoGPTState: [(key: String, tensor: Tensor<Float>)] {
        let values = Dictionary(uniqueKeysWithValues: state.map { ($0.path, $0.value) })
        return VideoGPTNames(configuration).entries.compactMap { entry in
            entry.path.map { (entry.key, entry.arrangement.toTheirs(values[$0]!).contiguous()) }
        }
    }
}
