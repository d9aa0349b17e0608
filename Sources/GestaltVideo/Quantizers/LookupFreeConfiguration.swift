import GestaltModels
import GestaltTensor

extension LookupFreeQuantizer {
    /// The significance of a latent's first channel in its code. Codes in files depend on it.
    public enum BitOrder: String, Codable, Sendable, CaseIterable { case most, least }

    /// `lfq:BITS` with options.
    public struct Configuration: QuantizerConfiguration {
        public static let kind = "lfq"
        public static let grammar =
            "lfq:BITS[:beta=N][:weight=N][:diversity=N][:commitment=N][:least], BITS 1 to 20"

        /// Channels of a latent; 2^bits codes.
        public var bits: Int
        /// β: how sharply a token's distribution follows its latent.
        public var inverseTemperature: Float
        /// w, the weight of both entropies.
        public var weight: Float
        /// γ, the weight of the mean distribution's entropy relative to the tokens'.
        public var diversity: Float
        /// κ, the weight of the commitment loss.
        public var commitment: Float
        public var smallProbability: SmallProbability
        public var bitOrder: BitOrder
        /// Lengths of the runs of bits whose mean entropies are added; nil for one run up to
        /// ``LookupFreeQuantizer/wholeBits``, beyond that the fewest.
        public var groups: [Int]?

        public init(
            bits: Int, inverseTemperature: Float = 100, weight: Float = 0.1, diversity: Float = 1,
            commitment: Float = 0.25, smallProbability: SmallProbability = .added,
            bitOrder: BitOrder = .most, groups: [Int]? = nil
        ) {
            self.bits = bits
            self.inverseTemperature = inverseTemperature
            self.weight = weight
            self.diversity = diversity
            self.commitment = commitment
            self.smallProbability = smallProbability
            self.bitOrder = bitOrder
            self.groups = groups
        }

        public init(
            named name: ComponentName, usual: QuantizerSize
        ) throws(ConfigurationError) {
            var arguments = name.arguments
            guard let bits = arguments.number(in: 1...Self.mostBits) else {
                throw arguments.error("quantizer", grammar: Self.grammar)
            }
            self.init(bits: bits)
            if arguments.flag("least") { bitOrder = .least }
            try arguments.read("beta", into: &inverseTemperature, grammar: Self.grammar)
            try arguments.read("weight", into: &weight, grammar: Self.grammar)
            try arguments.read("diversity", into: &diversity, grammar: Self.grammar)
            try arguments.read("commitment", into: &commitment, grammar: Self.grammar)
            try arguments.finish("quantizer", grammar: Self.grammar)
        }

        private static let mostBits = 20

        public var size: QuantizerSize { QuantizerSize(codes: 1 << bits, width: bits) }
        public var summary: String { "LFQ of \(bits) bits" }

        public func validate() throws(ConfigurationError) {
            try check((1...Self.mostBits).contains(bits), "bits", "1 to 20", bits)
            try check(
                inverseTemperature > 0 && inverseTemperature.isFinite, "inverseTemperature",
                "a positive number", inverseTemperature)
            for (key, value) in [
                ("weight", weight), ("diversity", diversity), ("commitment", commitment),
            ] {
                try check(value >= 0 && value.isFinite, key, "0 or more", value)
            }
            try check(
                smallProbability != .clamped || bits <= LookupFreeQuantizer.wholeBits,
                "smallProbability", "added or exact above \(LookupFreeQuantizer.wholeBits) bits",
                smallProbability.rawValue)
            guard let groups else { return }
            try check(
                groups.allSatisfy { (1...LookupFreeQuantizer.wholeBits).contains($0) }
                    && groups.count <= bits && groups.reduce(0, +) == bits, "groups",
                "numbers from 1 to \(LookupFreeQuantizer.wholeBits) with the sum \(bits)", groups)
        }

        public func quantizer(random: inout RandomStream) -> any Quantizer {
            LookupFreeQuantizer(self)
        }
    }
}

extension ComponentArguments {
    /// Consumes the value of `key=value` as a number; leaves `number` unchanged when it is absent.
    mutating func read(
        _ key: String, into number: inout Float, grammar: String
    ) throws(ConfigurationError) {
        guard let word = option(key) else { return }
        guard let value = Float(word), value.isFinite else {
            throw error("quantizer", grammar: grammar)
        }
        number = value
    }
}
