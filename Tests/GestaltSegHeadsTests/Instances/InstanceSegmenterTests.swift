import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct InstanceSegmenterTests {
    static let heads: [any InstanceHeadConfiguration] = [
        QueryHead.Configuration(queries: 6, blocks: 2, width: 32, heads: 2, embeddingWidth: 8),
        .embedding(channels: 4),
    ]

    static func model(
        _ head: any InstanceHeadConfiguration, width: Int = 8, side: Int = 32
    ) -> InstanceSegmenter {
        var random = RandomStream(seed: 4)
        return InstanceSegmenter(
            InstanceSegmenterConfiguration(
                encoder: DenseEncoderConfiguration(widths: [width, 2 * width]), head: head,
                classes: 3, input: PictureInput(height: side, width: side)), random: &random)
    }

    /// The share of pixels whose instance is another than the true one; instances correspond where
    /// they share most pixels.
    private static func share(wrong map: SegmentedInstances, _ truth: Tensor<UInt8>) -> Double {
        var counts: [[UInt8]: Int] = [:]
        for pair in zip(truth.scalars, map.ids.scalars) {
            counts[[pair.0, pair.1], default: 0] += 1
        }
        var right = counts[[0, 0]] ?? 0
        for id in Set(truth.scalars) where id > 0 {
            let best = counts.filter { $0.key[0] == id && $0.key[1] > 0 }.max {
                $0.value < $1.value
            }
            right += best?.value ?? 0
        }
        return 1 - Double(right) / Double(truth.count)
    }

    /// Eight pictures by heart: all instances apart, with their classes.
    @Test(arguments: heads) func overfits(head: any InstanceHeadConfiguration) {
        let scenes = InstanceScenes(count: 8)
        var model = Self.model(head)
        var optimizer = AdamW(learningRate: 5e-3, weightDecay: 0.01)
        var losses: [Float] = []
        for _ in 0..<120 {
            let step = valueAndGradients(
                of: model, .training(random: RandomStream(seed: 0))
            ) { model, context in
                (model.loss(of: scenes.frames, scenes.targets, context).total, ())
            }
            losses.append(step.loss)
            optimizer.update(&model, with: step.gradients)
            step.commitBuffers(to: &model)
        }
        #expect(losses[119] < losses[0] / 5, "\(losses[0]) to \(losses[119])")
        for (picture, proposals) in model.proposals(scenes.frames).enumerated() {
            let map = SegmentedInstances(proposals)
            #expect(map.instances.count == 3 + picture % 2, "\(map.instances)")
            #expect(map.instances.count { $0.category == 1 } == 1)
            let wrong = Self.share(wrong: map, scenes.masks[picture])
            #expect(wrong < 0.03, "picture \(picture): \(wrong)")
        }
    }

    @Test(arguments: heads) func everyParameterLearns(head: any InstanceHeadConfiguration) {
        let scenes = InstanceScenes(count: 2)
        let model = Self.model(head)
        #expect(Set(model.state.map(\.path)) == storedPaths(model))
        let step = valueAndGradients(of: model, .training(random: RandomStream(seed: 0))) {
            ($0.loss(of: scenes.frames, scenes.targets, $1).total, ())
        }
        for entry in model.state where entry.isParameter {
            let gradient = step.gradients[path: entry.path]
            #expect(gradient?.shape == entry.value.shape, "\(entry.path)")
            // A key's bias moves all scores of a query alike.
            guard !entry.path.hasSuffix("key.bias") else { continue }
            #expect((gradient?.abs().max().scalar ?? 0) > 0, "\(entry.path)")
        }
    }

    /// On every encoder of single frames, padded sizes among them.
    @Test(arguments: EncoderConfigurationTests.encoders.filter { !$0.readsClips }, heads)
    func storedAndReadAgainWithEveryEncoder(
        encoder: any EncoderConfiguration, head: any InstanceHeadConfiguration
    ) throws {
        try StoredModelTests.withFolder { folder in
            var random = RandomStream(seed: 8)
            let model = InstanceSegmenter(
                InstanceSegmenterConfiguration(
                    encoder: encoder, head: head, classes: 2,
                    input: PictureInput(height: 32, width: 32)), random: &random)
            try model.write(to: folder)
            let read = try InstanceSegmenter(folder: folder)
            #expect(read.configuration == model.configuration)
            let frames = noise([2, 32, 32, 3])
            for (one, other) in zip(read.proposals(frames), model.proposals(frames)) {
                #expect(one.masks == other.masks && one.scores == other.scores)
                #expect(one.masks.shape == [32, 32, one.count])
                #expect(one.classes.allSatisfy { $0 == 1 })
            }
        }
    }

    @Test(arguments: heads) func anySizeIn(head: any InstanceHeadConfiguration) throws {
        let model = Self.model(head)
        let images = stacked(
            (0..<3).map { picture(height: 27, width: 41, seed: UInt64($0)) }, axis: 0)
        let proposals = model.proposals(images: images)
        #expect(proposals.count == 3)
        #expect(proposals.allSatisfy { $0.height == 27 && $0.width == 41 })
        // Odd sizes are padded, and the padding enters no loss.
        var mask = Tensor<UInt8>.zeros([1, 27, 41])
        mask[0, 3..<9, 3..<9] = Tensor(repeating: 4, shape: [6, 6])
        let loss = model.loss(
            of: noise([1, 27, 41, 3]), InstanceTargets(mask, categories: [[4: 2]]), .inference)
        #expect(loss.total.scalar.isFinite && loss.total.scalar > 0)
        #expect(try model.instances(image: images[0]).ids.shape == [27, 41])
    }

    /// A broken model is not one that finds nothing.
    @Test func scoresThatAreNotFiniteYieldNonFiniteProposals() throws {
        var model = Self.model(Self.heads[1])
        var head = try #require(model.head as? EmbeddingHead)
        let weight = head.pixels.scores.weight
        head.pixels.scores.weight = Tensor(repeating: .nan, shape: weight.shape)
        model.head = head
        let proposals = model.proposals(noise([2, 32, 32, 3]))
        #expect(proposals.count == 2 && proposals.allSatisfy { !$0.isFinite })
        let image = picture(height: 27, width: 41)
        #expect(throws: NonFiniteScores(picture: "broken.png")) {
            try model.instances(image: image, name: "broken.png")
        }
    }

    @Test func names() throws {
        func configuration(_ name: ComponentName) throws -> AnyInstanceHeadConfiguration {
            AnyInstanceHeadConfiguration(try InstanceHeads.configuration(named: name))
        }
        #expect(try configuration("query") == .init(.query()))
        #expect(try configuration("query:9:1") == .init(.query(queries: 9, blocks: 1)))
        #expect(try configuration("embedding:5") == .init(.embedding(channels: 5)))
        for name in ["query:0", "query:9:1:1", "embedding:x", "linear"] as [ComponentName] {
            let error = #expect(throws: ConfigurationError.self) { try configuration(name) }
            #expect(error?.key == "head")
            #expect(error.map { "\($0)".contains("\(name)") } ?? false, "\(name)")
        }
    }

    @Test func invalidConfigurationsNameTheirKey() {
        func key(_ change: (inout InstanceSegmenterConfiguration) -> Void) -> String? {
            var configuration = InstanceSegmenterConfiguration(
                encoder: DenseEncoderConfiguration(width: 4))
            change(&configuration)
            do {
                try configuration.validate()
                return nil
            } catch { return (error as? ConfigurationError)?.key }
        }
        #expect(key { _ in } == nil)
        #expect(key { $0.classes = 1 } == "classes")
        #expect(key { $0.input.height = 0 } == "input.height")
        #expect(key { $0.head = QueryHead.Configuration(heads: 3) } == "head.heads")
        #expect(key { $0.encoder = DenseEncoderConfiguration(widths: []) } == "encoder.widths")
        for head in Self.heads {
            let found = key {
                $0.head = head
                $0.encoder = NoiseEncoder.Configuration(channels: 8, stride: 3)
                $0.input = PictureInput(height: 66, width: 66)
            }
            #expect(found == "head")
        }
        for encoder in EncoderConfigurationTests.all where encoder.readsClips {
            let found = key {
                $0.encoder = encoder
                $0.input = PictureInput(height: 32, width: 32)
            }
            #expect(found == "encoder")
        }
    }
}
