import GestaltFiles
import GestaltModels
import GestaltTensor
import GestaltVideo

/// The sizes and constants of a ``VQVAE``; its `config.json` and the presets.
public struct VQVAEConfiguration: VideoTokenizerConfiguration {
    public static let kind = "vqvae"

    /// Downsampling factors along time, height and width: powers of two.
    public var strides: Extent3
    /// Channels inside encoder and decoder.
    public var hiddenChannels: Int
    /// Channels of a code.
    public var embeddingWidth: Int
    /// Number of codes.
    public var codeCount: Int
    /// Residual blocks in the encoder, and in the decoder.
    public var blocks: Int
    /// Heads of the axial attentions.
    public var heads: Int
    /// The divisor of the mean squared error: the variance of the clips, in squared units of
    /// [−0.5, 0.5]. Nil until measured over the training split.
    public var dataVariance: Float?
    /// Weight of the commitment loss.
    public var commitment: Float
    /// Decay of the codebook's moving averages: the weight of the old value.
    public var decay: Double
    /// The quantizer, of ``codeCount`` codes of ``embeddingWidth``; nil for VideoGPT's table of
    /// moving averages, to which ``commitment`` and ``decay`` apply.
    public var quantizer: AnyQuantizerConfiguration?

    public init(
        strides: Extent3, hiddenChannels: Int, embeddingWidth: Int, codeCount: Int, blocks: Int,
        heads: Int = 2,
        dataVariance: Float? = nil, commitment: Float = 0.25, decay: Double = 0.99,
        quantizer: AnyQuantizerConfiguration? = nil
    ) {
        self.strides = strides
        self.hiddenChannels = hiddenChannels
        self.embeddingWidth = embeddingWidth
        self.codeCount = codeCount
        self.blocks = blocks
        self.heads = heads
        self.dataVariance = dataVariance
        self.commitment = commitment
        self.decay = decay
        self.quantizer = quantizer
    }
}

extension VQVAEConfiguration {
    /// VideoGPT's divisor of the reconstruction error. Source: `vqvae.py`.
    public static let videoGPTDataVariance: Float = 0.06

    /// Named sizes of a tokenizer.
    public enum Preset: String, Sendable, CaseIterable {
        /// VideoGPT's `bair_stride4x2x2`: 21 141 619 parameters.
        case publicBAIR
        /// About a million parameters; for studies on one machine.
        case small
        /// A few hundred thousand parameters; makes visible progress in two minutes.
        case tiny

        public var configuration: VQVAEConfiguration {
            switch self {
            case .publicBAIR:
                VQVAEConfiguration(
                    strides: Extent3(time: 4, height: 2, width: 2), hiddenChannels: 240,
                    embeddingWidth: 256,
                    codeCount: 2048, blocks: 4,
                    dataVariance: VQVAEConfiguration.videoGPTDataVariance)
            case .small:
                VQVAEConfiguration(
                    strides: Extent3(time: 4, height: 4, width: 4), hiddenChannels: 64,
                    embeddingWidth: 64,
                    codeCount: 512, blocks: 2)
            case .tiny:
                VQVAEConfiguration(
                    strides: Extent3(time: 4, height: 4, width: 4), hiddenChannels: 32,
                    embeddingWidth: 32,
                    codeCount: 256, blocks: 1)
            }
        }
    }

    public static var presets: KeyValuePairs<String, Self> {
        ["tiny": .tiny, "small": .small, "publicBAIR": .publicBAIR]
    }

    /// `publicBAIR` has the public code's settings: a constant 3e-4 and no augmentation. The small
    /// ones learn faster with 1e-3, a warm-up, decay and mirrored clips.
    public static func training(preset: String?) -> TokenizerTraining {
        switch preset.flatMap(Preset.init(rawValue:)) {
        case .publicBAIR:
            var settings = TokenizerTraining(
                steps: 100_000, learningRate: 3e-4, warmUpSteps: 0)
            settings.isConstant = true
            settings.gradientNorm = nil
            settings.flips = false
            return settings
        case .tiny: return TokenizerTraining(steps: 300)
        case .small, nil: return TokenizerTraining()
        }
    }

    public func tokenizer(random: inout RandomStream) -> any VideoTokenizer {
        VQVAE(self, random: &random)
    }

    public func measured(pixelVariance: Float) -> Self {
        var result = self
        result.dataVariance = dataVariance ?? pixelVariance
        return result
    }

    /// Returns the configuration with another quantizer, and its numbers of codes and channels.
    ///
    /// A table of moving averages is VideoGPT's own and is described by ``codeCount``,
    /// ``embeddingWidth``, ``commitment`` and ``decay`` alone.
    public func quantized(by quantizer: any QuantizerConfiguration) -> Self? {
        var result = self
        (result.codeCount, result.embeddingWidth) = (quantizer.size.codes, quantizer.size.width)
        if let table = quantizer as? VectorQuantizerConfiguration, let decay = table.decay {
            (result.commitment, result.decay) = (table.commitment, decay)
            result.quantizer = nil
        } else {
            result.quantizer = AnyQuantizerConfiguration(quantizer)
        }
        return result
    }

    /// Returns the quantizer with initial weights.
    func makeQuantizer(random: inout RandomStream) -> any Quantizer {
        quantizer?.value.quantizer(random: &random)
            ?? Codebook(
                codes: codeCount, width: embeddingWidth, decay: decay, commitment: commitment,
                random: &random)
    }

    public var summary: String {
        "video tokenizer, strides \(strides), \(codeCount) codes"
            + (quantizer.map { ", \($0.value.summary)" } ?? "")
    }

    public var facts: [Fact] {
        [
            Fact("strides", .list(strides.array.map { .integer($0) })),
            Fact("codes", .integer(codeCount)), Fact("embedding_width", .integer(embeddingWidth)),
        ]
    }

    public static var publicBAIR: Self { Preset.publicBAIR.configuration }
    public static var small: Self { Preset.small.configuration }
    public static var tiny: Self { Preset.tiny.configuration }

    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws {
        try validateSizes()
        guard let quantizer else { return }
        try quantizer.validate()
        let size = quantizer.value.size
        guard size == quantizerSize else {
            throw ConfigurationError.invalid(
                "quantizer", expected: "\(quantizerSize), codeCount and embeddingWidth",
                found: size)
        }
    }

    private func validateSizes() throws(ConfigurationError) {
        for stride in strides.array {
            try check(
                stride >= 1 && stride & (stride - 1) == 0 && stride <= 64, "strides",
                "powers of two up to 64", strides)
        }
        try check(strides.array.max()! > 1, "strides", "at least one stride above 1", strides)
        try check((1...4096).contains(heads), "heads", "1 to 4096", heads)
        try check(
            (2...1 << 16).contains(hiddenChannels) && hiddenChannels % heads == 0,
            "hiddenChannels", "2 to 65536, a multiple of heads = \(heads)", hiddenChannels)
        try check(
            (1...1 << 16).contains(embeddingWidth), "embeddingWidth", "1 to 65536", embeddingWidth)
        try check((1...1 << 24).contains(codeCount), "codeCount", "1 to 2²⁴", codeCount)
        try check((0...1024).contains(blocks), "blocks", "0 to 1024", blocks)
        if let dataVariance {
            try check(
                dataVariance > 0 && dataVariance.isFinite, "dataVariance", "a positive number",
                dataVariance)
        }
        try check(commitment >= 0 && commitment.isFinite, "commitment", "0 or more", commitment)
        try check(decay >= 0 && decay < 1, "decay", "at least 0 and below 1", decay)
    }

    /// The strides of each level, outermost first: 2 on the axes that are not yet fully
    /// downsampled.
    ///
    /// Encoder and decoder use the list in the same order; the decoder does not mirror the encoder.
    /// Source: VideoGPT, `vqvae.py`, `Encoder` and `Decoder`.
    public var levels: [[Int]] {
        let halvings = strides.array.map { $0.trailingZeroBitCount }
        return (0..<halvings.max()!).map { level in halvings.map { $0 > level ? 2 : 1 } }
    }
}
