import GestaltModels

extension KeyMap {
    /// All entries of a tokenizer's state dictionary, in its order.
    ///
    /// Source: the module names of VideoGPT's `vqvae.py` and `attention.py`.
    public init(videoGPT configuration: VQVAEConfiguration) {
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
        self.init(list.entries)
    }
}

private struct EntryList {
    var entries: [KeyMap.Entry] = []

    mutating func add(
        _ key: String, _ path: String?, _ arrangement: KeyMap.Arrangement = .same
    ) {
        entries.append(KeyMap.Entry(key, path, arrangement))
    }

    mutating func affine(_ key: String, _ path: String, _ weight: KeyMap.Arrangement) {
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
