import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// A small model of a registered kind, and a pass through all of it.
struct ModelSample: Sendable, CustomTestStringConvertible {
    let model: any StoredModel
    let evaluate: @Sendable () -> [Tensor<Float>]

    init<Model: StoredModel>(
        _ model: Model, _ evaluate: @escaping @Sendable (Model) -> [Tensor<Float>]
    ) {
        self.model = model
        self.evaluate = { evaluate(model) }
    }

    var testDescription: String { model.title }

    /// One or more of every kind.
    static let all: [ModelSample] = {
        var random = RandomStream(seed: 12)
        let clips = noise([2, 8, 32, 32, 3])
        let frames = noise([2, 32, 32, 3])
        var predictor = VideoPredictor(
            VideoPredictorConfiguration(
                tokenizer: VQVAEConfiguration.minute,
                prior: .minute(hidesCodes: true)), random: &random)
        // Zeros at first, as would be all logits.
        predictor.prior.output = random.normal(predictor.prior.output.shape)
        let samples = [
            ModelSample(VQVAE(.minute, random: &random)) { tokenizer in
                let codes = tokenizer.encode(clips)
                return [codes.cast(to: Float.self), tokenizer.decode(codes)]
            },
            ModelSample(predictor) { predictor in
                let condition = predictor.prior.condition(
                    frames: clips.sliced(0..<1, axis: 1), .inference)
                return [predictor.logits(predictor.tokenizer.encode(clips), condition)]
            },
            ModelSample(StoredModelTests.unet()) { [$0.logits(frames, .inference)] },
            ModelSample(DenseEncoderTests.forecaster()) {
                let forecast = $0(frames, .inference)
                return [forecast.pictures, forecast.maps]
            },
        ]
        let segmenters = EncoderConfigurationTests.all.map { encoder in
            ModelSample(EncoderConfigurationTests.segmenter(encoder)) {
                [$0.logits($0.seesFuture ? clips : frames, .inference)]
            }
        }
        let instances = InstanceSegmenterTests.heads.map { head in
            ModelSample(InstanceSegmenterTests.model(head)) { $0.proposals(frames).map(\.masks) }
        }
        return samples + segmenters + instances
    }()
}

/// What holds for each kind of model, encoder and head that a program can open by name.
@Suite struct RegisteredModelTests {
    init() { SegmentationKinds.register() }

    /// The modules whose kinds are registered here; others of the library come with theirs when a
    /// test of the process registers all.
    private static let modules: Set = ["GestaltVQVAE", "GestaltPrior", "GestaltSegHeads"]

    /// Returns the names of these modules' entries: other tests of the process add theirs.
    private func names<Entry>(of registry: Registry<Entry>) -> Set<String> {
        Set(
            registry.names.filter { name in
                let module = registry[name].map { String(reflecting: $0) }?.prefix { $0 != "." }
                return module.map { Self.modules.contains(String($0)) } ?? false
            })
    }

    @Test func everyKindHasASample() {
        #expect(names(of: ModelKinds.registry) == Set(ModelSample.all.map(\.model.kind)))
        #expect(
            names(of: Encoders.registry)
                == Set(EncoderConfigurationTests.all.map { type(of: $0).kind }))
        #expect(names(of: Heads.registry) == Set(VisitTests.heads.map { type(of: $0).kind }))
        #expect(
            names(of: InstanceHeads.registry)
                == Set(InstanceSegmenterTests.heads.map { type(of: $0).kind }))
    }

    @Test(arguments: ModelSample.all) func visitNamesAllThatAModelStores(sample: ModelSample) {
        let paths = sample.model.state.map(\.path)
        let stored = storedPaths(sample.model)
        #expect(Set(paths) == stored, "\(stored.symmetricDifference(paths).sorted())")
        #expect(Set(paths).count == paths.count)
    }

    @Test(arguments: ModelSample.all)
    func severalThreadsEvaluateAModelToEqualBits(sample: ModelSample) async {
        let expected = sample.evaluate()
        let results = await withTaskGroup(of: [Tensor<Float>].self) { group in
            for _ in 0..<4 { group.addTask { sample.evaluate() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count == 4 && results.allSatisfy { $0 == expected })
    }
}
