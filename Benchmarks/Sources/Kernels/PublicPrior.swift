import GestaltPrior
import GestaltTensor
import GestaltVQVAE

/// The `publicBAIR` prior with random weights, told one frame of 64 × 64.
///
/// - Parameters:
///   - dropout: of branch outputs, and 0.3 of attention probabilities where it is not 0.
public func publicPrior(dropout: Float, random: inout RandomStream) -> VideoPrior {
    let made = try? VideoPredictorConfiguration(
        .publicBAIR, tokenizer: VQVAEConfiguration.publicBAIR, frames: 16, height: 64, width: 64)
    guard var configuration = made?.prior else { preconditionFailure("the public sizes fit") }
    configuration.dropout = dropout
    configuration.attentionDropout = dropout == 0 ? 0 : 0.3
    var prior = VideoPrior(configuration, random: &random)
    prior.output = random.normal(
        [configuration.width, configuration.codeCount], standardDeviation: 0.02)
    return prior
}
