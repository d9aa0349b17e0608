import GestaltFiles
import GestaltModels
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// Derives the configuration of a VideoGPT model from the shapes of its state dictionary and from
/// settings.
struct VideoGPTSizes {
    let table: TensorTable
    let settings: VideoGPTSettings
    /// Settings that neither the state nor the caller specifies, each with its likely value.
    private(set) var missing: [String] = []

    init(_ table: TensorTable, _ settings: VideoGPTSettings) {
        self.table = table
        self.settings = settings
    }

    /// The model that the state holds: a prior with its tokenizer, or a tokenizer alone.
    enum Content { case predictor, tokenizer }

    /// - Throws: ``VideoGPTError/unknownModel(path:expected:found:)``.
    func content() throws(VideoGPTError) -> Content {
        if table.shape(of: "fc_in.weight") != nil { return .predictor }
        if table.shape(of: "codebook.embeddings") != nil { return .tokenizer }
        throw .unknownModel(
            path: table.path,
            expected: "the state of a VideoGPT prior (fc_in.weight) or tokenizer "
                + "(codebook.embeddings)",
            found: table.entries.isEmpty
                ? "no tensors" : table.entries.prefix(4).map(\.name).joined(separator: ", "))
    }

    /// Whether the state has the tensors that every model of this kind starts with.
    func isWhole(_ content: Content) -> Bool {
        let prefix = content == .predictor ? "vqvae." : ""
        return ["codebook.embeddings", "encoder.convs.0.conv.weight"].allSatisfy {
            table.shape(of: prefix + $0) != nil
        }
    }

    private func sizes(_ name: String, rank: Int) throws(VideoGPTError) -> [Int] {
        guard let shape = table.shape(of: name) else {
            throw .state(StateMismatch(path: table.path, problems: ["missing: \(name)"]))
        }
        guard shape.count == rank, !shape.contains(0) else {
            throw .state(
                StateMismatch(
                    path: table.path, problems: ["\(name): expected \(rank) axes, found \(shape)"]))
        }
        return shape
    }

    /// Returns the number of entries `name(0)`, `name(1)`, … in the state.
    private func count(_ name: (Int) -> String) -> Int {
        var count = 0
        while table.shape(of: name(count)) != nil { count += 1 }
        return count
    }

    /// - Parameters:
    ///   - prefix: the prefix of the tokenizer's names.
    ///   - latent: the grid of codes, where a prior specifies it.
    mutating func tokenizer(
        below prefix: String, latent: Extent3?
    ) throws(VideoGPTError) -> VQVAEConfiguration {
        let convolution = try sizes(prefix + "encoder.convs.0.conv.weight", rank: 5)
        let codebook = try sizes(prefix + "codebook.embeddings", rank: 2)
        let levels = count { "\(prefix)encoder.convs.\($0).conv.weight" }
        let blocks = count { "\(prefix)encoder.res_stack.\($0).block.0.weight" }
        let strides = try strides(latent, levels: levels)
        return VQVAEConfiguration(
            strides: strides, hiddenChannels: convolution[0], embeddingWidth: codebook[1],
            codeCount: codebook[0],
            blocks: blocks, dataVariance: VQVAEConfiguration.videoGPTDataVariance)
    }

    private mutating func strides(
        _ latent: Extent3?, levels: Int
    ) throws(VideoGPTError) -> Extent3 {
        var found = try settings.strides("downsample")
        if found == nil, let latent, let frames = try settings.integer("sequence_length"),
            let pixels = try settings.integer("resolution")
        {
            found = .init(
                time: frames / latent.time, height: pixels / latent.height,
                width: pixels / latent.width)
        }
        guard let found else {
            missing.append(
                "downsample=T,H,W, the tokenizer's strides; \(levels) levels make the largest "
                    + "\(1 << levels)")
            return .init(time: 1 << levels, height: 1 << levels, width: 1 << levels)
        }
        if let latent { try check(found, latent) }
        guard found.array.max() == 1 << levels else {
            throw .setting(
                path: table.path, name: "downsample",
                expected: "\(1 << levels) as the largest stride, for the \(levels) levels of the "
                    + "state", found: "\(found)")
        }
        return found
    }

    /// Checks the caller's settings for consistency: strides times the grid of codes are the clip.
    private func check(
        _ strides: Extent3, _ latent: Extent3
    ) throws(VideoGPTError) {
        for (name, stride, codes) in [
            ("sequence_length", strides.time, latent.time),
            ("resolution", strides.height, latent.height),
        ] {
            guard let clip = try settings.integer(name), clip != stride * codes,
                settings.given.contains(name) || settings.given.contains("downsample")
            else { continue }
            throw .setting(
                path: table.path, name: name,
                expected:
                    "\(stride * codes), the state's \(codes) codes with a stride of \(stride)",
                found: "\(clip)")
        }
    }

    /// Returns the prior's grid of codes.
    func latent() throws(VideoGPTError) -> Extent3 {
        var lengths: [Int] = []
        for axis in 0..<3 {
            lengths.append(try sizes("attn_stack.pos_embd.emb.d_\(axis)", rank: 2)[0])
        }
        return .init(time: lengths[0], height: lengths[1], width: lengths[2])
    }

    /// Returns the configuration of a prior with its tokenizer.
    mutating func predictor() throws(VideoGPTError) -> VideoPredictorConfiguration {
        let tokenizer = try tokenizer(below: "vqvae.", latent: try latent())
        return VideoPredictorConfiguration(tokenizer: tokenizer, prior: try prior(tokenizer))
    }

    mutating func prior(
        _ tokenizer: VQVAEConfiguration
    ) throws(VideoGPTError)
        -> PriorConfiguration
    {
        let latent = try latent()
        let heads = try settings.integer("heads")
        if heads == nil {
            missing.append("heads=N, of the prior's attention; shapes do not determine it")
        }
        let input = try sizes("fc_in.weight", rank: 2)
        let layers = count { "attn_stack.attn_nets.\($0).fc_block.0.weight" }
        let output = try sizes("fc_out.weight", rank: 2)
        return PriorConfiguration(
            latent: latent, codeCount: output[0], embeddingWidth: input[1], width: input[0],
            heads: heads ?? 1, layers: layers, attention: try attention(),
            dropout: try settings.share("dropout") ?? 0.2,
            attentionDropout: try settings.share("attn_dropout") ?? 0.3,
            conditioning: try conditioning(
                height: latent.height * tokenizer.strides.height,
                width: latent.width * tokenizer.strides.width),
            classes: table.shape(of: "norm.w.weight")?.last)
    }

    /// Returns the kind of attention: full attention stores its mask in the state, sparse nothing.
    private mutating func attention() throws(VideoGPTError) -> PriorConfiguration.Attention {
        if table.shape(of: "attn_stack.attn_nets.0.attn.attn.mask") != nil {
            if let text = settings.text("attn_type"), text != "full" {
                throw .setting(
                    path: table.path, name: "attn_type",
                    expected: "full, as the masks in the state say", found: text)
            }
            return .full
        }
        guard let text = settings.text("attn_type") else {
            missing.append("attn_type=full or sparse; the state holds no masks")
            return .full
        }
        guard let attention = PriorConfiguration.Attention(rawValue: text) else {
            throw .setting(
                path: table.path, name: "attn_type", expected: "full or sparse", found: text)
        }
        return attention
    }

    private func conditioning(
        height: Int, width: Int
    ) throws(VideoGPTError) -> FrameConditioning? {
        guard table.shape(of: "resnet.stem.0.weight") != nil else { return nil }
        let stem = try sizes("resnet.stem.0.weight", rank: 5)
        let last = try sizes("resnet.group4.start_block.conv2.weight", rank: 5)
        let frames = try sizes("cond_pos_embd.emb.d_0", rank: 2)[0]
        let blocks = (1...4).map { group in
            1 + count { "resnet.group\(group).blocks.\($0).conv1.weight" }
        }
        return FrameConditioning(
            frames: frames, height: height, width: width,
            encoder: FrameEncoderConfiguration(
                width: stem[0], blocks: blocks, outputWidth: last[0]))
    }
}
