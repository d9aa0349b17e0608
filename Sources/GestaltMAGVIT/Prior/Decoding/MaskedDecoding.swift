import GestaltModels

/// The options of drawing the codes of a clip: all at once, then the least likely ones again, fewer
/// in each step.
public struct MaskedDecoding: Codable, Sendable, Equatable {
    /// Passes through the prior, N.
    public var steps: Int
    /// The share of cells that are still unknown after a share of the steps.
    public var schedule: MaskSchedule
    /// τ of the draw of a code.
    public var temperature: Float
    /// T: the noise on the confidences in the first step, falling to 0 in the last. 0 keeps the
    /// likeliest codes, which gives flat pictures.
    public var confidenceNoise: Float
    /// Only the k likeliest codes are drawn; nil for all. At most one of this and ``topP``.
    public var topK: Int?
    /// Only the likeliest codes that together reach probability p are drawn; nil for all.
    public var topP: Float?
    /// s of `logits + s·(logits − blind logits)`, the blind ones without class and condition.
    public var guidance: Float
    /// Samples of a pass. With more than one a sample can differ by the rounding of products of
    /// another size, and so in a code, from the one that is decoded alone.
    public var batch: Int

    public init(
        steps: Int = 12, schedule: MaskSchedule = .cosine, temperature: Float = 1,
        confidenceNoise: Float = 4.5, topK: Int? = nil, topP: Float? = nil, guidance: Float = 0,
        batch: Int = 1
    ) {
        self.steps = steps
        self.schedule = schedule
        self.temperature = temperature
        self.confidenceNoise = confidenceNoise
        self.topK = topK
        self.topP = topP
        self.guidance = guidance
        self.batch = batch
    }

    /// Checks the options against a prior.
    /// - Throws: `ConfigurationError` for the first invalid value; for guidance by a prior that was
    ///   never trained without its class and condition.
    public func validate(
        for prior: MaskedPriorConfiguration
    ) throws(ConfigurationError) {
        try check((1...4096).contains(steps), "steps", "1 to 4096", steps)
        try check((1...4096).contains(batch), "batch", "1 to 4096", batch)
        try check(
            temperature > 0 && temperature.isFinite, "temperature", "a positive number",
            temperature)
        try check(
            confidenceNoise >= 0 && confidenceNoise.isFinite, "confidenceNoise", "0 or more",
            confidenceNoise)
        if let topK {
            try check((1...prior.codes).contains(topK), "topK", "1 to \(prior.codes)", topK)
        }
        if let topP {
            try check(topP > 0 && topP <= 1, "topP", "above 0, at most 1", topP)
            try check(topK == nil, "topP", "none together with topK", topP)
        }
        try check(guidance >= 0 && guidance.isFinite, "guidance", "0 or more", guidance)
        try check(
            guidance == 0 || prior.unconditionalShare > 0, "guidance",
            "0: the prior was never trained without its class and condition (unconditionalShare)",
            guidance)
        do { try schedule.validate() } catch { throw error.below("schedule") }
    }
}

/// An error during decoding.
public enum MaskedDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Non-finite logits.
    /// - Parameter sample: the index of the clip.
    case notFinite(sample: Int, step: Int)

    public var description: String {
        switch self {
        case .notFinite(let sample, let step):
            "clip \(sample): the prior's logits of step \(step) are not finite"
        }
    }
}
