import GestaltModels
import GestaltTensor

/// `vq`: a table of codes, which follows the latents as moving averages (``Codebook``) or learns by
/// gradient (``LearnedCodebook``).
public struct VectorQuantizerConfiguration: QuantizerConfiguration {
    public static let kind = "vq"
    public static let grammar =
        "vq[:CODESxWIDTH][:gradient|:unit][:commitment=N], such as vq:1024x8:unit"

    /// The terms of a table learned by gradient.
    public struct Gradient: Codable, Sendable, Equatable {
        /// Whether latents and rows are divided by their norms.
        public var isUnit: Bool
        /// Weight of the distance of the rows to their latents.
        public var codebook: Float
        /// Weight of the entropies; 0 omits them.
        public var entropy: Float
        /// τ of the affinities −D/τ that the entropies are of.
        public var temperature: Float

        public init(
            isUnit: Bool = false, codebook: Float = 1, entropy: Float = 0.1,
            temperature: Float = 0.01
        ) {
            self.isUnit = isUnit
            self.codebook = codebook
            self.entropy = entropy
            self.temperature = temperature
        }
    }

    public var codes: Int
    public var width: Int
    /// Weight of the commitment loss.
    public var commitment: Float
    /// Decay of the moving averages: the weight of the old value; nil for a learned table.
    public var decay: Double?
    /// The terms of a learned table; nil for moving averages.
    public var gradient: Gradient?

    /// A table that follows the latents as moving averages.
    public init(codes: Int, width: Int, commitment: Float = 0.25, decay: Double = 0.99) {
        self.codes = codes
        self.width = width
        self.commitment = commitment
        self.decay = decay
    }

    /// A table learned by gradient.
    public init(codes: Int, width: Int, commitment: Float = 0.25, _ gradient: Gradient) {
        self.codes = codes
        self.width = width
        self.commitment = commitment
        self.gradient = gradient
    }

    public init(named name: ComponentName, usual: QuantizerSize) throws(ConfigurationError) {
        var arguments = name.arguments
        let isUnit = arguments.flag("unit")
        let learns = arguments.flag("gradient") || isUnit
        var size = usual
        if let word = arguments.next() {
            let numbers = word.split(separator: "x", omittingEmptySubsequences: false)
                .map { Int($0) }
            guard numbers.count == 2, let codes = numbers[0], let width = numbers[1] else {
                throw arguments.error("quantizer", grammar: Self.grammar)
            }
            size = QuantizerSize(codes: codes, width: width)
        }
        if learns {
            self.init(codes: size.codes, width: size.width, Gradient(isUnit: isUnit))
        } else {
            self.init(codes: size.codes, width: size.width)
        }
        try arguments.read("commitment", into: &commitment, grammar: Self.grammar)
        try arguments.finish("quantizer", grammar: Self.grammar)
    }

    public var size: QuantizerSize { QuantizerSize(codes: codes, width: width) }

    public var summary: String {
        "VQ of \(codes) codes of width \(width)"
            + (gradient.map { $0.isUnit ? ", unit" : ", by gradient" } ?? "")
    }

    public func validate() throws(ConfigurationError) {
        try check(
            (1...QuantizerSize.mostCodes).contains(codes), "codes", "1 to 2²⁴", codes)
        try check((1...1 << 16).contains(width), "width", "1 to 65536", width)
        try check(
            commitment >= 0 && commitment.isFinite, "commitment", "0 or more", commitment)
        try check(
            (decay == nil) != (gradient == nil), "gradient",
            "either decay, for moving averages, or gradient",
            decay == nil ? "neither" : "both")
        if let decay {
            try check(
                decay >= 0 && decay < 1, "decay", "at least 0 and below 1", decay)
        }
        guard let gradient else { return }
        for (key, value) in [
            ("gradient.codebook", gradient.codebook), ("gradient.entropy", gradient.entropy),
        ] {
            try check(value >= 0 && value.isFinite, key, "0 or more", value)
        }
        try check(
            gradient.temperature > 0 && gradient.temperature.isFinite, "gradient.temperature",
            "a positive number", gradient.temperature)
    }

    public func quantizer(random: inout RandomStream) -> any Quantizer {
        if let gradient {
            LearnedCodebook(
                codes: codes, width: width, gradient, commitment: commitment, random: &random)
        } else {
            Codebook(
                codes: codes, width: width, decay: decay ?? 0, commitment: commitment,
                random: &random)
        }
    }
}
