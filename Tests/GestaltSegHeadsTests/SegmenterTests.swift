import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import Testing

@Suite struct SegmenterTests {
    static func segmenter(
        classes: Int = 1, mode: TokenizerEncoder.Mode = .still,
        head: any HeadConfiguration = .convolutional(width: 16), side: Int = 32
    ) -> Segmenter {
        var random = RandomStream(seed: 4)
        return Segmenter(
            SegmenterConfiguration(
                encoder: TokenizerEncoder.Configuration(
                    tokenizer: VQVAEConfiguration.minute, mode: mode), head: head, classes: classes,
                input: PictureInput(height: side, width: side)),
            random: &random)
    }

    @Test(arguments: ["convolutional", "transposed", "unet"] as [ComponentName])
    func headsThatDoubleTheGridNeedAPowerOfTwo(head: ComponentName) throws {
        let configuration = SegmenterConfiguration(
            encoder: NoiseEncoder.Configuration(channels: 8, stride: 3),
            head: try Heads.configuration(named: head),
            input: PictureInput(height: 48, width: 48))
        let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
        #expect("\(try #require(error))".contains("a power of two"))
        var linear = configuration
        linear.head = .linear
        try linear.validate()
    }

    static let models: [any SegmentationModel] = {
        var random = RandomStream(seed: 4)
        var classes = UNetConfiguration(widths: [4, 8], classes: 3)
        classes.input.height = 32
        classes.input.width = 48
        return [
            segmenter(), segmenter(classes: 3, head: .linear), UNet(classes, random: &random),
        ]
    }()

    @Test(arguments: [(100, 60), (32, 32), (7, 200), (1, 1), (64, 32)])
    func masksHaveThePicturesSize(height: Int, width: Int) {
        for model in Self.models {
            let image = picture(height: height, width: width)
            let mask = model.segment(image: image)
            #expect(mask.shape == [height, width])
            #expect(mask.scalars.allSatisfy { $0 < max(2, model.classes) })
            let map = model.probabilities(image: image)
            #expect(map.shape == [height, width, model.classes])
            let sums = map.sum(axes: [-1]).scalars
            let isLikelihood =
                model.classes == 1
                ? map.scalars.allSatisfy { (0...1).contains($0) }
                : sums.allSatisfy { abs($0 - 1) < 1e-5 }  // weights of a resize sum to 1 ± 4 ulp
            #expect(isLikelihood)
        }
    }

    @Test func batchesAndSinglePicturesAgree() {
        let model = Self.segmenter()
        let images = stacked((0..<5).map { picture(height: 40, width: 24, seed: $0) }, axis: 0)
        let together = model.probabilities(images: images, batch: 2)
        #expect(together.shape == [5, 40, 24, 1])
        for index in 0..<5 {
            let difference = (together[index] - model.probabilities(image: images[index]))
                .abs().max().scalar
            // Probabilities of the same sums, perhaps in another order.
            #expect(difference < 1e-5)
        }
        #expect(model.segment(images: images).shape == [5, 40, 24])
    }

    @Test func constantProbabilitiesSurviveResizing() {
        // A head that answers only with its bias gives the same everywhere, whatever the size.
        var model = Self.segmenter(head: .linear)
        model.mapState { path, value in
            path == "head.scores.weight"
                ? .zeros(value.shape)
                : path == "head.scores.bias" ? .init(repeating: 1.5, shape: value.shape) : value
        }
        let map = model.probabilities(image: picture(height: 100, width: 60))
        let expected = Tensor<Float>(1.5).sigmoid().scalar
        #expect(map.scalars.allSatisfy { abs($0 - expected) < 8 * .ulpOfOne })
        #expect(
            model.segment(image: picture(height: 9, width: 9), threshold: 0.9).scalars.allSatisfy {
                $0 == 0
            })
        #expect(model.segment(image: picture(height: 9, width: 9)).scalars.allSatisfy { $0 == 1 })
    }

    @Test func oddFramesArePaddedAndCropped() {
        #expect(
            Self.segmenter().logits(noise([2, 30, 17, 3]), .inference).shape == [2, 30, 17, 1])
    }

    @Test func aFrozenEncoderStaysBitForBit() {
        let scenes = Scenes(count: 4)
        var model = Self.segmenter()
        let before = model.state
        var optimizer = AdamW(learningRate: 1e-2, weightDecay: 0.01)
        let step = valueAndGradients(
            of: model, Context.training(random: RandomStream(seed: 0)),
            freezing: Freezing(["encoder"])
        ) { model, context in
            (segmentationLoss(model.logits(scenes.frames, context), scenes.masks), ())
        }
        optimizer.update(&model, with: step.gradients)
        step.commitBuffers(to: &model)
        for (old, new) in zip(before, model.state) {
            let isFrozen = old.path.hasPrefix("encoder.")
            #expect((old.value == new.value) == isFrozen, "\(old.path)")
        }
    }

    private func codebook(of model: Segmenter) throws -> Codebook {
        let encoder = try #require(model.encoder as? TokenizerEncoder)
        return try #require((encoder.tokenizer as? VQVAE)?.averages)
    }

    @Test func theCodebookStaysWhenTheEncoderTrains() throws {
        let scenes = Scenes(count: 2)
        var random = RandomStream(seed: 4)
        var model = Segmenter(
            SegmenterConfiguration(
                encoder: TokenizerEncoder.Configuration(
                    tokenizer: VQVAEConfiguration.minute, source: "quantized"), head: .linear,
                input: PictureInput(height: 32, width: 32)), random: &random)
        let before = try codebook(of: model)
        let step = valueAndGradients(of: model, Context.training(random: RandomStream(seed: 0))) {
            model, context in
            (segmentationLoss(model.logits(scenes.frames, context), scenes.masks), ())
        }
        step.commitBuffers(to: &model)
        let after = try codebook(of: model)
        #expect(before.embeddings.value == after.embeddings.value)
        #expect(before.usage.value == after.usage.value)
        #expect(step.gradients[path: "encoder.tokenizer.encoder.levels.0.weight"] != nil)
    }

    @Test func aHeadLearnsEightPictures() {
        let scenes = Scenes(count: 8)
        var model = Self.segmenter()
        var optimizer = AdamW(learningRate: 1e-2, weightDecay: 0.01)
        let latent = model.encoder.encode(scenes.frames, .inference)
        var losses: [Float] = []
        for _ in 0..<60 {
            guard let head = model.head as? ConvolutionalHead else { return }
            var trained = head
            let step = valueAndGradients(of: head, Context.training(random: RandomStream(seed: 0)))
            { head, context in
                (segmentationLoss(head(latent, context), scenes.masks), ())
            }
            losses.append(step.loss)
            optimizer.update(&trained, with: step.gradients)
            step.commitBuffers(to: &trained)
            model.head = trained
        }
        #expect(losses[59] < losses[0] / 2, "\(losses[0]) to \(losses[59])")
    }

    @Test func modelsThatSeeTheFutureRefusePictures() async {
        let logits = Self.segmenter(mode: .clip).logits(noise([1, 8, 32, 32, 3]), .inference)
        #expect(logits.shape == [2, 32, 32, 1])
        await #expect(processExitsWith: .failure) {
            _ = Self.segmenter(mode: .clip).segment(image: .zeros([32, 32, 3]))
        }
    }
}
