import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// A predictor whose futures are known: in future k of n the pixel at row t of the first column has
/// the brightness k / n more than the frame at time t.
private struct StripePredictor: ClipPredictor {
    struct Configuration: ModelConfiguration {
        static let kind = "stripes"
        var length: Int
        var given: Int
        func validate() {}
    }

    let configuration: Configuration
    var tokenizer: any VideoTokenizer

    init(_ configuration: Configuration, random: inout RandomStream) {
        self.configuration = configuration
        tokenizer = VQVAE(.minute, random: &random)
    }

    var clipSizes: ClipSizes {
        ClipSizes(
            frames: configuration.length, height: 8, width: 8, givenFrames: configuration.given)
    }
    let predictionOptions: [PredictionOption] = [.temperature]

    func check(_ inputs: PredictionInputs, samples: Int, _ options: PredictionOptions) throws {
        try options.requireKnown(by: self)
    }

    func predict(
        _ inputs: PredictionInputs, samples: Int, options: PredictionOptions,
        random: RandomStream, progress: ProgressHandler?
    ) throws -> PredictedClips {
        guard let given = inputs.frames, given.max().scalar < 0.5 else {
            throw ModelInputError("frames", expected: "below 0.5", found: "others")
        }
        let length = configuration.length
        let last = given.selected(given.shape[1] - 1, axis: 1).expanded(axis: 1)
        var video = last.broadcast(to: [samples, length, 8, 8, 3]).contiguous() + 0.5
        var codes = Tensor<Int32>.zeros([1, samples, length / 4, 2, 2])
        for sample in 0..<samples {
            codes[0, sample] = Tensor(repeating: Int32(sample), shape: [length / 4, 2, 2])
            for time in configuration.given..<length {
                video[sample, time, time, 0] =
                    video[sample, time, time, 0] + Float(sample) / Float(samples)
            }
        }
        return PredictedClips(codes: [codes], video: video.expanded(axis: 0))
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("tokenizer", &tokenizer)
    }
}

@Suite struct FutureEncoderTests {
    private static let registration: Void = { try! ModelKinds.register(StripePredictor.self) }()

    init() {
        SegmentationKinds.register()
        _ = Self.registration
    }

    private static func encoder(
        _ name: ComponentName, given: Int = 1
    ) throws -> any StoredEncoder {
        var random = RandomStream(seed: 3)
        return try EncoderNameTests.encoder(
            name, on: StripePredictor(.init(length: 4, given: given), random: &random))
    }

    private static let frames = noise([2, 8, 8, 3]) * 0.5

    @Test func pixelsAreTheMeanOfTheFutures() throws {
        let encoder = try Self.encoder("prior:pixels:4")
        let latent = encoder.encode(Self.frames, .inference)
        #expect(latent.shape == encoder.latentShape(height: 8, width: 8))
        #expect(latent.tensor.shape == [2, 4, 8, 8, 3] && encoder.sampledFutures == 4)
        for time in 0..<4 {
            var expected = Self.frames
            if time > 0 {
                // (0 + 1 + 2 + 3) / 4 / 4
                for frame in 0..<2 {
                    expected[frame, time, 0] = expected[frame, time, 0] + 0.375
                }
            }
            let difference = (latent.tensor[0..., time] - expected).abs().max().scalar
            // Half is added and subtracted: a few units in the last place of 1.
            #expect(difference < 4 * Float.ulpOfOne, "frame \(time)")
        }
    }

    /// Rows 1, 2 and 3 of the first column light up once, by 0 in one future and 0.5 in the other.
    @Test func energyIsMotionChangeAndDisagreement() throws {
        let encoder = try Self.encoder("prior:energy:2")
        let latent = encoder.encode(Self.frames, .inference)
        #expect(latent.shape == encoder.latentShape(height: 8, width: 8))
        func channels(_ row: Int) -> [Float] { latent.tensor[1, 0, row, 0].scalars }
        // Three steps, two futures, all colors alike: row 1 goes up and down, row 3 only up.
        let expected: [[Float]] = [
            [0, 0, 0],
            [
                (2 * 0.25 / 6 as Float).squareRoot(), (0.25 / 6 as Float).squareRoot(),
                (0.125 / 6 as Float).squareRoot(),
            ],
            [
                (2 * 0.25 / 6 as Float).squareRoot(), (0.25 / 6 as Float).squareRoot(),
                (0.125 / 6 as Float).squareRoot(),
            ],
            [
                (0.25 / 6 as Float).squareRoot(), (0.25 / 6 as Float).squareRoot(),
                (0.125 / 6 as Float).squareRoot(),
            ],
        ]
        for row in 0..<4 {
            for (found, known) in zip(channels(row), expected[row]) {
                #expect(abs(found - known) < 1e-6, "row \(row): \(channels(row))")
            }
        }
        #expect(latent.tensor[0..., 0..., 0..., 1..<8].max().scalar < 1e-6)
        let single = try Self.encoder("prior:energy:1").encode(Self.frames, .inference)
        #expect(single.shape.channels == 2)
    }

    @Test func codesAreTheMeanOfTheirEmbeddings() throws {
        let encoder = try Self.encoder("prior:codes:sample:3")
        let latent = encoder.encode(Self.frames, .inference)
        #expect(latent.shape == encoder.latentShape(height: 8, width: 8))
        let table = try #require(encoder as? FutureCodeEncoder).predictor.tokenizer.codeTable
        let mean = (table[0] + table[1] + table[2]) / 3
        let difference = (latent.tensor - mean).abs().max().scalar
        #expect(difference < 8 * Float.ulpOfOne * (1 + mean.abs().max().scalar))
        #expect(throws: ModelMismatch.self) { try Self.encoder("prior:codes:expect") }
    }

    /// A failed prediction is not silent: it is an error where latents may fail, and elsewhere NaN,
    /// which training and segmentation refuse.
    @Test(arguments: ["prior:pixels", "prior:energy:2", "prior:codes:sample"] as [ComponentName])
    func aFailedPredictionIsAnError(name: ComponentName) throws {
        let encoder = try Self.encoder(name)
        let frames = concatenated([Self.frames[0..<1], .ones([1, 8, 8, 3])], axis: 0)
        let latent = encoder.encode(frames, .inference)
        #expect(latent.tensor[0].scalars.allSatisfy { $0.isFinite })
        #expect(latent.tensor[1].scalars.allSatisfy { $0.isNaN })
        #expect(throws: ModelInputError.self) { try encoder.latents(of: frames) }
        let known = try encoder.latents(of: Self.frames)
        #expect(known.tensor == encoder.encode(Self.frames, .inference).tensor)
        #expect(known.shape == encoder.latentShape(height: 8, width: 8))
    }

    @Test func earlierFramesReachThePredictor() throws {
        let clips = noise([2, 2, 8, 8, 3]) * 0.5
        let encoder = try Self.encoder("prior:pixels:frames=2", given: 2)
        let latent = encoder.encode(clips, .inference).tensor
        #expect((latent[0..., 0] - clips[0..., 1]).abs().max().scalar < 4 * Float.ulpOfOne)
        #expect(encoder.clipLength == 2)
    }

    @Test func aPredictorOfAnotherPackageIsStoredByItsKind() throws {
        let encoder = try Self.encoder("prior:energy:2:temperature=0.5")
        var random = RandomStream(seed: 4)
        let model = Segmenter(
            SegmenterConfiguration(
                encoder: encoder.configuration, head: .linear,
                input: PictureInput(height: 8, width: 8)), encoder: encoder, random: &random)
        try StoredModelTests.withFolder { folder in
            try model.write(to: folder)
            let read = try Segmenter(folder: folder)
            #expect(read.encoder.name == "prior:energy:2:temperature=0.5")
            #expect(
                read.logits(Self.frames, .inference) == model.logits(Self.frames, .inference))
        }
    }

    @Test func optionsAndModelsThatDoNotFitAreRefused() throws {
        #expect(throws: ConfigurationError.self) { try Self.encoder("prior:pixels:2:top-p=0.5") }
        let key = #expect(throws: ConfigurationError.self) {
            try Self.encoder("prior:energy:2", given: 4)
        }?.key
        #expect(key == "encoder.predictor")
        #expect(throws: ConfigurationError.self) { try Self.encoder("prior:pixels", given: 0) }
        for name in ["prior:pixels", "prior:energy:2", "prior:codes:sample"] {
            let error = #expect(throws: ModelMismatch.self) {
                try EncoderNameTests.encoder(ComponentName(stringLiteral: name), on: nil)
            }
            #expect(error?.needed == .clipPredictor)
        }
    }
}
