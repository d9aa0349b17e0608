import GestaltVideo

extension MagvitConfiguration {
    /// The settings of a preset.
    ///
    /// `bair` has the public configuration's, 400 epochs of 338 steps. The small ones learn with a
    /// larger rate and Adam's usual first decay, since no adversary moves.
    public static func training(preset: String?) -> TokenizerTraining {
        guard preset != "bair" else {
            var settings = TokenizerTraining(
                steps: 135_200, batchSize: 128, learningRate: 1e-4, warmUpSteps: 338)
            (settings.beta1, settings.beta2) = (0, 0.99)
            settings.averageDecay = 0.999
            settings.gradientNorm = nil
            return settings
        }
        let isTiny = preset == "tiny"
        var settings = TokenizerTraining(steps: isTiny ? 300 : 1_200)
        settings.beta2 = 0.99
        settings.averageDecay = isTiny ? 0.99 : 0.999
        settings.clipLength = 17
        return settings
    }
}
