import GestaltTensor

/// A map between the tensors of a model and the state dictionary of another program: names and
/// memory layouts.
///
/// Weight layouts are PyTorch's. A model of another library is imported by listing its entries.
public struct KeyMap: Sendable {
    /// The layout of a tensor in the other program's files.
    public enum Arrangement: Sendable {
        case same
        /// `[k…, in, out]` here, `[out, in, k…]` there.
        case convolution
        /// `[k…, in, out]` here, `[in, out, k…]` there.
        case transposedConvolution
        /// `[in, out]` here, `[out, in]` there.
        case linear
    }

    /// One entry of the state dictionary.
    public struct Entry: Sendable {
        /// The name in the state dictionary.
        public let key: String
        /// The path in the model; nil for an entry that is not read.
        public let path: String?
        public let arrangement: Arrangement
        /// The content of an entry without a path.
        public let filler: Filler

        public init(
            _ key: String, _ path: String?, _ arrangement: Arrangement = .same,
            filler: Filler = .batchCounter
        ) {
            self.key = key
            self.path = path
            self.arrangement = arrangement
            self.filler = filler
        }
    }

    /// Content that the model does not use.
    public enum Filler: Sendable, Equatable {
        /// The batch counter of a norm, an integer.
        case batchCounter
        /// The lower triangle `[tokens, tokens]` of ones.
        case causalMask(tokens: Int)
    }

    /// All entries, in the order of the state dictionary.
    public let entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    /// Returns the same entries under longer keys and paths: a model as a part of another.
    public func below(key: String, path: String) -> [Entry] {
        entries.map {
            Entry(key + $0.key, $0.path.map { path + $0 }, $0.arrangement, filler: $0.filler)
        }
    }
}

extension KeyMap.Arrangement {
    /// Converts from the other program's layout to the model's.
    public func toOurs(_ tensor: Tensor<Float>) -> Tensor<Float> {
        let inner = Array(2..<max(tensor.rank, 2))
        switch self {
        case .same: return tensor
        case .convolution: return tensor.permuted(inner + [1, 0])
        case .transposedConvolution: return tensor.permuted(inner + [0, 1])
        case .linear: return tensor.transposed()
        }
    }

    /// Converts from the model's layout to the other program's.
    public func toTheirs(_ tensor: Tensor<Float>) -> Tensor<Float> {
        let kernel = Array(0..<max(tensor.rank - 2, 0))
        switch self {
        case .same: return tensor
        case .convolution: return tensor.permuted([tensor.rank - 1, tensor.rank - 2] + kernel)
        case .transposedConvolution:
            return tensor.permuted([tensor.rank - 2, tensor.rank - 1] + kernel)
        case .linear: return tensor.transposed()
        }
    }
}
