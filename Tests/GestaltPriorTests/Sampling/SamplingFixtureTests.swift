import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import TestSupport
import Testing

@Suite(
    .tags(.peer),
    .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES to compare with VideoGPT"))
struct SamplingFixtureTests {
    @Test(arguments: PriorCase.all)
    func logitsOfCachedDecodingAsVideoGPTHasThem(of stated: PriorCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        let predictor = try stated.predictor(fixture)
        let condition = try stated.condition(
            predictor.prior, fixture.clips("video_u8"), fixture, .inference)
        let weights = VideoSampler(predictor).weights
        let codes = try fixture.integers("ids")
        let found = stepwiseLogits(weights, condition, codes)
        for name in ["logits_stepwise", "logits"] {
            let deviation = relativeDeviation(found, from: try fixture.raw(name))
            #expect(deviation <= stated.forwardBound, "\(name) deviates by \(deviation)")
        }
    }

    @Test(arguments: PriorCase.all)
    func greedySamplingChoosesVideoGPTsCodesAndMakesItsVideo(of stated: PriorCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        let predictor = try stated.predictor(fixture)
        let clips = try fixture.clips("video_u8")
        let frames = stated.configuration.prior.conditioning.map {
            clips.sliced(0..<$0.frames, axis: 1)
        }
        let classes =
            stated.configuration.prior.classes == nil ? nil : try fixture.integers("label")
        let expected = try fixture.integers("greedy/ids")
        let count = expected.shape[0]
        // Without frames or classes all samples are of one nameless clip.
        let isGiven = frames != nil || classes != nil
        for batch in [1, 3] {
            let prediction = try VideoSampler(predictor, batch: batch).predict(
                frames: frames, classes: classes, samples: isGiven ? 1 : count, options: .greedy,
                random: RandomStream(seed: 0))
            #expect(prediction.codes.reshaped(expected.shape) == expected)
            let video = try fixture.channelsLast("greedy/video")
            let deviation = relativeDeviation(prediction.video.reshaped(video.shape), from: video)
            #expect(deviation <= stated.forwardBound, "video deviates by \(deviation)")
        }
    }
}
