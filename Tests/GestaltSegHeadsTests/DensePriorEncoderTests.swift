import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct DensePriorEncoderTests {
    static func prior(_ configuration: PriorConfiguration = .minute(isDense: true)) -> VideoPrior {
        var random = RandomStream(seed: 5)
        return VideoPrior(configuration, random: &random)
    }

    static func encoder(_ prior: VideoPrior = prior(), layer: Int = 2) -> DensePriorEncoder {
        DensePriorEncoder(prior, source: .init(layer: layer, query: prior.usualQuery))
    }

    @Test(arguments: [4, 2, 8], [1, 2]) func latentsHaveThePromisedShape(
        stride: Int, given: Int
    ) {
        let prior = Self.prior(
            .minute(stride: stride, given: given, hidesCodes: true, isDense: true))
        for layer in 0...2 {
            let encoder = Self.encoder(prior, layer: layer)
            let latent = encoder.encode(noise([2, 32, 32, 3]), .inference)
            #expect(latent.shape == encoder.latentShape(height: 32, width: 32))
            #expect(latent.tensor.shape == [2, 2, 32 / stride, 32 / stride, 12])
            #expect(latent.finer.map(\.tensor.shape) == [[2, 32, 32, 4]])
            #expect(encoder.source.query == .hidden && !encoder.seesFuture)
        }
    }

    /// The latent is the hidden state of the prior itself, beside its frame encoder's features.
    @Test(arguments: [1, 3]) func theLatentIsThePriorsHiddenState(given: Int) throws {
        let prior = Self.prior(.minute(given: given, isDense: true))
        let frames = noise([2, 32, 32, 3])
        let still = stacked([Tensor](repeating: frames, count: given), axis: 1)
        let condition = prior.condition(frames: still, .inference)
        let latent = Self.encoder(prior).encode(frames, .inference)
        let hidden = prior.hidden(asking: .start, layers: [2], condition, .inference)[0]
        // The prior encodes the repeated frames in one batch, the encoder a frame once.
        #expect(relativeDeviation(latent.tensor, from: hidden) < 1e-5)
        let dense = try #require(prior.frameEncoder as? DenseFrameEncoder)
        #expect(latent.finer[0].tensor == DenseEncoder(dense).features(frames, .inference))
    }

    @Test(arguments: [["encoder.prior"], ["encoder.trunk"], ["encoder"], []])
    func frozenPartsStayBitForBitAndGradientsPassThem(frozen: [String]) {
        let scenes = Scenes(count: 2)
        var random = RandomStream(seed: 4)
        let encoder = Self.encoder()
        var model = Segmenter(
            SegmenterConfiguration(
                encoder: encoder.configuration, head: .joined(width: 8),
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
            let isUsed = !PriorEncoderTests.unused.contains {
                old.path.hasPrefix("encoder.prior." + $0)
            }
            #expect((old.value == new.value) == (isFrozen || !isUsed), "\(old.path)")
        }
    }

    /// Without the stage at full resolution nothing but the hidden states reaches the trunk.
    @Test func gradientsPassAFrozenPriorAndReachTheTrunk() throws {
        let frames = noise([2, 32, 32, 3])
        let step = valueAndGradients(
            of: Self.encoder(), Context.training(random: RandomStream(seed: 0)),
            freezing: Freezing(["prior"])
        ) { encoder, context in
            (encoder.encode(frames, context).tensor.squared().mean(), ())
        }
        for path in [
            "trunk.down.0.first.convolution.weight", "trunk.up.2.second.convolution.weight",
        ] {
            let gradient = try #require(step.gradients[path: path])
            #expect(gradient.abs().max().scalar > 0, "\(path)")
        }
        #expect(!step.gradients.paths.contains { $0.hasPrefix("prior.") })
    }

    @Test func theTrunkTrainsWithAHeadByDefaultAndThePriorIsFrozen() {
        #expect(DensePriorEncoder.parts == ["trunk", "prior"])
        #expect(DensePriorEncoder.trainedParts == ["trunk": 1])
        let paths = Self.encoder().state.map(\.path)
        #expect(paths.allSatisfy { $0.hasPrefix("trunk.") || $0.hasPrefix("prior.") })
        #expect(paths.contains("prior.frameProjection.weight"))
        #expect(!paths.contains { $0.hasPrefix("prior.frameEncoder") })
    }

    @Test func framesOfAnotherSizeStop() async {
        await #expect(processExitsWith: .failure) {
            _ = Self.encoder().encode(.zeros([1, 16, 16, 3]), .inference)
        }
    }
}

@Suite struct JoinedHeadTests {
    private static func head(_ shape: LatentShape) -> JoinedHead {
        var random = RandomStream(seed: 2)
        return JoinedHead(shape, classes: 3, width: 5, random: &random)
    }

    /// Latents with and without finer stages, whether those reach the pixels or not.
    @Test(arguments: [[], [1], [2, 1], [2]] as [[Int]])
    func logitsHaveThePixelsOfTheFrame(finer: [Int]) {
        let latent = Latent(
            noise([2, 3, 4, 6, 7]), stride: 4,
            finer: finer.map {
                Latent.Stage(noise([2, 16 / $0, 24 / $0, 2 * $0]), stride: $0)
            })
        let head = Self.head(latent.shape)
        #expect(head.block.convolution.weight.shape[2] == 5 + finer.reduce(0) { $0 + 2 * $1 })
        #expect(head(latent, .inference).shape == [2, 16, 24, 3])
    }

    /// Both grids matter, the latent's slots included.
    @Test func everyGridReachesTheLogits() {
        let (hidden, fine) = (noise([1, 2, 4, 4, 3]), noise([1, 16, 16, 2], seed: 8))
        func logits(_ hidden: Tensor<Float>, _ fine: Tensor<Float>) -> Tensor<Float> {
            let latent = Latent(hidden, stride: 4, finer: [.init(fine, stride: 1)])
            return Self.head(latent.shape)(latent, .inference)
        }
        let known = logits(hidden, fine)
        let otherSlot = concatenated(
            [hidden.sliced(0..<1, axis: 1), noise([1, 1, 4, 4, 3], seed: 9)], axis: 1)
        #expect(logits(otherSlot, fine) != known)
        #expect(logits(hidden, noise([1, 16, 16, 2])) != known)
    }
}
