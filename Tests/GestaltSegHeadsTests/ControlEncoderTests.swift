import Foundation
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct ControlEncoderTests {
    init() { SegmentationKinds.register() }

    @Test(
        arguments: [
            ("noise:5:4", "noise:5:4", [1, 4, 6, 5]),
            ("noise:2:1:seed=3", "noise:2:1:seed=3", [1, 16, 24, 2]),
            ("position", "position:4", [1, 4, 6, 18]),
            ("position:8:frequencies=0", "position:8:frequencies=0", [1, 2, 3, 2]),
            ("rgb", "rgb", [1, 16, 24, 3]),
        ] as [(ComponentName, ComponentName, [Int])])
    func controlsHaveThePromisedShapesAndNeedNoModel(
        name: ComponentName, whole: ComponentName, shape: [Int]
    ) throws {
        let encoder = try EncoderNameTests.encoder(name, on: nil)
        #expect(encoder.name == whole && !type(of: encoder).needsModel)
        #expect(encoder.configuration.summary == whole.description)
        let latent = encoder.encode(noise([2, 16, 24, 3]), .inference)
        #expect(latent.tensor.shape == Shape([2] + shape))
        #expect(latent.shape == encoder.latentShape(height: 16, width: 24))
        #expect(encoder.state.isEmpty && type(of: encoder).parts.isEmpty)
    }

    @Test func noiseIsAFunctionOfTheFrameAlone() {
        let encoder = NoiseEncoder(.init(channels: 40, stride: 2))
        let frames = noise([3, 16, 16, 3])
        let all = encoder.encode(frames, .inference).tensor
        let one = encoder.encode(frames[1..<2], .training(random: RandomStream(seed: 5))).tensor
        #expect(one[0] == all[1])
        #expect(all[0] != all[1])
        let other = NoiseEncoder(.init(channels: 40, stride: 2, seed: 1))
        #expect(other.encode(frames, .inference).tensor[0] != all[0])
        // 7680 numbers: a standard error of 0.011 for the mean, 0.016 for the variance.
        #expect(abs(all.mean().scalar) < 0.05)
        #expect(abs(all.squared().mean().scalar - 1) < 0.08)
    }

    @Test func positionsAreThoseOfTheCellsCenters() {
        let encoder = PositionEncoder(.init(stride: 4, frequencies: 1))
        let latent = encoder.encode(noise([2, 8, 16, 3]), .inference).tensor
        // Two rows at −1/2 and 1/2, four columns at −3/4, −1/4, 1/4, 3/4.
        let place = latent[1, 0, 1, 3].scalars
        let (half, quarter) = (Float(sin(Double.pi / 2)), Float(sin(0.75 * Double.pi)))
        let expected: [Float] = [
            0.5, half, Float(cos(Double.pi / 2)), 0.75, quarter, Float(cos(0.75 * Double.pi)),
        ]
        #expect(place == expected)
        #expect(latent[0] == latent[1])
    }

    @Test func pixelsAreTheFrame() {
        let frames = noise([2, 6, 5, 3])
        #expect(PixelEncoder().encode(frames, .inference).tensor[0..., 0] == frames)
    }

    @Test(
        arguments: [
            "noise", "noise:4", "noise:0:4", "noise:4:4:4", "noise:4:4:seed=x", "noise:4:4:seed=-1",
            "position:0", "position:4:4", "position:frequencies=17", "position:frequencies=x",
            "rgb:4",
        ] as [ComponentName])
    func otherWordsAreRefusedWithTheGrammar(name: ComponentName) throws {
        let type = try Encoders.type(of: name)
        let error = #expect(throws: ConfigurationError.self) { try type.validate(name) }
        #expect(error?.key == "encoder")
        #expect(error?.description.contains(type.grammar) == true, "\(error as Any)")
        #expect(throws: ConfigurationError.self) { try EncoderNameTests.encoder(name, on: nil) }
    }

    /// Ends of a grammar: a longer kind precedes its first word, and an unknown word lists all.
    @Test func kindsOfTwoWordsPrecedeTheirFirstWord() throws {
        #expect(Encoders.known("prior:samples:1:2") is PriorSampleEncoder.Type)
        #expect(Encoders.known("prior:hidden:1") is PriorEncoder.Type)
        #expect(Encoders.known("prior") is PriorEncoder.Type)
        #expect(Encoders.known("samples:1") == nil)
        let error = #expect(throws: ConfigurationError.self) {
            try Encoders.type(of: "prior:mean:1").validate("prior:mean:1")
        }
        for grammar in [
            PriorEncoder.grammar, PriorSampleEncoder.grammar, FuturePixelEncoder.grammar,
        ] {
            #expect(error?.description.contains(grammar) == true, "\(error as Any)")
        }
    }
}
