import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import Testing

@Suite struct LatentTests {
    static func encoder(
        _ mode: TokenizerEncoder.Mode, _ source: String
    ) -> TokenizerEncoder {
        var random = RandomStream(seed: 2)
        return TokenizerEncoder(
            VQVAE(.minute, random: &random), mode: mode, source: source)
    }

    @Test(arguments: ["features", "continuous", "quantized"])
    func stillGivesOneSlotOfThePromisedShape(source: String) {
        let encoder = Self.encoder(.still, source)
        #expect(!encoder.seesFuture)
        let latent = encoder.encode(noise([2, 16, 24, 3]), .inference)
        #expect(latent.shape == encoder.latentShape(height: 16, width: 24))
        #expect(latent.tensor.shape == [2, 1, 4, 6, source == "features" ? 8 : 6])
    }

    @Test func stillIsTheClipThatStandsStill() {
        let frame = noise([2, 16, 16, 3])
        let clip = stacked([frame, frame, frame, frame], axis: 1)
        let still = Self.encoder(.still, "continuous").encode(frame, .inference)
        let moving = Self.encoder(.clip, "continuous").encode(clip, .inference)
        #expect(still.tensor == moving.tensor)
    }

    @Test func clipGivesARowForEachSlot() throws {
        let encoder = Self.encoder(.clip, "continuous")
        #expect(encoder.seesFuture)
        #expect(encoder.labeledFrames(clipLength: 16) == [2, 6, 10, 14])
        let clips = noise([2, 8, 16, 16, 3])
        let latent = encoder.encode(clips, .inference)
        #expect(latent.tensor.shape == [4, 1, 4, 4, 6])
        let grid = try #require(encoder.tokenizer as? VQVAE)
            .continuousLatents(clips, .inference)
        for clip in 0..<2 {
            for slot in 0..<2 {
                #expect(latent.tensor[clip * 2 + slot][0] == grid[clip][slot])
            }
        }
    }

    @Test func quantizedLatentsAreRowsOfTheCodebook() throws {
        let encoder = Self.encoder(.still, "quantized")
        let latent = encoder.encode(noise([1, 8, 8, 3]), .inference)
        let rows = try #require((encoder.tokenizer as? VQVAE)?.averages).embeddings.value
        for place in 0..<4 {
            let found = latent.tensor.reshaped([4, 6])[place]
            let distance = (rows - found).abs().max(axes: [1]).min().scalar
            // (e − z) + z rounds: a few units in the last place of numbers of size about 3.
            #expect(distance < 16 * Float.ulpOfOne)
        }
    }

    @Test func latentsSelectAndConcatenate() {
        let latent = Latent(
            noise([3, 1, 2, 2, 4]), stride: 4, finer: [.init(noise([3, 4, 4, 2]), stride: 2)])
        let parts = [latent.selecting([0]), latent.selecting([1, 2])]
        let whole = Latent.concatenating(parts)
        #expect(whole.tensor == latent.tensor)
        #expect(whole.finer[0].tensor == latent.finer[0].tensor)
        #expect(latent.selecting([2, 0]).tensor[1] == latent.tensor[0])
    }
}

@Suite struct HeadTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let shape: LatentShape
        let classes: Int
        var testDescription: String { "\(shape), \(classes) classes" }
    }

    static let cases = [
        Case(shape: .init(slots: 1, height: 16, width: 16, channels: 6, stride: 4), classes: 1),
        Case(shape: .init(slots: 4, height: 8, width: 6, channels: 5, stride: 2), classes: 3),
        Case(shape: .init(slots: 2, height: 3, width: 5, channels: 4, stride: 8), classes: 2),
        Case(shape: .init(slots: 1, height: 7, width: 5, channels: 3, stride: 1), classes: 1),
        Case(
            shape: .init(
                slots: 1, height: 4, width: 4, channels: 6, stride: 8,
                finer: [.init(channels: 3, stride: 4), .init(channels: 2, stride: 1)]), classes: 1),
    ]

    static func latent(_ shape: LatentShape, count: Int = 2) -> Latent {
        Latent(
            noise([count, shape.slots, shape.height, shape.width, shape.channels]),
            stride: shape.stride,
            finer: shape.finer.map { stage in
                let factor = shape.stride / stage.stride
                return .init(
                    noise([count, shape.height * factor, shape.width * factor, stage.channels]),
                    stride: stage.stride)
            })
    }

    @Test(arguments: cases) func logitsHaveTheFramesSize(_ known: Case) {
        var random = RandomStream(seed: 1)
        let heads = Self.heads.map {
            $0.head(known.shape, classes: known.classes, random: &random)
        }
        let (height, width) = (
            known.shape.height * known.shape.stride, known.shape.width * known.shape.stride
        )
        for head in heads {
            let logits = head(Self.latent(known.shape), .inference)
            #expect(logits.shape == [2, height, width, known.classes], "\(type(of: head))")
        }
    }

    static let heads: [any HeadConfiguration] = [
        .convolutional(width: 24), .linear, .joined(width: 5),
        TransposedHead.Configuration(width: 24),
        FlattenedHead.Configuration(width: 7), AttentiveHead.Configuration(width: 8),
        UNetHead.Configuration(width: 8),
    ]

    @Test(arguments: cases, heads)
    func everyParameterLearns(_ known: Case, configuration: any HeadConfiguration) {
        var random = RandomStream(seed: 1)
        let made = configuration.head(known.shape, classes: known.classes, random: &random)
        func check(_ head: some SegmentationHead) {
            let latent = Self.latent(known.shape)
            let step = valueAndGradients(
                of: head, Context.training(random: RandomStream(seed: 0))
            ) { head, context in
                (head(latent, context).squared().mean(), ())
            }
            for entry in head.state where entry.isParameter {
                #expect(
                    step.gradients[path: entry.path]?.shape == entry.value.shape,
                    "\(entry.path)")
            }
        }
        check(made)
    }

    /// What the linear layers of a flattened latent give at a place, by hand.
    @Test func aFlattenedHeadIsTwoLinearLayers() {
        let shape = LatentShape(slots: 1, height: 1, width: 2, channels: 1, stride: 1)
        var random = RandomStream(seed: 1)
        var head = FlattenedHead(shape, classes: 1, width: 2, random: &random)
        head.bottleneck = Linear(
            weight: Tensor(rows: [[1, -1], [2, 1]]), bias: Tensor([0, 1]))
        head.scores = Linear(weight: Tensor(rows: [[1, 10], [3, 20]]), bias: nil)
        let latent = Latent(Tensor(shape: [1, 1, 1, 2, 1], scalars: [1, 2]), stride: 1)
        // Hidden: 1 + 4, −1 + 2 + 1; scores: 5 + 3 · 2, 10 · 5 + 20 · 2.
        let expected: [Float] = [11, 90]
        #expect(head(latent, .inference).scalars == expected)
        #expect(head.hasFixedGrid)
    }

    @Test func aFlattenedHeadHasOneGrid() async {
        await #expect(processExitsWith: .failure) {
            var random = RandomStream(seed: 1)
            let head = FlattenedHead(
                LatentShape(slots: 1, height: 4, width: 4, channels: 3, stride: 4), classes: 1,
                random: &random)
            _ = head(Latent(.zeros([1, 1, 5, 4, 3]), stride: 4), .inference)
        }
    }

    /// A latent that is equal everywhere has equal tokens but for their places: with the places'
    /// part of the scores gone, as without a query, all pixels score alike.
    @Test func pixelsOfAnAttentiveHeadDifferByPlaceAlone() {
        let shape = LatentShape(slots: 1, height: 4, width: 4, channels: 3, stride: 2)
        var random = RandomStream(seed: 1)
        var head = AttentiveHead(shape, classes: 1, width: 8, random: &random)
        let latent = Self.latent(shape)
        let scores = head(latent, .inference)
        #expect(scores.max().scalar - scores.min().scalar > 1e-3)
        head.queries = Linear(weight: .zeros([8, 8]), bias: .zeros([8]))
        let equal = head(latent, .inference)
        for frame in 0..<2 {
            let spread = equal[frame].max().scalar - equal[frame].min().scalar
            #expect(spread < 1e-5, "a frame's pixels have one query")
        }
        #expect(equal[0].max().scalar != equal[1].max().scalar)
    }

    /// Heads whose weights are shared by places take other grids.
    @Test(arguments: [0, 1, 2, 3, 5, 6])
    func headsFitOtherGrids(index: Int) {
        let shape = LatentShape(slots: 1, height: 16, width: 16, channels: 6, stride: 4)
        var random = RandomStream(seed: 1)
        let head = Self.heads[index].head(shape, classes: 1, random: &random)
        let latent = Latent(noise([1, 1, 5, 9, 6]), stride: 4)
        #expect(!head.hasFixedGrid && head(latent, .inference).shape == [1, 20, 36, 1])
    }

    @Test(arguments: cases) func everyStageOfAUNetHeadIsRead(_ known: Case) {
        var random = RandomStream(seed: 1)
        let latent = Self.latent(known.shape)
        for configuration in [Self.heads[0], Self.heads[3], Self.heads[6]] {
            let head = configuration.head(known.shape, classes: 1, random: &random)
            let whole = head(latent, .inference)
            for level in latent.finer.indices {
                var stages = latent.finer
                stages[level] = Latent.Stage(stages[level].tensor * 2, stride: stages[level].stride)
                let changed = Latent(latent.tensor, stride: latent.stride, finer: stages)
                #expect(head(changed, .inference) != whole, "\(configuration), stage \(level)")
            }
        }
    }

    @Test func aProbeIsLinearInTheLatent() {
        let shape = LatentShape(slots: 2, height: 4, width: 4, channels: 3, stride: 4)
        var random = RandomStream(seed: 1)
        var probe = LinearProbe(shape, classes: 1, random: &random)
        probe.scores = Linear(weight: probe.scores.weight, bias: nil)
        let (a, b) = (noise([1, 2, 4, 4, 3], seed: 1), noise([1, 2, 4, 4, 3], seed: 2))
        func score(_ x: Tensor<Float>) -> Tensor<Float> {
            probe(Latent(x, stride: 4), .inference)
        }
        let difference = (score(a + b * 2) - (score(a) + score(b) * 2)).abs().max().scalar
        // Six products and a mean of four, of size about 1.
        #expect(difference < 32 * Float.ulpOfOne)
    }

    @Test func anotherLatentStops() async {
        await #expect(processExitsWith: .failure) {
            var random = RandomStream(seed: 1)
            let head = LinearProbe(
                LatentShape(slots: 1, height: 4, width: 4, channels: 3, stride: 4), classes: 1,
                random: &random)
            _ = head(Latent(.zeros([1, 1, 4, 4, 5]), stride: 4), .inference)
        }
    }
}
