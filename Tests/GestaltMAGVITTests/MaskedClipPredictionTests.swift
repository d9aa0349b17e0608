import GestaltMAGVIT
import GestaltModels
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// The masked predictor as any predictor of clips.
@Suite struct MaskedClipPredictionTests {
    private let frames = Tensor<Float>.sample([2, 1, 16, 16, 3], seed: 5, in: -0.5...0.5)

    @Test("options are those of the masked decoding")
    func options() throws {
        let model = try MagvitFrameEncoderTests.predictor()
        var options = PredictionOptions()
        options.set(.steps, to: 3)
        options.set(.schedule, to: MaskSchedule.power(2))
        options.set(.confidenceNoise, to: Float(0.1))
        options.set(.temperature, to: Float(0.7))
        options.set(.topK, to: 5)
        #expect(
            try MaskedDecoding(options)
                == MaskedDecoding(
                    steps: 3, schedule: .power(2), temperature: 0.7, confidenceNoise: 0.1, topK: 5))
        let random = RandomStream(seed: 2)
        let predicted = try model.predict(
            PredictionInputs(frames: frames), samples: 2, options: options, random: random)
        let own = try model.predict(
            frames: frames, samples: 2, options: MaskedDecoding(options), random: random)
        #expect(predicted.video == own.video && predicted.codes == [own.codes])
        #expect(try model.predictedLength(options) == 5)
        #expect(model.clipSizes == ClipSizes(frames: 5, height: 16, width: 16, givenFrames: 1))
    }

    @Test("options and inputs that it does not have are named before any work")
    func refusals() throws {
        let model = try MagvitFrameEncoderTests.predictor()
        let greedy = PredictionOption("greedy", about: "of another model")
        for (option, value, key) in [
            (greedy, "true", "greedy"), (.steps, "0", "steps"), (.steps, "many", "steps"),
            (.guidance, "1", "guidance"), (.schedule, "sine", "schedule"),
        ] as [(PredictionOption, String, String)] {
            var options = PredictionOptions()
            options.set(option, to: value)
            let error = #expect(throws: ConfigurationError.self) {
                try model.predict(
                    PredictionInputs(frames: frames), samples: 1, options: options,
                    random: RandomStream(seed: 1)
                ) { _ in Issue.record("a step ran") }
            }
            #expect(error?.key == key)
            if option == greedy {
                #expect(error?.description.contains("takes temperature, topK") == true)
            }
        }
        for (inputs, name) in [
            (PredictionInputs(), "frames"),
            (PredictionInputs(frames: frames, actions: .zeros([2, 5, 4])), "actions"),
            (PredictionInputs(frames: .zeros([1, 1, 8, 8, 3])), "frames"),
            (PredictionInputs(frames: frames, classes: Tensor([0, 0])), "class"),
        ] {
            let error = #expect(throws: ModelInputError.self) {
                try model.check(inputs, samples: 1, PredictionOptions())
            }
            #expect(error?.input == name)
        }
    }

    @Test("without a condition no frame is given")
    func unconditioned() throws {
        let model = try MagvitFrameEncoderTests.predictor(.none)
        #expect(model.clipSizes.givenFrames == 0)
        let predicted = try model.predict(
            PredictionInputs(count: 3), random: RandomStream(seed: 1))
        #expect(predicted.video.shape == [3, 1, 5, 16, 16, 3])
        #expect(throws: ModelInputError.self) {
            try model.check(PredictionInputs(frames: frames), samples: 1, PredictionOptions())
        }
    }
}
