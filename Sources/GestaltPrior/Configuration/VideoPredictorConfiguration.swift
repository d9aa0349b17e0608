import GestaltFiles
import GestaltModels
import GestaltVQVAE
import GestaltVideo

/// The configuration of a ``VideoPredictor``; its `config.json`.
public struct VideoPredictorConfiguration: ModelConfiguration {
    public static let kind = "predictor"

    public var tokenizer: AnyTokenizerConfiguration
    public var prior: PriorConfiguration
    /// The forecasts at every pixel of the last conditioning frame, from the features of the frame
    /// encoder, in addition to the codes; nil for none, as in VideoGPT.
    public var forecasts: ForecastOutputs?

    public init(
        tokenizer: any VideoTokenizerConfiguration, prior: PriorConfiguration,
        forecasts: ForecastOutputs? = nil
    ) {
        self.tokenizer = AnyTokenizerConfiguration(tokenizer)
        self.prior = prior
        self.forecasts = forecasts
    }

    public init(from decoder: any Decoder) throws {
        VideoModel.registerKinds()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        tokenizer = try container.decode(AnyTokenizerConfiguration.self, forKey: .tokenizer)
        prior = try container.decode(PriorConfiguration.self, forKey: .prior)
        forecasts = try container.decodeIfPresent(ForecastOutputs.self, forKey: .forecasts)
    }

    /// Frames of a clip.
    public var clipLength: Int { tokenizer.clipLengths.frames(ofSlots: prior.latent.time) }
    /// Pixels of a frame.
    public var frameHeight: Int { prior.latent.height * tokenizer.strides.height }
    public var frameWidth: Int { prior.latent.width * tokenizer.strides.width }

    public func validate() throws {
        do {
            try tokenizer.value.validate()
        } catch let error as ConfigurationError {
            throw error.below("tokenizer")
        }
        do { try prior.validate() } catch { throw error.below("prior") }
        func check(_ holds: Bool, _ key: String, _ expected: String, _ found: Any) throws {
            guard holds else {
                throw ConfigurationError.invalid(key, expected: expected, found: found)
            }
        }
        try check(
            prior.codeCount == tokenizer.codeCount, "prior.codeCount",
            "the tokenizer's \(tokenizer.codeCount)",
            prior.codeCount)
        try check(
            prior.embeddingWidth == tokenizer.embeddingWidth, "prior.embeddingWidth",
            "the tokenizer's \(tokenizer.embeddingWidth)", prior.embeddingWidth)
        if let stride = prior.actionStride {
            try check(
                tokenizer.clipLengths.first == 0, "prior.actionWidth",
                "no actions: the first slot of a causal tokenizer is one frame",
                prior.actionWidth ?? 0)
            try check(
                stride == tokenizer.strides.time, "prior.actionStride",
                "the tokenizer's temporal stride \(tokenizer.strides.time)", stride)
        }
        try validateForecasts()
        guard let conditioning = prior.conditioning else { return }
        try check(
            conditioning.frames <= clipLength, "prior.conditioning.frames",
            "at most the \(clipLength) frames of a clip", conditioning.frames)
        try check(
            conditioning.height == frameHeight && conditioning.width == frameWidth,
            "prior.conditioning", "frames of \(frameHeight) × \(frameWidth)",
            "\(conditioning.height) × \(conditioning.width)")
    }

    private func validateForecasts() throws(ConfigurationError) {
        guard let forecasts else { return }
        do { try forecasts.validate() } catch { throw error.below("forecasts") }
        let encoder = prior.conditioning?.encoder
        guard encoder?.features.stride == 1 else {
            throw .invalid(
                "forecasts",
                expected: "none without a frame encoder with features at every pixel, such as "
                    + "dense",
                found: encoder?.summary ?? "no conditioning frames")
        }
    }
}

extension VideoPredictorConfiguration {
    /// Named sizes of a prior.
    public enum Preset: String, Codable, Sendable, CaseIterable {
        /// VideoGPT's: width 576, 4 heads, 8 layers, a ResNet-34; for checkpoints and benchmarks.
        case publicBAIR
        /// Width 144, 4 heads, 4 layers, a quarter of the ResNet's widths; for studies.
        case small
        /// Width 96, 4 heads, 2 layers, an eighth of the ResNet's widths; for demonstrations.
        case tiny
    }

    /// A prior of a preset size over the codes of clips of `frames` × `height` × `width`.
    ///
    /// - Parameters:
    ///   - conditioningFrames: the number of conditioning frames; 0 for none.
    ///   - isAligned: whether the last one is also added cell by cell; see
    ///     ``FrameConditioning/isAligned``.
    ///   - classes: nil for an unconditional prior.
    ///   - actionWidth: the width of a frame's action vector; nil without actions.
    ///   - codeDropout: nil trains on true codes only.
    /// - Throws: ``TokenizerError`` for lengths that the tokenizer does not take.
    public init(
        _ preset: Preset, tokenizer: any VideoTokenizerConfiguration, frames: Int, height: Int,
        width: Int,
        conditioningFrames: Int = 1, isAligned: Bool = false, classes: Int? = nil,
        actionWidth: Int? = nil,
        attention: PriorConfiguration.Attention = .full,
        codeDropout: PriorConfiguration.CodeDropout? = nil
    ) throws(TokenizerError) {
        let grid = try tokenizer.latentShape(time: frames, height: height, width: width)
        let (stream, layers, encoder): (Int, Int, FrameEncoderConfiguration) =
            switch preset {
            case .publicBAIR: (576, 8, FrameEncoderConfiguration())
            case .small: (144, 4, FrameEncoderConfiguration(width: 16, outputWidth: 60))
            case .tiny:
                (96, 2, FrameEncoderConfiguration(width: 8, blocks: [1, 1, 1, 1], outputWidth: 36))
            }
        let isPublic = preset == .publicBAIR
        self.init(
            tokenizer: tokenizer,
            prior: PriorConfiguration(
                latent: .init(time: grid[0], height: grid[1], width: grid[2]),
                codeCount: tokenizer.codeCount, embeddingWidth: tokenizer.embeddingWidth,
                width: stream, heads: 4,
                layers: layers, attention: attention, dropout: isPublic ? 0.2 : 0.1,
                attentionDropout: isPublic ? 0.3 : 0,
                conditioning: conditioningFrames == 0
                    ? nil
                    : FrameConditioning(
                        frames: conditioningFrames, height: height, width: width, encoder: encoder,
                        isAligned: isAligned),
                classes: classes, actionWidth: actionWidth,
                actionStride: actionWidth == nil ? nil : tokenizer.strides.time,
                codeDropout: codeDropout))
    }
}

extension VideoPredictorConfiguration {
    public var summary: String {
        let given = prior.conditioning?.frames ?? 0
        return "video predictor (tokenizer and prior), \(clipLength) frames of "
            + "\(frameHeight) × \(frameWidth)" + (given > 0 ? " from the first \(given)" : "")
    }

    public var facts: [Fact] {
        var facts = tokenizer.value.facts
        func add(_ key: String, _ value: Int?) {
            if let value { facts.append(Fact(key, .integer(value))) }
        }
        let size = [clipLength, frameHeight, frameWidth]
        facts.append(Fact("clip_size", .list(size.map { .integer($0) })))
        add("conditioning_frames", prior.conditioning?.frames ?? 0)
        if let encoder = prior.conditioning?.encoder, !(encoder is FrameEncoderConfiguration) {
            facts.append(Fact("frame_encoder", .text(encoder.summary)))
        }
        if let forecasts {
            let names = forecasts.pictures + forecasts.maps
            facts.append(Fact("forecasts", .list(names.map { .text($0) })))
        }
        add("layers", prior.layers)
        add("width", prior.width)
        add("heads", prior.heads)
        add("classes", prior.classes)
        add("action_width", prior.actionWidth)
        return facts
    }
}
