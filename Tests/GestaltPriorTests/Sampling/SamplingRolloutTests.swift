import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct SamplingRolloutTests {
    private let random = RandomStream(seed: 31)

    @Test(arguments: [1, 3, 6])
    func eachWindowIsGivenTheLastFramesOfTheOneBefore(_ given: Int) throws {
        let model = SamplingModel(.frames, given: given)
        let sampler = VideoSampler(model.predictor)
        let frames = model.frames(clips: 2)!
        let step = 8 - given
        let length = 8 + 2 * step - 1
        let rollout = try sampler.rollout(
            frames: frames, length: length, samples: 2, random: random)
        #expect(rollout.video.shape == Shape([2, 2, length, 16, 16, 3]))
        #expect(rollout.windows.count == 3)

        let first = try sampler.predict(frames: frames, samples: 2, random: random)
        #expect(rollout.windows[0] == first.codes)
        #expect(rollout.video.sliced(0..<8, axis: 2) == first.video)
        // The second window, sample by sample.
        for row in 0..<4 {
            let before = first.video[row / 2][row % 2]
            let condition = sampler.condition(
                frames: before.sliced(8 - given..<8, axis: 0).expanded(axis: 0) - 0.5)
            let drawn = rollout.windows[1][row / 2][row % 2].expanded(axis: 0)
            let logits = stepwiseLogits(sampler.weights, condition, drawn).reshaped([128, 40])
            let codes = drawn.flattened().scalars
            var stream = random.split(UInt64(row))
            let draw = CodeDraw(SamplingOptions(), codes: 40)
            var agreeing = 0
            for token in 0..<128 {
                stream.counter = UInt64(128 + token)
                let one = try #require(draw.draw(logits[token].scalars, stream.number()))
                agreeing += one.code == Int(codes[token]) ? 1 : 0
            }
            // Taking 0.5 off again rounds the frames, so that a close draw may fall otherwise.
            #expect(agreeing >= 126)
            let decoded =
                (sampler.predictor.tokenizer.decode(drawn).clamped(min: -0.5, max: 0.5) + 0.5)[0]
            let own = rollout.video[row / 2][row % 2]
            #expect(
                own.sliced(8..<8 + step, axis: 0) == decoded.sliced(given..<8, axis: 0))
        }
    }

    @Test func classesAndActionsGoAlongAndAShortOneIsAClipCutOff() throws {
        let model = SamplingModel(.all)
        let sampler = VideoSampler(model.predictor, batch: 3)
        #expect(sampler.framesCovered(by: 5) == 8 && sampler.framesCovered(by: 9) == 15)
        let frames = model.frames(clips: 2)!
        let actions = model.actions(clips: 2, frames: 15)!
        let classes = model.classes(clips: 2)
        let long = try sampler.rollout(
            frames: frames, length: 10, classes: classes, actions: actions, random: random)
        #expect(long.video.shape == [2, 1, 10, 16, 16, 3] && long.windows.count == 2)
        let short = try sampler.rollout(
            frames: frames, length: 5, classes: classes,
            actions: actions.sliced(0..<8, axis: 1), random: random)
        #expect(short.video == long.video.sliced(0..<5, axis: 2))
        let moved = concatenated(
            [actions.sliced(0..<8, axis: 1), actions.sliced(8..<15, axis: 1) + 3], axis: 1)
        let other = try sampler.rollout(
            frames: frames, length: 10, classes: classes, actions: moved, random: random)
        #expect(other.windows[0] == long.windows[0] && other.windows[1] != long.windows[1])
    }
}
