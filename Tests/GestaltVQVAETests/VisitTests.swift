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
}
