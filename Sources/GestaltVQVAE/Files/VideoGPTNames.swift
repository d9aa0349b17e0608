import GestaltTensor

/// Where each tensor of a model stands in VideoGPT's state dictionary, and how it lies there.
///
/// Source: the module names of VideoGPT's `vqvae.py` and `attention.py`; weight layouts are
/// PyTorch's.
public struct VideoGPTNames: Sendable {
    /// How a tensor of ours lies in VideoGPT's files.
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
        /// VideoGPT's name.
        public let key: String
        /// Ours; nil for what nothing here reads.
        public let path: String?
        public let arrangement: Arrangement
        /// What stands at a key without a path.
        public let filler: Filler

        package init(
            _ key: String, _ path: String?, _ arrangement: Arrangement = .same,
            filler: Filler = .batchCounter
        ) {
            self.key = key
            self.path = path
            self.arrangement = arrangement
            self.filler = filler
        }
    }

    /// Entries that hold nothing a model of ours needs.
    public enum Filler: Sendable, Equatable {
        /// How many batches a norm has seen, an integer.
        case batchCounter
        /// The lower triangle `[tokens, tokens]` of ones.
        case causalMask(tokens: Int)
    }

    /// All entries, in the order of the state dictionary.
    public let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// The same entries with longer keys and paths: a model as a part of another.
    package func below(key: String, path: String) -> [Entry] {
        entries.map {
            Entry(key + $0.key, $0.path.map { path + $0 }, $0.arrangement, filler: $0.filler)
        }
    }

    public init(_ configuration: TokenizerConfiguration) {
        var list = EntryList()
        let levels = configuration.levels.count
        for level in 0..<levels {
            list.affine("encoder.convs.\(level).conv", "encoder.levels.\(level)", .convolution)
        }
        list.affine("encoder.conv_last.conv", "encoder.last", .convolution)
        list.stack("encoder", blocks: configuration.blocks)
        list.stack("decoder", blocks: configuration.blocks)
        for level in 0..<levels {
            list.affine(
                "decoder.convts.\(level).convt", "decoder.levels.\(level)", .transposedConvolution)
        }
        list.affine("pre_vq_conv.conv", "preQuantization", .convolution)
        list.affine("post_vq_conv.conv", "postQuantization", .convolution)
        list.add("codebook.embeddings", "codebook.embeddings")
        list.add("codebook.N", "codebook.usage")
        list.add("codebook.z_avg", "codebook.sums")
        entries = list.entries
    }
}

private struct EntryList {
    var entries: [VideoGPTNames.Entry] = []

    mutating func add(
        _ key: String, _ path: String?, _ arrangement: VideoGPTNames.Arrangement = .same
    ) {
        entries.append(VideoGPTNames.Entry(key, path, arrangement))
    }

    mutating func affine(_ key: String, _ path: String, _ weight: VideoGPTNames.Arrangement) {
        add(key + ".weight", path + ".weight", weight)
        add(key + ".bias", path + ".bias")
    }

    mutating func norm(_ key: String, _ path: String) {
        add(key + ".weight", path + ".scale")
        add(key + ".bias", path + ".shift")
        add(key + ".running_mean", path + ".runningMean")
        add(key + ".running_var", path + ".runningVariance")
        add(key + ".num_batches_tracked", nil)
    }

    mutating func stack(_ half: String, blocks: Int) {
        for block in 0..<blocks {
            let (key, path) = ("\(half).res_stack.\(block).block", "\(half).stack.blocks.\(block)")
            norm(key + ".0", path + ".norm1")
            add(key + ".2.conv.weight", path + ".conv1.weight", .convolution)
            norm(key + ".3", path + ".norm2")
            add(key + ".5.conv.weight", path + ".conv2.weight", .convolution)
            norm(key + ".6", path + ".norm3")
            for (letter, axis) in [("w", "width"), ("h", "height"), ("t", "time")] {
                let (theirs, ours) = (key + ".8.attn_\(letter)", path + ".attention.\(axis)")
                add(theirs + ".w_qs.weight", ours + ".query", .linear)
                add(theirs + ".w_ks.weight", ours + ".key", .linear)
                add(theirs + ".w_vs.weight", ours + ".value", .linear)
                add(theirs + ".fc.weight", ours + ".output", .linear)
                add(theirs + ".fc.bias", ours + ".outputBias")
            }
        }
        norm("\(half).res_stack.\(blocks)", "\(half).stack.norm")
    }
}

extension VideoGPTNames.Arrangement {
    /// A tensor in our layout, from one in VideoGPT's.
    public func toOurs(_ tensor: Tensor<Float>) -> Tensor<Float> {
        let inner = Array(2..<max(tensor.rank, 2))
        switch self {
        case .same: return tensor
        case .convolution: return tensor.permuted(inner + [1, 0])
        case .transposedConvolution: return tensor.permuted(inner + [0, 1])
        case .linear: return tensor.transposed()
        }
    }

    /// A tensor in VideoGPT's layout, from one in ours.
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
