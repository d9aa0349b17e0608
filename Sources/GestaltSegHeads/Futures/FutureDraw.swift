import GestaltModels
import GestaltPrior
import GestaltVideo

/// The number of futures that are sampled for a latent, and the options of the draws.
///
/// Every frame draws from the same stream, so that a latent depends on its frame alone.
public struct FutureDraw: Codable, Sendable, Equatable {
    /// The number of futures.
    public var samples: Int
    /// The divisor of the logits; nil for the predictor's default.
    public var temperature: Float?
    /// The probability of the likeliest codes that are drawn from; nil for the default.
    public var topP: Float?
    public var seed: Int

    public init(samples: Int, temperature: Float? = nil, topP: Float? = nil, seed: Int = 0) {
        self.samples = samples
        self.temperature = temperature
        self.topP = topP
        self.seed = seed
    }

    /// The options that are set, as words of a name.
    static let grammar = "[:temperature=T][:top-p=P][:seed=N]"
    /// The allowed numbers of futures.
    static let counts = 1...256

    var words: [String] {
        [
            temperature.map { "temperature=\($0)" }, topP.map { "top-p=\($0)" },
            seed == 0 ? nil : "seed=\(seed)",
        ].compactMap { $0 }
    }

    /// The options as every predictor takes them.
    var options: PredictionOptions {
        var options = PredictionOptions()
        options.set(.temperature, to: temperature)
        options.set(.topP, to: topP)
        return options
    }

    /// The options of draws code by code.
    var sampling: SamplingOptions {
        SamplingOptions(temperature: temperature ?? 1, topP: topP ?? 1)
    }

    /// - Throws: `ConfigurationError` under `draw` for the first invalid value.
    func validate() throws(ConfigurationError) {
        guard Self.counts.contains(samples) else {
            throw .invalid("draw.samples", expected: "1 to 256", found: samples)
        }
        guard seed >= 0 else { throw .invalid("draw.seed", expected: "0 or more", found: seed) }
        do { try sampling.validate() } catch { throw error.below("draw") }
    }
}

extension ComponentArguments {
    /// Consumes the options of a draw, and before them the number of futures.
    ///
    /// - Parameters:
    ///   - usual: the number of futures where the name has none; nil where it must have one.
    ///   - grammar: the form of the name, for the error.
    mutating func draw(
        usual: Int?, grammar: String
    ) throws(ConfigurationError) -> FutureDraw {
        let (temperature, topP, seed) = (option("temperature"), option("top-p"), option("seed"))
        guard let samples = number(in: FutureDraw.counts) ?? usual,
            temperature == nil || temperature.flatMap(Float.init) != nil,
            topP == nil || topP.flatMap(Float.init) != nil,
            seed == nil || seed.flatMap(Int.init) != nil
        else { throw error("encoder", grammar: grammar) }
        let draw = FutureDraw(
            samples: samples, temperature: temperature.flatMap(Float.init),
            topP: topP.flatMap(Float.init), seed: seed.flatMap(Int.init) ?? 0)
        do {
            try draw.validate()
        } catch {
            throw self.error("encoder", grammar: grammar)
        }
        return draw
    }
}
