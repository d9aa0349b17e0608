import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// Latents of clips by name, of the package and of a package of one's own.
@Suite struct FeatureSourceTests {
    private static let registration: Void = { try! FeatureSources.register(MeanFeatures.self) }()

    private func source(
        _ name: ComponentName, _ folder: TemporaryFolder
    ) throws -> any FeatureSource {
        try SmallPredictor.predictor().write(to: folder.path("model"))
        return try FeatureSources.source(
            named: name, on: OpenedModel(at: folder.path("model")))
    }

    @Test("a source of one's own is found by its kind, with its words")
    func ownSource() throws {
        _ = Self.registration
        let folder = TemporaryFolder()
        let video = folder.path("video.npy")
        var random = RandomStream(seed: 1)
        let clips: Tensor<Float> = random.uniform([2, 4, 16, 16, 3], in: 0..<1)
        try NPY.write(clips, to: video)
        let source = try source("mean:2", folder)
        #expect(source.frameCount == 2 && source is MeanFeatures)
        let features = try source.features(
            of: VideoInput(path: video), FeatureConditions(label: 1))
        guard case .numbers(let clip) = features.values else {
            Issue.record("codes")
            return
        }
        #expect(features.count == 2)
        #expect(try clip(1).shape == [1, 3])
        #expect(throws: ConfigurationError.self) { try FeatureSources.validate("mean:x") }
        #expect(FeatureSources.registry.all.contains { $0.forms[0].grammar == "mean:N" })
        #expect(FeatureSources.isConditioned("prior:forecast"))
        #expect(!FeatureSources.isConditioned("mean:2"))
    }

    @Test("any other name is that of an encoder")
    func encoders() throws {
        let folder = TemporaryFolder()
        #expect(throws: ModelMismatch.self) { try source("dense", folder) }
        #expect(throws: ConfigurationError.self) { try source("flow", folder) }
        #expect(throws: ConfigurationError.self) { try FeatureSources.validate("flow") }
        try FeatureSources.validate("tokenizer:features")
        #expect(throws: ConfigurationError.self) {
            try FeatureSources.validate("tokenizer:features:clip")
        }
        for name in ["resnet:5", "resnet:4:query=zeros", "prior", "prior:hidden:-1"] {
            let name = try #require(ComponentName(name))
            #expect(throws: ModelInputError.self) { try FeatureSources.validate(name) }
        }
    }
}

/// The mean color of the first frames, as another package may have it.
private struct MeanFeatures: NamedFeatureSource {
    static let kind = "mean"
    static let forms = [FeatureForm("mean:N", "the mean color of N frames  [B, 3]")]

    let frameTarget = FrameTarget.multiple(height: 1, width: 1)
    let frameCount: Int?

    static func validate(_ name: ComponentName) throws { _ = try count(name) }

    init(named name: ComponentName, on model: OpenedModel) throws {
        frameCount = try Self.count(name)
    }

    private static func count(_ name: ComponentName) throws -> Int {
        var arguments = name.arguments
        guard let count = arguments.number(in: 1...1000) else {
            throw arguments.error("source", grammar: "mean:N")
        }
        return count
    }

    func features(of input: VideoInput, _ conditions: FeatureConditions) -> ClipFeatures {
        ClipFeatures(of: input.video) { $0.mean(axes: [1, 2, 3]) }
    }
}
