import GestaltNN
import GestaltPrior
import GestaltTensor
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

    private static let resnet = FrameEncoderConfiguration(
        width: 2, blocks: [2, 1, 1, 1], outputWidth: 6)
    private static let frames = FrameConditioning(
        frames: 2, height: 16, width: 16, encoder: resnet)
    private static let dense = FrameConditioning(
        frames: 2, height: 16, width: 16,
        encoder: DenseFrameEncoder.Configuration(widths: [2, 4, 6], outputWidth: 6),
        isAligned: true)

    @Test func aFrameEncoderNamesAllThatItStores() {
        var random = RandomStream(seed: 1)
        expectComplete(FrameEncoder(Self.resnet, random: &random), "FrameEncoder")
    }

    /// Every condition and the masked token: each is a part that may be absent.
    @Test(arguments: [nil, frames, dense], [nil, 3] as [Int?])
    func aPriorNamesAllThatItStores(conditioning: FrameConditioning?, classes: Int?) throws {
        for (actionWidth, codeDropout) in [
            (nil, nil), (4, PriorConfiguration.CodeDropout()),
        ] as [(Int?, PriorConfiguration.CodeDropout?)] {
            let configuration = PriorConfiguration(
                latent: .init(time: 2, height: 4, width: 4), codeCount: 16, embeddingWidth: 6,
                width: 12, heads: 2, layers: 2, conditioning: conditioning, classes: classes,
                actionWidth: actionWidth, actionStride: actionWidth.map { _ in 2 },
                codeDropout: codeDropout)
            try configuration.validate()
            var random = RandomStream(seed: 1)
            expectComplete(VideoPrior(configuration, random: &random), "\(configuration)")
        }
    }

    @Test
    func aPredictorNamesAllThatItStores() throws {
        expectComplete(try SmallPredictor().model, "VideoPredictor")
    }
}
