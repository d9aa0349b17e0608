import GestaltNN
import GestaltSegHeads
import GestaltTensor
import Testing

@Suite struct UNetTests {
    @Test func baselineCountsItsParameters() {
        var random = RandomStream(seed: 0)
        #expect(UNet(.baseline, random: &random).parameterCount == 1_927_009)
        // Two more rows of the last layer: 32 weights and a bias each.
        var classes = UNetConfiguration.baseline
        classes.classes = 3
        #expect(UNet(classes, random: &random).parameterCount == 1_927_009 + 66)
    }

    @Test(arguments: [(64, 64), (33, 50), (8, 8), (1, 3), (17, 16)])
    func keepsAnySize(height: Int, width: Int) {
        var random = RandomStream(seed: 0)
        let model = UNet(UNetConfiguration(widths: [4, 6, 8], classes: 2), random: &random)
        let logits = model.logits(noise([2, height, width, 3]), .inference)
        #expect(logits.shape == [2, height, width, 2])
    }

    @Test func picturesOfABatchDoNotMix() {
        var random = RandomStream(seed: 0)
        let model = UNet(UNetConfiguration(widths: [4, 8]), random: &random)
        let frames = noise([3, 16, 16, 3])
        let together = model.logits(frames, .inference)
        for index in 0..<3 {
            let alone = model.logits(frames[index..<index + 1], .inference)
            let difference = (together[index..<index + 1] - alone).abs().max().scalar
            // The same products, perhaps summed in another order: 9 · 8 terms of size about 1.
            #expect(difference < 72 * 4 * Float.ulpOfOne, "picture \(index)")
        }
    }

    @Test func scaleOfTheInputIsTheConfigurations() {
        var random = RandomStream(seed: 0)
        let wide = UNet(
            UNetConfiguration(widths: [4], input: PictureInput(center: 0.5, scale: 0.25)),
            random: &random)
        random = RandomStream(seed: 0)
        let plain = UNet(UNetConfiguration(widths: [4], input: PictureInput()), random: &random)
        let frames = noise([1, 8, 8, 3])
        #expect(wide.logits(frames, .inference) == plain.logits(frames * 4, .inference))
    }

    @Test func learnsEightPictures() {
        let scenes = Scenes(count: 8)
        var random = RandomStream(seed: 5)
        var model = UNet(UNetConfiguration(widths: [8, 16, 16]), random: &random)
        var optimizer = AdamW(learningRate: 1e-2, weightDecay: 0.01)
        var losses: [Float] = []
        for _ in 0..<60 {
            let step = valueAndGradients(of: model, Context.training(random: RandomStream(seed: 0)))
            { model, context in
                (segmentationLoss(model.logits(scenes.frames, context), scenes.masks), ())
            }
            losses.append(step.loss)
            optimizer.update(&model, with: step.gradients)
            step.commitBuffers(to: &model)
        }
        #expect(losses[0] > 0.8 && losses[59] < 0.25, "\(losses[0]) to \(losses[59])")
        let found = labels(ofProbabilities: model.probabilities(scenes.frames))
        let wrong = zip(found.scalars, scenes.masks.scalars).reduce(0) {
            $0 + ($1.0 == $1.1 ? 0 : 1)
        }
        #expect(wrong < scenes.masks.count / 20, "\(wrong) of \(scenes.masks.count) pixels")
    }

    @Test func gradientsForetellTheLoss() {
        let scenes = Scenes(count: 2, side: 16)
        var random = RandomStream(seed: 5)
        let model = UNet(UNetConfiguration(widths: [4, 6], classes: 3), random: &random)
        func loss(_ model: UNet) -> TrainingStep<Void> {
            valueAndGradients(of: model, Context.training(random: RandomStream(seed: 0))) {
                model, context in
                (segmentationLoss(model.logits(scenes.frames, context), scenes.masks), ())
            }
        }
        let gradients = loss(model).gradients
        // Along the gradient itself the loss changes by ‖g‖² a unit; both sides, so that the
        // second derivative drops out.
        let length: Float = 1e-3 / gradients.norm
        func moved(_ sign: Float) -> UNet {
            var copy = model
            copy.mapState { path, value in
                gradients[path: path].map { value + $0 * (sign * length) } ?? value
            }
            return copy
        }
        let change = (loss(moved(1)).loss - loss(moved(-1)).loss) / (2 * length)
        let expected = gradients.norm * gradients.norm
        // The loss, about 1.5, is known to some 1e-6, and changes by 2e-3 · ‖g‖; ReLUs switch.
        #expect(abs(change / expected - 1) < 0.01, "\(change) against \(expected)")
    }

    @Test func everyParameterLearns() {
        let scenes = Scenes(count: 2, side: 16)
        var random = RandomStream(seed: 5)
        let model = UNet(UNetConfiguration(widths: [4, 6], classes: 3), random: &random)
        let step = valueAndGradients(of: model, Context.training(random: RandomStream(seed: 0))) {
            model, context in
            (segmentationLoss(model.logits(scenes.frames, context), scenes.masks), ())
        }
        for entry in model.state where entry.isParameter {
            let gradient = step.gradients[path: entry.path]
            #expect(gradient?.shape == entry.value.shape, "\(entry.path)")
            #expect((gradient?.abs().max().scalar ?? 0) > 0, "\(entry.path)")
        }
    }

    @Test func framesOfAnotherShapeStop() async {
        await #expect(processExitsWith: .failure) {
            var random = RandomStream(seed: 0)
            let model = UNet(.demo, random: &random)
            _ = model.logits(.zeros([1, 64, 64, 1]), .inference)
        }
    }
}
