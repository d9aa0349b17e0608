import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// The encoder of a video tokenizer as a source of latents.
///
/// - `still`: the frame repeated to the frames of a first slot (one for a causal tokenizer):
///   appearance without motion.
/// - `clip`: a true clip; each slot is a latent of its own, for the mask of the frame in the middle
///   of the slot, see `labeledFrames(clipLength:)`. It sees later frames: an upper bound, not a
///   single-frame encoder.
///
/// Names: `tokenizer`, `tokenizer:features`, `tokenizer:continuous:clip`. The codebook is never
/// updated here, even in training.
public struct TokenizerEncoder: StoredEncoder {
    public enum Mode: String, Sendable, Codable, CaseIterable { case still, clip }

    public var tokenizer: any VideoTokenizer
    public let mode: Mode
    /// The name of the tokenizer's latents.
    public let source: String

    /// - Parameter source: the name of one of the tokenizer's latents; by default the first.
    /// - Precondition: height and width have the same stride.
    public init(
        _ tokenizer: any VideoTokenizer, mode: Mode = .still, source: String? = nil
    ) {
        let source = source ?? tokenizer.latents[0].name
        let strides = tokenizer.configuration.strides
        require(
            strides.height == strides.width,
            "TokenizerEncoder: strides \(strides) differ in height and width")
        require(
            tokenizer.latents.contains { $0.name == source },
            "TokenizerEncoder: no latents “\(source)”; there are \(tokenizer.latents.map(\.name))")
        self.tokenizer = tokenizer
        self.mode = mode
        self.source = source
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(
            configuration.tokenizer.value.tokenizer(random: &random), mode: configuration.mode,
            source: configuration.source)
    }

    public var configuration: Configuration {
        Configuration(tokenizer: tokenizer.configuration, mode: mode, source: source)
    }
    public var seesFuture: Bool { mode == .clip }
    public var sizeMultiple: Int { tokenizer.configuration.strides.height }
    public var temporalStride: Int { tokenizer.configuration.strides.time }

    public func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(
            slots: 1, height: height / sizeMultiple, width: width / sizeMultiple,
            channels: tokenizer.latents.first { $0.name == source }!.channels,
            stride: sizeMultiple)
    }

    /// Returns T / stride latents for each clip of T frames, one after the other.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        let clips =
            mode == .still
            ? frames.standingStill(
                tokenizer.configuration.clipLengths.frames(ofSlots: 1),
                for: "TokenizerEncoder(.still)") : frames
        require(
            clips.rank == 5 && clips.shape[4] == 3,
            "TokenizerEncoder(.clip): frames \(frames.shape) are not [N, T, H, W, 3]")
        // [N, t, h, w, channels]
        let grid = context.part("tokenizer") { tokenizer.latents(of: clips, source, context) }
        let shape = grid.shape
        return Latent(
            grid.reshaped([shape[0] * shape[1], 1, shape[2], shape[3], shape[4]]),
            stride: sizeMultiple)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("tokenizer", &tokenizer)
    }
}

extension TokenizerEncoder {
    public static let grammar = "tokenizer[:LATENTS][:clip]"
    public static let parts = ["tokenizer"]
    public static let needsModel = true

    public var name: ComponentName {
        ComponentName(kind: "tokenizer", words: [source] + (mode == .clip ? ["clip"] : []))
    }

    public static func seesFuture(_ name: ComponentName) -> Bool { name.words.contains("clip") }

    public static func validate(_ name: ComponentName) throws(ConfigurationError) {
        var arguments = name.arguments
        _ = arguments.flag("clip")
        _ = arguments.next()
        try arguments.finish("encoder", grammar: grammar)
    }

    public init(
        named name: ComponentName, on model: (any StoredModel)?, random: inout RandomStream
    ) throws {
        try Self.validate(name)
        var arguments = name.arguments
        let mode: Mode = arguments.flag("clip") ? .clip : .still
        let tokenizer = try Self.heldTokenizer(model)
        let known = tokenizer.latents.map(\.name)
        let source = arguments.next() ?? known[0]
        guard known.contains(source) else {
            throw arguments.error(
                "encoder", grammar: "tokenizer:\(known.joined(separator: "|"))[:clip]")
        }
        let configuration = Configuration(
            tokenizer: tokenizer.configuration, mode: mode, source: source)
        do { try configuration.validate() } catch let error as ConfigurationError {
            throw error.below("encoder")
        }
        self.init(tokenizer, mode: mode, source: source)
    }

    private static func heldTokenizer(
        _ model: (any StoredModel)?
    ) throws(ModelMismatch) -> any VideoTokenizer {
        if let tokenizer = model as? any VideoTokenizer { return tokenizer }
        if let whole = model as? any TokenizerContaining { return whole.tokenizer }
        throw ModelMismatch(needed: .tokenizer, found: model?.title ?? "not given")
    }

    /// The configuration of the tokenizer, and the source of the latent in it.
    public struct Configuration: EncoderConfiguration {
        public static let kind = "tokenizer"
        public var tokenizer: AnyTokenizerConfiguration
        public var mode: Mode
        public var source: String

        public init(
            tokenizer: any VideoTokenizerConfiguration, mode: Mode = .still,
            source: String = "continuous"
        ) {
            self.tokenizer = AnyTokenizerConfiguration(tokenizer)
            self.mode = mode
            self.source = source
        }

        public var stride: Int { tokenizer.strides.height }
        public var readsClips: Bool { mode == .clip }
        public var summary: String {
            "tokenizer:\(source)" + (mode == .clip ? ":clip" : "")
        }

        public func encoder(random: inout RandomStream) -> any StoredEncoder {
            TokenizerEncoder(self, random: &random)
        }

        public func validate() throws {
            do {
                try tokenizer.value.validate()
            } catch let error as ConfigurationError {
                throw error.below("tokenizer")
            }
            let strides = tokenizer.strides
            guard strides.height == strides.width else {
                throw ConfigurationError.invalid(
                    "tokenizer.strides", expected: "equal strides of height and width",
                    found: strides)
            }
            guard mode == .still || tokenizer.clipLengths.first == 0 else {
                throw ConfigurationError.invalid(
                    "mode", expected: "still for a causal tokenizer, whose first slot is one frame",
                    found: mode.rawValue)
            }
            var random = RandomStream.placeholders
            let known = tokenizer.value.tokenizer(random: &random).latents.map(\.name)
            guard known.contains(source) else {
                throw ConfigurationError.invalid(
                    "source", expected: known.joined(separator: " or "), found: source)
            }
        }
    }
}
