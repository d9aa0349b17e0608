import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// A prior so small that a test can run it, told what the arguments say.
private func prior(
    frames: Int = 0, classes: Int? = nil, actionWidth: Int? = nil, hides: Bool = false,
    dropout: Float = 0, attention: PriorConfiguration.Attention = .full, seed: UInt64 = 1
) throws -> VideoPrior {
    let configuration = PriorConfiguration(
        latent: .init(time: 2, height: 4, width: 8), codeCount: 10, embeddingWidth: 4, width: 12,
        heads: 2,
        layers: 2, attention: attention, dropout: dropout, attentionDropout: dropout,
        conditioning: frames == 0
            ? nil
            : FrameConditioning(
                frames: frames, height: 8, width: 8,
                encoder: FrameEncoderConfiguration(
                    width: 2, blocks: [1, 1, 1, 1], outputWidth: 6)),
        classes: classes, actionWidth: actionWidth, actionStride: actionWidth.map { _ in 2 },
        codeDropout: hides ? PriorConfiguration.CodeDropout(share: 0.3, wholeClips: 0.3) : nil)
    try configuration.validate()
    var random = RandomStream(seed: seed)
    return VideoPrior(configuration, random: &random)
}

private func embeddings(_ clips: Int = 2) -> Tensor<Float> {
    var random = RandomStream(seed: 9)
    return random.normal([clips, 2, 4, 8, 4])
}

private func codes(_ clips: Int = 2) -> Tensor<Int32> {
    var random = RandomStream(seed: 10)
    return random.integers([clips, 2, 4, 8], in: 0..<10)
}

/// `prior` with an output that is not zero.
private func awake(_ prior: VideoPrior) -> VideoPrior {
    var prior = prior
    var random = RandomStream(seed: 11)
    prior.output = random.normal(prior.output.shape, standardDeviation: 0.3)
    return prior
}

@Suite struct PriorTests {
    @Test func theFirstLogitsAreZerosAndEveryCodeCostsExactlyLnK() throws {
        let model = try prior()
        let logits = model.logits(embeddings(), .none, .inference)
        #expect(logits == .zeros(logits.shape))
        let uniform = Tensor<Float>(10).log().scalar
        let costs = crossEntropy(logits, codes(), reduction: .none)
        #expect(costs == .init(repeating: uniform, shape: costs.shape))
        let loss = model.loss(embeddings(), codes: codes(), .none, .inference).scalar
        #expect(abs(loss - uniform) <= 2 * uniform.ulp)  // the rounding of a mean
    }

    @Test(arguments: [
        PriorConfiguration.Attention.full, .sparse,
    ])
    func aPositionSeesTheCodesBeforeItAlone(attention: PriorConfiguration.Attention) throws {
        let model = awake(try prior(attention: attention))
        let input = embeddings(1)
        let before = model.logits(input, .none, .inference).reshaped([64, 10])
        var scalars = input.scalars
        for channel in 0..<4 { scalars[20 * 4 + channel] += 1 }
        let changed = Tensor(shape: input.shape, scalars: scalars)
        let after = model.logits(changed, .none, .inference).reshaped([64, 10])
        #expect(before[0..<21] == after[0..<21])
        #expect(before[21] != after[21])
    }

    /// One frame as two dimensions equals three dimensions with empty neighbors.
    @Test func oneFrame() throws {
        var random = RandomStream(seed: 3)
        let layer = FrameConvolution(3, 5, kernel: 3, stride: 2, random: &random)
        let frame: Tensor<Float> = random.normal([2, 1, 6, 6, 3])
        let whole = frame.convolution(
            layer.weight, stride: [1, 2, 2], padding: .symmetric([1, 1, 1]))
        #expect(relativeDeviation(layer(frame), from: whole) < 1e-6)
        let gradient = valueAndGradients(of: layer, Context.training(random: RandomStream(seed: 0)))
        { layer, _ in
            (layer(frame).squared().sum(), ())
        }.gradients[path: "weight"]!
        #expect(gradient[0].abs().max().scalar == 0 && gradient[2].abs().max().scalar == 0)
        #expect(gradient[1].abs().max().scalar > 0)
    }

    /// Recomputed blocks give the same gradients, dropout and hidden codes included.
    @Test func checkpointing() throws {
        let model = awake(try prior(frames: 1, hides: true, dropout: 0.3))
        var random = RandomStream(seed: 4)
        let frames: Tensor<Float> = random.uniform([2, 1, 8, 8, 3], in: -0.5..<0.5)
        func step(_ checkpointing: Bool) -> TrainingStep<Void> {
            valueAndGradients(
                of: model, Context.training(random: RandomStream(seed: 5))
            ) { model, context in
                let condition = model.condition(frames: frames, context)
                return (
                    model.loss(
                        embeddings(), codes: codes(), condition, checkpointing: checkpointing,
                        context), ()
                )
            }
        }
        let (kept, again) = (step(false), step(true))
        #expect(kept.loss == again.loss)
        for path in kept.gradients.paths {
            #expect(kept.gradients[path: path] == again.gradients[path: path], "\(path)")
        }
        #expect(kept.gradients[path: "hiddenCode"] != nil)
    }

    /// Blocks are recorded under their paths, recomputed or not, without a change of the result.
    @Test(arguments: [false, true]) func blocksAreRecorded(checkpointing: Bool) throws {
        let model = awake(try prior(frames: 1))
        var random = RandomStream(seed: 4)
        let frames: Tensor<Float> = random.uniform([2, 1, 8, 8, 3], in: -0.5..<0.5)
        let context = Context.inference
        let (logits, inner) = context.recordingOutputs {
            let condition = model.condition(frames: frames, context)
            return model.logits(embeddings(), condition, checkpointing: checkpointing, context)
        }
        let condition = model.condition(frames: frames, .inference)
        #expect(logits == model.logits(embeddings(), condition, .inference))
        let paths = inner.all.map(\.path)
        #expect(Set(paths).isSubset(of: model.namedModules.map(\.path)))
        for path in ["resnet.groups.3.blocks.0", "resnet", "blocks.0.cross", "blocks.1"] {
            #expect(paths.count { $0 == path } == 1, "\(path)")
        }
        let hidden = model.hidden(embeddings(), layers: [1], condition, .inference)[0]
        #expect(inner["blocks.0"]?.reshaped(hidden.shape) == hidden)
    }

    @Test func classesAndActionsChangeWhatIsPredicted() throws {
        let byClass = awake(try prior(classes: 3))
        let logits = [0, 2].map { label in
            byClass.logits(
                embeddings(1), byClass.condition(classes: Tensor([Int32(label)]), .inference),
                .inference)
        }
        #expect(logits[0] != logits[1])
        let byAction = awake(try prior(actionWidth: 3))
        var random = RandomStream(seed: 6)
        let actions: Tensor<Float> = random.normal([1, 4, 3])
        var others = actions.scalars
        others[3 * 3] += 1  // of the last frame: the second latent frame's
        let pair = [actions, Tensor(shape: actions.shape, scalars: others)].map {
            byAction.logits(
                embeddings(1), byAction.condition(actions: $0, .inference), .inference)
        }
        #expect(pair[0].sliced(0..<1, axis: 1) == pair[1].sliced(0..<1, axis: 1))
        #expect(pair[0] != pair[1])
    }

    @Test func positionQueriesStandWhereAClipOfHiddenCodesWould() throws {
        let model = try prior(frames: 1, hides: true)
        var random = RandomStream(seed: 7)
        let frames: Tensor<Float> = random.uniform([2, 1, 8, 8, 3], in: -0.5..<0.5)
        let condition = model.condition(frames: frames, .inference)
        let asked = model.hidden(asking: .hidden, layers: [0, 2], condition, .inference)
        #expect(asked.map(\.shape) == [[2, 2, 4, 8, 12], [2, 2, 4, 8, 12]])
        // Hiding every code of every clip in training gives the same stream.
        var certain = model.configuration
        certain.codeDropout = PriorConfiguration.CodeDropout(share: 0, wholeClips: 0.999_999)
        var same = VideoPrior(certain, random: &random)
        let state = Dictionary(uniqueKeysWithValues: model.state.map { ($0.path, $0.value) })
        same.mapState { path, current in state[path] ?? current }
        let hidden = same.hidden(
            embeddings(), layers: [2], condition, Context.training(random: RandomStream(seed: 0)))[
                0]
        #expect(relativeDeviation(hidden, from: asked[1]) < 1e-5)
        // Clips that are one until they see the frames come out as each would alone.
        let alone = model.hidden(
            asking: .hidden, layers: [2], condition.selecting([1]), .inference)[0]
        #expect(relativeDeviation(alone, from: asked[1][1..<2]) < 1e-5)
        #expect(model.hidden(asking: .start, layers: [1], condition, .inference)[0] != asked[0])
    }

    @Test(arguments: [
        ([4, 32, 32], 822), ([4, 16, 16], 198), ([8, 16, 16], 534), ([2, 16, 16], 78),
        ([4, 8, 8], 32), ([2, 4, 8], 3), ([4, 4, 16], 32),
    ])
    func theStridedPatternHasAsManyBlocksAsVideoGPTs(grid: [Int], blocks: Int) {
        #expect(BlockSparsity.fits(grid))
        #expect(BlockSparsity(strided: grid).storedBlocks == blocks)
        #expect(BlockSparsity(strided: grid).length == grid.reduce(1, *))
    }

    @Test func publicBAIRHasVideoGPTsSizes() throws {
        let configuration = try VideoPredictorConfiguration(
            .publicBAIR, tokenizer: VQVAEConfiguration.publicBAIR, frames: 16, height: 64, width: 64
        )
        var random = RandomStream.placeholders
        let predictor = VideoPredictor(configuration, random: &random)
        #expect(predictor.prior.parameterCount == 72_471_920)
        #expect(predictor.prior.resnet?.parameterCount == 33_890_144)
        #expect(KeyMap(videoGPT: configuration).entries.count == 573)
    }

    @Test func smallHasFewerThan20MBWithItsTokenizer() throws {
        let configuration = try VideoPredictorConfiguration(
            .small, tokenizer: VQVAEConfiguration.small, frames: 16, height: 64, width: 64,
            codeDropout: .init())
        var random = RandomStream.placeholders
        let predictor = VideoPredictor(configuration, random: &random)
        #expect(predictor.state.reduce(0) { $0 + 4 * $1.value.count } < 20_000_000)
    }

    @Test func configurationsThatNoPriorCanHaveAreRefusedByName() throws {
        let good = try prior(frames: 1).configuration
        func key(_ change: (inout PriorConfiguration) -> Void) -> String? {
            var broken = good
            change(&broken)
            do {
                try broken.validate()
                return nil
            } catch {
                return error.key
            }
        }
        #expect(key { $0.width = 20 } == "width")
        #expect(key { $0.heads = 5 } == "width")
        #expect(key { $0.layers = 0 } == "layers")
        #expect(key { $0.dropout = 1 } == "dropout")
        #expect(
            key {
                $0.latent = .init(time: 1, height: 1, width: 5)
                $0.attention = .sparse
            } == "latent")
        #expect(
            key { $0.conditioning?.encoder.outputWidth = 4 } == "conditioning.encoder.outputWidth")
        #expect(
            key {
                $0.conditioning?.encoder = FrameEncoderConfiguration(blocks: [1], outputWidth: 6)
            } == "conditioning.encoder.blocks")
        #expect(key { $0.actionWidth = 4 } == "actionStride")
    }
}
