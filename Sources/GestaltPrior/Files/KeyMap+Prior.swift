import GestaltChecks
import GestaltModels
import GestaltVQVAE
import GestaltVideo

extension KeyMap {
    /// All entries of a prior's state dictionary without its tokenizer, in the order of the state
    /// dictionary.
    ///
    /// Source: the module names of VideoGPT's `gpt.py`, `attention.py` and `resnet.py`.
    /// - Precondition: the frame encoder, if there is one, is VideoGPT's.
    public init(videoGPT configuration: PriorConfiguration) {
        var list = PriorEntries(isConditional: configuration.classes != nil)
        if let conditioning = configuration.conditioning {
            guard let resnet = conditioning.encoder as? FrameEncoderConfiguration else {
                stop("KeyMap(videoGPT:): a frame encoder of kind \(conditioning.encoder.summary)")
            }
            list.resnet(resnet)
            list.positions("cond_pos_embd", "framePositions")
        }
        list.add("fc_in.weight", "input", .linear)
        list.add("attn_stack.right_shift.sos", "start")
        list.positions("attn_stack.pos_embd", "positions")
        for layer in 0..<configuration.layers { list.block(layer, configuration) }
        list.norm("norm", "norm")
        list.add("fc_out.weight", "output", .linear)
        self.init(list.entries)
    }

    /// All entries of a prior's state dictionary, its tokenizer first.
    /// - Precondition: the tokenizer is a ``VQVAE``.
    public init(videoGPT configuration: VideoPredictorConfiguration) {
        guard let tokenizer = configuration.tokenizer.as(VQVAEConfiguration.self) else {
            stop("KeyMap(videoGPT:): a tokenizer of kind \(configuration.tokenizer)")
        }
        self.init(
            KeyMap(videoGPT: tokenizer).below(key: "vqvae.", path: "tokenizer.")
                + KeyMap(videoGPT: configuration.prior).below(key: "", path: "prior."))
    }
}

private struct PriorEntries {
    let isConditional: Bool
    var entries: [KeyMap.Entry] = []

    init(isConditional: Bool) { self.isConditional = isConditional }

    mutating func add(
        _ key: String, _ path: String, _ arrangement: KeyMap.Arrangement = .same
    ) {
        entries.append(KeyMap.Entry(key, path, arrangement))
    }

    mutating func norm(_ key: String, _ path: String) {
        if isConditional {
            add(key + ".w.weight", path + ".scale", .linear)
            add(key + ".wb.weight", path + ".shift", .linear)
        } else {
            add(key + ".g", path + ".scale")
            add(key + ".b", path + ".shift")
        }
    }

    mutating func positions(_ key: String, _ path: String) {
        for (index, axis) in ["time", "height", "width"].enumerated() {
            add("\(key).emb.d_\(index)", "\(path).\(axis)")
        }
    }

    mutating func attention(_ key: String, _ path: String) {
        add(key + ".w_qs.weight", path + ".query", .linear)
        add(key + ".w_ks.weight", path + ".key", .linear)
        add(key + ".w_vs.weight", path + ".value", .linear)
        add(key + ".fc.weight", path + ".output", .linear)
        add(key + ".fc.bias", path + ".outputBias")
    }

    mutating func block(_ layer: Int, _ configuration: PriorConfiguration) {
        let (key, path) = ("attn_stack.attn_nets.\(layer)", "blocks.\(layer)")
        norm(key + ".pre_attn_norm", path + ".attentionNorm")
        attention(key + ".attn", path + ".attention")
        if configuration.attention == .full {
            entries.append(
                KeyMap.Entry(
                    key + ".attn.attn.mask", nil,
                    filler: .causalMask(tokens: configuration.tokens)))
        }
        if configuration.conditioning != nil {
            norm(key + ".pre_enc_norm", path + ".crossNorm")
            attention(key + ".enc_attn", path + ".cross")
        }
        norm(key + ".pre_fc_norm", path + ".mlpNorm")
        for (index, layer) in [(0, "expand"), (2, "contract")] {
            add("\(key).fc_block.\(index).weight", "\(path).\(layer).weight", .linear)
            add("\(key).fc_block.\(index).bias", "\(path).\(layer).bias")
        }
    }

    mutating func resnet(_ encoder: FrameEncoderConfiguration) {
        convolution("resnet.stem.0", "resnet.stem", norm: "resnet.stem.1", "resnet.stemNorm")
        for group in encoder.blocks.indices {
            for block in 0..<encoder.blocks[group] {
                let outer = "resnet.group\(group + 1)"
                let key = block == 0 ? "\(outer).start_block" : "\(outer).blocks.\(block - 1)"
                let path = "resnet.groups.\(group).blocks.\(block)"
                if block == 0 {
                    convolution(
                        key + ".proj_conv", path + ".projection", norm: key + ".proj_bnr",
                        path + ".projectionNorm")
                }
                for index in 1...2 {
                    convolution(
                        "\(key).conv\(index)", "\(path).conv\(index)", norm: "\(key).bnr\(index)",
                        "\(path).norm\(index)")
                }
            }
        }
    }

    private mutating func convolution(
        _ key: String, _ path: String, norm normKey: String, _ normPath: String
    ) {
        add(key + ".weight", path + ".weight", .convolution)
        add(normKey + ".norm.norm.weight", normPath + ".scale")
        add(normKey + ".norm.norm.bias", normPath + ".shift")
    }
}
