import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVideo
import Testing

@Suite struct InnerOutputsTests {
    private func frames() -> Tensor<Float> {
        var random = RandomStream(seed: 3)
        return random.uniform([2, 32, 32, 3], in: -0.5..<0.5)
    }

    @Test func aUNetOffersItsLevels() {
        let model = StoredModelTests.unet()
        let context = Context.inference
        let (logits, inner) = context.recordingOutputs { model.logits(frames(), context) }
        #expect(logits == model.logits(frames(), .inference))
        let paths = inner.all.map(\.path)
        #expect(Set(paths).isSubset(of: model.namedModules.map(\.path)))
        for path in [
            "trunk.down.0", "trunk.down.1.second", "trunk.upsampling.0", "trunk.up.0", "scores",
        ] {
            #expect(paths.contains(path), "\(path)")
        }
        #expect(inner["trunk.down.1"]?.shape == [2, 16, 16, 6])
    }

    @Test(arguments: EncoderConfigurationTests.encoders)
    func aSegmenterOffersEncoderAndHead(encoder: any EncoderConfiguration) {
        let model = EncoderConfigurationTests.segmenter(encoder)
        let context = Context.inference
        let inner = context.recordingOutputs { model.logits(frames(), context) }.outputs
        let paths = inner.all.map(\.path)
        #expect(Set(paths).isSubset(of: model.namedModules.map(\.path)))
        #expect(paths.contains { $0.hasPrefix("encoder.") } && paths.contains("head.trunk.1"))
        #expect(inner["head"] == model.logits(frames(), .inference))
    }
}
