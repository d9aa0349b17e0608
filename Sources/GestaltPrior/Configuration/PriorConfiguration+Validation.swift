import GestaltFiles
import GestaltModels
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension PriorConfiguration {
    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws(ConfigurationError) {
        for length in latent.array {
            try check((1...4096).contains(length), "latent", "1 to 4096 along each axis", latent)
        }
        try check(tokens <= 1 << 20, "latent", "at most 2²⁰ positions", latent)
        try check((1...1 << 24).contains(codeCount), "codeCount", "1 to 2²⁴", codeCount)
        try check(
            (1...1 << 16).contains(embeddingWidth), "embeddingWidth", "1 to 65536", embeddingWidth)
        try check((1...4096).contains(heads), "heads", "1 to 4096", heads)
        try check(
            width > 0 && width <= 1 << 16 && width % 3 == 0 && width % heads == 0, "width",
            "up to 65536, a multiple of 3 and of heads = \(heads)", width)
        try check((1...1024).contains(layers), "layers", "1 to 1024", layers)
        try checkShare("dropout", dropout)
        try checkShare("attentionDropout", attentionDropout)
        if attention == .sparse {
            try check(
                BlockSparsity.fits(latent.array), "latent",
                "axes whose last ones multiply to a multiple of \(BlockSparsity.videoGPTBlock), "
                    + "with sparse attention", latent)
        }
        if let classes {
            try check((1...1 << 20).contains(classes), "classes", "1 to 2²⁰", classes)
        }
        try check(
            (actionWidth == nil) == (actionStride == nil), "actionStride",
            "a number when, and only when, there is an actionWidth",
            actionStride.map(String.init) ?? "none")
        if let actionWidth, let actionStride {
            try check((1...4096).contains(actionWidth), "actionWidth", "1 to 4096", actionWidth)
            try check((1...64).contains(actionStride), "actionStride", "1 to 64", actionStride)
        }
        if let codeDropout {
            try checkShare("codeDropout.share", codeDropout.share)
            try checkShare("codeDropout.wholeClips", codeDropout.wholeClips)
        }
        if let conditioning { try validate(conditioning) }
    }

    private func validate(_ conditioning: FrameConditioning) throws(ConfigurationError) {
        let (frames, encoder) = (conditioning.frames, conditioning.encoder)
        try check((1...1024).contains(frames), "conditioning.frames", "1 to 1024", frames)
        for (name, length) in [("height", conditioning.height), ("width", conditioning.width)] {
            try check((1...4096).contains(length), "conditioning.\(name)", "1 to 4096", length)
        }
        try validate(encoder)
        let output = encoder.outputWidth
        let (stride, multiple) = (encoder.features.stride, encoder.sizeMultiple)
        try check(
            stride > 0 && FrameConditioning.stride % stride == 0
                && (stride == FrameConditioning.stride
                    || multiple % FrameConditioning.stride == 0),
            "conditioning.encoder",
            "features at every \(FrameConditioning.stride)th pixel, or finer ones of frames whose "
                + "size is a multiple of it", "stride \(stride)")
        try check(
            conditioning.height % multiple == 0 && conditioning.width % multiple == 0,
            "conditioning",
            "frames whose height and width are multiples of \(multiple), the encoder's",
            "\(conditioning.height) × \(conditioning.width)")
        try check(
            output % 3 == 0 && output % heads == 0,
            "conditioning.encoder.outputWidth",
            "a multiple of 3 and of heads = \(heads)", output)
    }

    private func validate(
        _ encoder: any FrameNetworkConfiguration
    ) throws(ConfigurationError) {
        let key = "conditioning.encoder"
        do {
            try encoder.validate()
        } catch let error as ConfigurationError {
            throw error.below(key)
        } catch {
            throw ConfigurationError(key: key, .refused(reason: "\(error)"))
        }
    }

    private func checkShare(_ key: String, _ share: Float) throws(ConfigurationError) {
        try check((0..<1).contains(share), key, "at least 0 and below 1", share)
    }
}

extension FrameEncoderConfiguration {
    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws(ConfigurationError) {
        guard (1...4096).contains(width) else {
            throw .invalid("width", expected: "1 to 4096", found: width)
        }
        guard blocks.count == 4, blocks.allSatisfy({ (1...256).contains($0) }) else {
            throw .invalid("blocks", expected: "four numbers from 1 to 256", found: blocks)
        }
        guard (1...1 << 16).contains(outputWidth) else {
            throw .invalid("outputWidth", expected: "1 to 65536", found: outputWidth)
        }
    }
}
