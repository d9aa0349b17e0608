import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltVQVAE
import GestaltVideo

/// The sizes of a ``VideoPrior``.
public struct PriorConfiguration: Codable, Sendable, Equatable {
    /// The grid of codes of a clip; fixes the sizes of the position tables.
    public var latent: Extent3
    /// Number of codes.
    public var codeCount: Int
    /// Channels of a code.
    public var embeddingWidth: Int
    /// Width of the residual stream: a multiple of 3, for the position tables, and of `heads`.
    public var width: Int
    public var heads: Int
    public var layers: Int
    /// The earlier positions that a position attends to.
    public var attention: Attention
    /// Dropout probability of the branch outputs.
    public var dropout: Float
    /// Dropout probability of the self-attention probabilities. As in VideoGPT, sparse attention
    /// applies none.
    public var attentionDropout: Float
    /// The conditioning frames, the first of a clip; nil for none.
    public var conditioning: FrameConditioning?
    /// Classes of a conditional prior; nil for an unconditional one.
    public var classes: Int?
    /// Width of the action vector of one frame; nil for a prior without actions.
    public var actionWidth: Int?
    /// Frames per latent frame, with actions: the tokenizer's temporal stride.
    public var actionStride: Int?
    /// Random masking of codes in training, so that the prior learns from partly unknown pasts.
    public var codeDropout: CodeDropout?

    public enum Attention: String, Codable, Sendable, CaseIterable {
        /// All earlier positions.
        case full
        /// Blocks of 32: five local ones, and the same location along the other axes; see
        /// ``BlockSparsity``.
        case sparse
    }

    /// Random masking of codes in training. Source: the masked prior of MaskGIT, used as a dropout.
    public struct CodeDropout: Codable, Sendable, Equatable {
        /// The fraction of positions masked in a partly masked clip.
        public var share: Float
        /// The fraction of clips that are masked entirely.
        public var wholeClips: Float

        public init(share: Float = 0.15, wholeClips: Float = 0.15) {
            self.share = share
            self.wholeClips = wholeClips
        }
    }

    public init(
        latent: Extent3, codeCount: Int, embeddingWidth: Int, width: Int, heads: Int,
        layers: Int, attention: Attention = .full, dropout: Float = 0.2,
        attentionDropout: Float = 0.3, conditioning: FrameConditioning? = nil,
        classes: Int? = nil, actionWidth: Int? = nil, actionStride: Int? = nil,
        codeDropout: CodeDropout? = nil
    ) {
        self.latent = latent
        self.codeCount = codeCount
        self.embeddingWidth = embeddingWidth
        self.width = width
        self.heads = heads
        self.layers = layers
        self.attention = attention
        self.dropout = dropout
        self.attentionDropout = attentionDropout
        self.conditioning = conditioning
        self.classes = classes
        self.actionWidth = actionWidth
        self.actionStride = actionStride
        self.codeDropout = codeDropout
    }

    /// Positions of a clip: t · h · w.
    public var tokens: Int { latent.array.reduce(1, *) }
}

/// The conditioning frames, and the network that encodes them.
public struct FrameConditioning: Codable, Sendable, Equatable {
    /// The number of conditioning frames.
    public var frames: Int
    /// Their size in pixels.
    public var height: Int
    public var width: Int
    /// VideoGPT's ``FrameEncoderConfiguration``, or of any kind in ``FrameNetworks``.
    public var encoder: any FrameNetworkConfiguration
    /// Whether the last frame's feature of a cell, projected to the stream, is also added to all
    /// tokens of that cell: the prior then knows what is where without having to learn where to
    /// attend. Features of another grid are interpolated. VideoGPT has cross-attention alone.
    public var isAligned: Bool

    public init(
        frames: Int, height: Int, width: Int,
        encoder: any FrameNetworkConfiguration = FrameEncoderConfiguration(),
        isAligned: Bool = false
    ) {
        self.frames = frames
        self.height = height
        self.width = width
        self.encoder = encoder
        self.isAligned = isAligned
    }

    /// The size in pixels of a cell of the features that the prior attends to. Source: VideoGPT.
    public static let stride = 4

    /// The grid of features: frames, height / 4, width / 4, each rounded up.
    public var grid: [Int] {
        let (last, stride) = (Self.stride - 1, Self.stride)
        return [frames, (height + last) / stride, (width + last) / stride]
    }

    /// The channels and the stride of the network's features where the prior has to project them;
    /// nil where they have the width and the stride that it attends to.
    var projected: (channels: Int, stride: Int)? {
        let own = encoder.features
        return own == (encoder.outputWidth, Self.stride) ? nil : own
    }
}

// JSON: VideoGPT's frame encoder is stored by its sizes alone, as before there were others; every
// other one as `{"kind": "dense", "configuration": {…}}`.
extension FrameConditioning {
    private enum CodingKeys: String, CodingKey { case frames, height, width, encoder, isAligned }
    private enum KindKey: String, CodingKey { case kind }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            frames: try container.decode(Int.self, forKey: .frames),
            height: try container.decode(Int.self, forKey: .height),
            width: try container.decode(Int.self, forKey: .width),
            encoder: try Self.encoder(container),
            isAligned: try container.decodeIfPresent(Bool.self, forKey: .isAligned) ?? false)
    }

    private static func encoder(
        _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> any FrameNetworkConfiguration {
        let inner = try container.nestedContainer(keyedBy: KindKey.self, forKey: .encoder)
        guard inner.contains(.kind) else {
            return try container.decode(FrameEncoderConfiguration.self, forKey: .encoder)
        }
        VideoModel.registerKinds()
        return try Tagged.decode(
            (any FrameNetworkConfiguration).self, "a frame encoder",
            from: container.superDecoder(forKey: .encoder)
        ) { try FrameNetworks.registry.entry(named: $0) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(frames, forKey: .frames)
        try container.encode(height, forKey: .height)
        try container.encode(width, forKey: .width)
        if let resnet = self.encoder as? FrameEncoderConfiguration {
            try container.encode(resnet, forKey: .encoder)
        } else {
            try Tagged.encode(self.encoder, to: container.superEncoder(forKey: .encoder))
        }
        try container.encode(isAligned, forKey: .isAligned)
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.frames == b.frames && a.height == b.height && a.width == b.width
            && a.isAligned == b.isAligned && Tagged.areEqual(a.encoder, b.encoder)
    }
}

/// The sizes of a ``FrameEncoder``.
public struct FrameEncoderConfiguration: Codable, Sendable, Equatable {
    /// Channels of the stem and the first group; doubled by each later group except the last.
    public var width: Int
    /// Residual blocks of the four groups.
    public var blocks: [Int]
    /// Channels of the features.
    public var outputWidth: Int

    /// VideoGPT's: a ResNet-34 to 240 channels, 33 890 144 parameters.
    public init(width: Int = 64, blocks: [Int] = [3, 4, 6, 3], outputWidth: Int = 240) {
        self.width = width
        self.blocks = blocks
        self.outputWidth = outputWidth
    }

    /// Channels of the four groups.
    public var channels: [Int] { [width, 2 * width, 4 * width, outputWidth] }
    /// The stride of each group's grid in pixels.
    public static let strides = [1, 2, 4, 4]
}
