import GestaltModels

extension Optimization {
    /// - Throws: `ConfigurationError` for the first setting out of range, with its key.
    public func validate() throws(ConfigurationError) {
        for (key, value) in [
            ("steps", steps), ("batchSize", batchSize), ("accumulation", accumulation),
            ("evaluationInterval", evaluationInterval), ("checkpointInterval", checkpointInterval),
        ] where value < 1 {
            throw .invalid(key, expected: "1 or more", found: value)
        }
        guard learningRate > 0, learningRate.isFinite else {
            throw .invalid("learningRate", expected: "a positive number", found: learningRate)
        }
        guard weightDecay >= 0, weightDecay.isFinite else {
            throw .invalid("weightDecay", expected: "0 or more", found: weightDecay)
        }
        if let gradientNorm, !(gradientNorm > 0) {
            throw .invalid("gradientNorm", expected: "a positive number", found: gradientNorm)
        }
        if let averageDecay, !(0..<1).contains(averageDecay) {
            throw .invalid("averageDecay", expected: "at least 0 and below 1", found: averageDecay)
        }
        try validateWarmUp()
        do {
            try optimizer.validate()
        } catch {
            throw error.below("optimizer")
        }
    }

    private func validateWarmUp() throws(ConfigurationError) {
        if let warmUpFraction, !(0...1).contains(warmUpFraction) {
            throw .invalid("warmUpFraction", expected: "0…1", found: warmUpFraction)
        }
        guard let warmUpSteps else { return }
        guard warmUpFraction == nil else {
            throw .invalid(
                "warmUpSteps", expected: "none beside warmUpFraction", found: warmUpSteps)
        }
        guard (0..<steps).contains(warmUpSteps) else {
            throw .invalid(
                "warmUpSteps", expected: "0 or more and fewer than \(steps) steps",
                found: warmUpSteps)
        }
    }
}
