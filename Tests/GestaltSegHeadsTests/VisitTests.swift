import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct VisitTests {
    private func expectComplete(_ model: any Module, _ name: String) {
        let paths = model.state.map(\.path)
        let stored = storedPaths(model)
        #expect(Set(paths) == stored, "\(name): \(stored.symmetricDifference(paths).sorted())")
        #expect(Set(paths).count == paths.count, "\(name)")
    }

    static let heads: [any HeadConfiguration] = [
        .convolutional(width: 8), .linear, .joined(width: 5),
        TransposedHead.Configuration(width: 5),
        FlattenedHead.Configuration(width: 3), AttentiveHead.Configuration(width: 4),
        UNetHead.Configuration(width: 4),
    ]

    /// A segmenter names all that it stores, on each encoder and with each head.
    @Test(
        arguments: EncoderConfigurationTests.all, heads)
    func segmenters(encoder: any EncoderConfiguration, head: any HeadConfiguration) {
        var random = RandomStream(seed: 8)
        let model = Segmenter(
            SegmenterConfiguration(
                encoder: encoder, head: head, input: PictureInput(height: 32, width: 32)),
            random: &random)
        expectComplete(model, "\(encoder.summary), \(head)")
    }
}
