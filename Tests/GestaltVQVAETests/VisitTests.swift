import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct VisitTests {
    @Test(arguments: [
        VQVAEConfiguration.tiny,
        VQVAEConfiguration(
            strides: Extent3(time: 2, height: 8, width: 4), hiddenChannels: 8,
            embeddingWidth: 6, codeCount: 16, blocks: 2),
    ])
    func aTokenizerNamesAllThatItStores(configuration: VQVAEConfiguration) {
        var random = RandomStream(seed: 1)
        let tokenizer = VQVAE(configuration, random: &random)
        let paths = tokenizer.state.map(\.path)
        let stored = storedPaths(tokenizer)
        #expect(Set(paths) == stored, "\(stored.symmetricDifference(paths).sorted())")
        #expect(Set(paths).count == paths.count)
    }
    @Test func aTokenizerOffersLevelsAndBlocks() {
        var random = RandomStream(seed: 1)
        let configuration = VQVAEConfiguration.tiny
        let tokenizer = VQVAE(configuration, random: &random)
        let strides = configuration.strides
        let clips: Tensor<Float> = random.uniform(
            [1, 2 * strides.time, 2 * strides.height, 2 * strides.width, 3], in: -0.5..<0.5)
        let context = Context.inference
        let (latents, inner) = context.recordingOutputs {
            tokenizer.continuousLatents(clips, context)
        }
        #expect(latents == tokenizer.continuousLatents(clips, .inference))
        let paths = inner.all.map(\.path)
        #expect(Set(paths).isSubset(of: tokenizer.namedModules.map(\.path)))
        for path in ["encoder.levels.0", "encoder.stack.blocks.0.attention", "preQuantization"] {
            #expect(paths.contains(path), "\(path)")
        }
        #expect(inner["encoder"] == tokenizer.features(clips, .inference))
    }
}
