import GestaltModels
import GestaltTensor
import GestaltVideo

/// The sizes and choices of a ``MagvitTokenizer``; its `config.json` and the presets.
public struct MagvitConfiguration: QuantizedConfiguration {
    public static let kind = "magvit"
    public static let priorRecipe = "masked-prior"

    /// The padding along time.
    public enum Padding: String, Codable, Sendable, CaseIterable {
        /// Convolutions read no later frame, norms are of single frames: 1 + S·n frames become
        /// 1 + n slots, the first of one frame. Strided convolutions halve, depth to space doubles.
        case causal
        /// MAGVIT-1's form: zeros on both sides, norms over whole clips: S·n frames become n slots.
        /// Average pools halve, repeated cells and a convolution double.
        case same
    }

    /// The frames before the first one of a clip.
    public enum Past: String, Codable, Sendable, CaseIterable {
        case zeros
        /// Copies of the first frame.
        case first
    }

    /// Channels of the finest level.
    public var width: Int
    /// Channels of each level, finest first, as multiples of ``width``.
    public var multipliers: [Int]
    /// Between each level and the next: 2 where time is halved too, else 1. Height and width always
    /// are.
    public var timeStrides: [Int]
    /// Residual blocks of each level and of the middle.
    public var blocks: Int
    /// Groups of channels of the norms.
    public var groups: Int
    public var padding: Padding
    /// The frames before a causal clip.
    public var past: Past
    public var quantizer: AnyQuantizerConfiguration
    /// The divisor of the mean squared error, in squared units of [−0.5, 0.5].
    public var dataVariance: Float

    public init(
        width: Int, multipliers: [Int] = [1, 2, 4], timeStrides: [Int] = [2, 2], blocks: Int = 1,
        groups: Int = 8, padding: Padding = .causal, past: Past = .zeros,
        quantizer: any QuantizerConfiguration, dataVariance: Float = 1
    ) {
        self.width = width
        self.multipliers = multipliers
        self.timeStrides = timeStrides
        self.blocks = blocks
        self.groups = groups
        self.padding = padding
        self.past = past
        self.quantizer = AnyQuantizerConfiguration(quantizer)
        self.dataVariance = dataVariance
    }

    /// Channels of each level, finest first.
    public var widths: [Int] { multipliers.map { width * $0 } }

    public var strides: Extent3 {
        let halvings = multipliers.count - 1
        return Extent3(
            time: timeStrides.reduce(1, *), height: 1 << halvings, width: 1 << halvings)
    }

    public var clipLengths: ClipLengths {
        ClipLengths(first: padding == .causal ? 1 : 0, stride: strides.time)
    }
}

extension MagvitConfiguration {
    /// MAGVIT-1's 3D-VQ for BAIR, size B: 36 596 355 parameters; for numbers and benchmarks, not
    /// trained here. Source: Yu et al. (2023), and the public configuration.
    public static var bair: Self {
        Self(
            width: 64, blocks: 2, groups: 32, padding: .same,
            quantizer: VectorQuantizerConfiguration(codes: 1024, width: 256, .init()))
    }

    /// 2 146 231 parameters, for studies on one machine.
    public static var small: Self {
        Self(
            width: 16, quantizer: FiniteScalarQuantizer.Configuration(levels: [8, 5, 5, 5]))
    }

    /// Half a million parameters, for demonstrations and tests.
    public static var tiny: Self {
        Self(
            width: 8, groups: 4,
            quantizer: FiniteScalarQuantizer.Configuration(levels: [8, 5, 5, 5]))
    }

    public static var presets: KeyValuePairs<String, Self> {
        ["tiny": .tiny, "small": .small, "bair": .bair]
    }

    public func tokenizer(random: inout RandomStream) -> any VideoTokenizer {
        MagvitTokenizer(self, random: &random)
    }

    /// A narrow table, where the name of a quantizer states no sizes and the preset has none.
    public var quantizerSize: QuantizerSize {
        quantizer.value is VectorQuantizerConfiguration
            ? quantizer.value.size : QuantizerSize(codes: 1024, width: 8)
    }

    public var summary: String {
        "\(padding == .causal ? "causal " : "")video tokenizer, strides \(strides), "
            + "\(codeCount) codes, \(quantizer.value.summary)"
    }

    public func validateSizes() throws(ConfigurationError) {
        try check((1...4096).contains(width), "width", "1 to 4096", width)
        try check(
            (1...8).contains(multipliers.count)
                && multipliers.allSatisfy { (1...64).contains($0) },
            "multipliers", "1 to 8 numbers from 1 to 64", multipliers)
        try check(
            timeStrides.count == multipliers.count - 1
                && timeStrides.allSatisfy { (1...2).contains($0) },
            "timeStrides", "\(multipliers.count - 1) numbers, 1 or 2", timeStrides)
        try check((1...64).contains(blocks), "blocks", "1 to 64", blocks)
        try check(
            groups >= 1 && widths.allSatisfy { $0 % groups == 0 }, "groups",
            "a divisor of all widths \(widths)", groups)
        try check(
            padding == .causal || past == .zeros, "past", "zeros without causal padding",
            past.rawValue)
        try check(
            dataVariance > 0 && dataVariance.isFinite, "dataVariance", "a positive number",
            dataVariance)
    }
}
