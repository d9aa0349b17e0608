import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVideo
import Testing

@Suite struct ResNetEncoderTests {
    static func resnet() -> FrameEncoder {
        var random = RandomStream(seed: 3)
        return FrameEncoder(
            FrameEncoderConfiguration(width: 4, blocks: [1, 1, 1, 1], outputWidth: 6),
            random: &random)
    }

    @Test(arguments: 1...4, [false, true])
    func stagesHaveThePromisedShapes(stage: Int, skips: Bool) {
        let encoder = ResNetEncoder(Self.resnet(), stage: stage, skips: skips)
        let frames = noise([2, 24, 20, 3])
        let latent = encoder.encode(frames, .inference)
        #expect(latent.shape == encoder.latentShape(height: 24, width: 20))
        #expect(!encoder.seesFuture)
        let own = encoder.resnet.stages(frames.expanded(axis: 1), .inference)
        #expect(latent.tensor == own[stage - 1])
        let finer = skips ? [0, 0, 1, 2, 2][stage] : 0
        #expect(latent.finer.map(\.stride) == [2, 1].suffix(finer))
        for grid in latent.finer {
            #expect(grid.tensor == own[grid.stride - 1].selected(0, axis: 1))
        }
    }

    @Test func severalFramesAreOneRepeated() {
        let encoder = ResNetEncoder(Self.resnet(), stage: 2, skips: true, frames: 3)
        let frame = noise([1, 8, 8, 3])
        let latent = encoder.encode(frame, .inference)
        let clip = stacked([frame, frame, frame], axis: 1)
        let stages = encoder.resnet.stages(clip, .inference)
        #expect(latent.tensor[0][0] == stages[1][0][2])
        #expect(latent.finer[0].tensor[0] == stages[0][0][2])
    }

    @Test func theCountOfNumbersIsTheLatents() {
        let encoder = ResNetEncoder(Self.resnet(), skips: true)
        let latent = encoder.encode(noise([1, 16, 8, 3]), .inference)
        let count = latent.finer.reduce(latent.tensor.count) { $0 + $1.tensor.count }
        #expect(encoder.latentShape(height: 16, width: 8).elementCount == count)
    }
}

@Suite struct PriorEncoderTests {
    static func prior(_ configuration: PriorConfiguration = .minute()) -> VideoPrior {
        var random = RandomStream(seed: 5)
        return VideoPrior(configuration, random: &random)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let stride: Int
        let given: Int
        let hidesCodes: Bool
        let skips: Bool
        let joins: Bool
        var testDescription: String {
            "stride \(stride), \(given) frames, \(hidesCodes ? "hiding" : "plain"), "
                + "\(skips ? "skips" : "none"), \(joins ? "joined" : "alone")"
        }
    }

    static let cases = [
        Case(stride: 4, given: 1, hidesCodes: false, skips: false, joins: false),
        Case(stride: 4, given: 2, hidesCodes: true, skips: true, joins: true),
        Case(stride: 2, given: 1, hidesCodes: true, skips: true, joins: true),
        Case(stride: 8, given: 1, hidesCodes: false, skips: true, joins: false),
    ]

    @Test(arguments: cases) func latentsHaveThePromisedShape(_ known: Case) {
        let prior = Self.prior(
            .minute(stride: known.stride, given: known.given, hidesCodes: known.hidesCodes))
        for layer in 0...2 {
            let encoder = PriorEncoder(
                prior, layer: layer, skips: known.skips, joins: known.joins)
            let latent = encoder.encode(noise([2, 32, 32, 3]), .inference)
            #expect(latent.shape == encoder.latentShape(height: 32, width: 32))
            let stage = known.stride == 2 ? 8 : 6
            #expect(latent.shape.slots == (known.joins ? 1 : 2))
            #expect(latent.shape.channels == (known.joins ? 2 * 12 + stage : 12))
            let strides = known.skips ? [4, 2, 1].filter { $0 < known.stride } : []
            #expect(latent.finer.map(\.stride) == strides)
            #expect(encoder.source.query == (known.hidesCodes ? .hidden : .start))
        }
    }

    @Test func theLatentIsThePriorsHiddenState() {
        let prior = Self.prior()
        let frames = noise([2, 32, 32, 3])
        let condition = prior.condition(frames: frames.expanded(axis: 1), .inference)
        for layer in 0...2 {
            let hidden = prior.hidden(
                asking: .zeros, layers: [layer], condition, .inference)[0]
            let encoder = PriorEncoder(prior, layer: layer, query: .zeros)
            // Dropout is off in training, too.
            let latent = encoder.encode(frames, Context.training(random: RandomStream(seed: 0)))
            #expect(latent.tensor == hidden, "layer \(layer)")
            // Layer 0 tells no frame from another, the others do.
            #expect((latent.tensor[0] == latent.tensor[1]) == (layer == 0))
        }
    }

    @Test func joinedLatentsStandBesideTheSlots() {
        let prior = Self.prior()
        let frames = noise([1, 32, 32, 3])
        let alone = PriorEncoder(prior, layer: 1).encode(frames, .inference).tensor
        let resnet = ResNetEncoder(prior.resnet!).encode(frames, .inference).tensor
        let slots = (0..<2).map { alone.sliced($0..<$0 + 1, axis: 1) }
        let joined = PriorEncoder(prior, layer: 1, joins: true).encode(frames, .inference).tensor
        #expect(joined == concatenated(slots + [resnet], axis: -1))
    }

    @Test(arguments: [["encoder.prior"], ["encoder.resnet"], ["encoder"], []])
    func frozenPartsStayBitForBitAndGradientsPassThem(frozen: [String]) {
        let scenes = Scenes(count: 2)
        var random = RandomStream(seed: 4)
        let encoder = PriorEncoder(Self.prior(), layer: 2, skips: true)
        var model = Segmenter(
            SegmenterConfiguration(
                encoder: encoder.configuration, head: .convolutional(width: 8),
                input: PictureInput(height: 32, width: 32)), encoder: encoder, random: &random)
        let before = model.state
        var optimizer = AdamW(learningRate: 1e-2, weightDecay: 0.01)
        let step = valueAndGradients(
            of: model, Context.training(random: RandomStream(seed: 0)), freezing: Freezing(frozen)
        ) { model, context in
            (segmentationLoss(model.logits(scenes.frames, context), scenes.masks), ())
        }
        optimizer.update(&model, with: step.gradients)
        step.commitBuffers(to: &model)
        for (old, new) in zip(before, model.state) {
            let isFrozen = Freezing(frozen).covers(old.path)
            let isUsed = !Self.unused.contains { old.path.hasPrefix("encoder.prior." + $0) }
            #expect((old.value == new.value) == (isFrozen || !isUsed), "\(old.path)")
        }
        if !frozen.contains("encoder"), frozen != ["encoder.resnet"] {
            let gradient = step.gradients[path: "encoder.resnet.groups.3.blocks.0.conv1.weight"]
            #expect(gradient.map { $0.abs().max().scalar > 0 } == true)
        }
    }

    /// What no latent at the last layer depends on.
    static let unused = ["input", "output", "norm"]

    @Test func framesOfAnotherSizeStop() async {
        await #expect(processExitsWith: .failure) {
            let encoder = PriorEncoder(Self.prior(), layer: 1)
            _ = encoder.encode(.zeros([1, 16, 16, 3]), .inference)
        }
    }

    @Test func anUnknownLayerStops() async {
        await #expect(processExitsWith: .failure) { _ = PriorEncoder(Self.prior(), layer: 3) }
    }
}
