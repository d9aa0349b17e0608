import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import Testing

@Suite struct PublicSizeTests {
    /// VideoGPT's own size on one frame: about 240 GMAC, a few seconds.
    @Test func thePublicPriorEncodesAFrame() throws {
        let configuration = try VideoPredictorConfiguration(
            .publicBAIR, tokenizer: VQVAEConfiguration.publicBAIR, frames: 16, height: 64, width: 64
        )
        var random = RandomStream(seed: 0)
        let prior = VideoPrior(configuration.prior, random: &random)
        let encoder = PriorEncoder(prior, layer: 8, skips: true)
        let latent = encoder.encode(noise([1, 64, 64, 3]), .inference)
        #expect(latent.shape == encoder.latentShape(height: 64, width: 64))
        #expect(latent.tensor.shape == [1, 4, 32, 32, 576])
        #expect(latent.finer.map(\.tensor.shape) == [[1, 64, 64, 64]])
        let isFinite = latent.tensor.scalars.allSatisfy { $0.isFinite }
        #expect(isFinite)
    }
}
