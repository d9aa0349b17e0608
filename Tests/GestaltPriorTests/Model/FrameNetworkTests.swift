import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// The mean color of each 4 × 4 pixels: a frame encoder of another package, without weights.
private struct MeanColors: FrameNetwork {
    struct Configuration: FrameNetworkConfiguration {
        static let kind = "mean-colors"
        static let grammar = "mean-colors"
        var outputWidth: Int

        init(outputWidth: Int) { self.outputWidth = outputWidth }

        init(
            named name: ComponentName, like usual: any FrameNetworkConfiguration
        ) throws(ConfigurationError) {
            try name.arguments.finish("encoder", grammar: Self.grammar)
            outputWidth = usual.outputWidth
        }

        var features: (channels: Int, stride: Int) { (3, 4) }
        var sizeMultiple: Int { 4 }
        func validate() {}
        func network(random: inout RandomStream) -> any FrameNetwork {
            MeanColors(configuration: self)
        }
    }

    let configuration: Configuration

    func features(of frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        let (n, frameCount, height, width) = (
            frames.shape[0], frames.shape[1], frames.shape[2] / 4, frames.shape[3] / 4
        )
        return frames.reshaped([n * frameCount, height, 4, width, 4, 3]).mean(axes: [2, 4])
            .reshaped([n, frameCount, height, width, 3])
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

@Suite struct FrameNetworkTests {
    static let dense = DenseFrameEncoder.Configuration(widths: [4, 6, 8], outputWidth: 6)

    static func configuration(
        _ encoder: any FrameNetworkConfiguration, frames: Int = 2, isAligned: Bool = false
    ) -> PriorConfiguration {
        PriorConfiguration(
            latent: .init(time: 2, height: 4, width: 8), codeCount: 10, embeddingWidth: 4,
            width: 12, heads: 2, layers: 2, dropout: 0, attentionDropout: 0,
            conditioning: FrameConditioning(
                frames: frames, height: 8, width: 16, encoder: encoder, isAligned: isAligned))
    }

    /// A prior whose logits are not all zero.
    static func prior(
        _ encoder: any FrameNetworkConfiguration = dense, frames: Int = 2,
        isAligned: Bool = false
    ) throws -> VideoPrior {
        let configuration = configuration(encoder, frames: frames, isAligned: isAligned)
        try configuration.validate()
        var random = RandomStream(seed: 1)
        var prior = VideoPrior(configuration, random: &random)
        prior.output = random.normal(prior.output.shape, standardDeviation: 0.3)
        return prior
    }

    private static func frames(_ count: Int = 2) -> Tensor<Float> {
        .sample([2, count, 8, 16, 3], seed: 4, in: -0.5...0.5)
    }

    private static func step(
        _ prior: VideoPrior, freezing: Freezing = .none
    ) -> TrainingStep<Void> {
        var random = RandomStream(seed: 9)
        let embeddings: Tensor<Float> = random.normal([2, 2, 4, 8, 4])
        let codes: Tensor<Int32> = random.integers([2, 2, 4, 8], in: 0..<10)
        return valueAndGradients(
            of: prior, Context.training(random: RandomStream(seed: 5)), freezing: freezing
        ) { prior, context in
            let condition = prior.condition(frames: frames(), context)
            return (prior.loss(embeddings, codes: codes, condition, context), ())
        }
    }

    @Test func denseFeaturesHaveThePixelsOfTheFramesAndTheConditionTheGridOfTheResNet() throws {
        let prior = try Self.prior(isAligned: true)
        let network = try #require(prior.frameEncoder as? DenseFrameEncoder)
        let features = network.features(of: Self.frames(), .inference)
        #expect(features.shape == [2, 2, 8, 16, 4])
        // Each frame by itself.
        let second = network.features(of: Self.frames().sliced(1..<2, axis: 1), .inference)
        #expect(relativeDeviation(second, from: features.sliced(1..<2, axis: 1)) < 1e-6)
        let condition = prior.condition(frames: Self.frames(), .inference)
        #expect(condition.features?.shape == [2, 2 * 2 * 4, 6])
        #expect(condition.aligned?.shape == [2, 1, 4, 8, 12])
        #expect(prior.resnet == nil)
    }

    @Test(arguments: [false, true]) func theLossOfTheCodesTrainsTheWholeTrunk(
        isAligned: Bool
    ) throws {
        let prior = try Self.prior(isAligned: isAligned)
        let gradients = Self.step(prior).gradients
        for path in [
            "frameEncoder.trunk.down.0.first.convolution.weight",
            "frameEncoder.trunk.down.2.second.convolution.weight",
            "frameEncoder.trunk.up.1.second.convolution.weight", "frameProjection.weight",
        ] {
            let gradient = try #require(gradients[path: path], "\(path)")
            #expect(gradient.abs().max().scalar > 0, "\(path)")
        }
    }

    @Test func aFrozenTrunkKeepsItsWeightsAndStatisticsAndTheProjectionTrains() throws {
        var prior = try Self.prior()
        let before = prior.state
        let step = Self.step(prior, freezing: Freezing(["frameEncoder"]))
        var optimizer = AdamW(learningRate: 1e-2, weightDecay: 0.01)
        optimizer.update(&prior, with: step.gradients)
        step.commitBuffers(to: &prior)
        for (old, new) in zip(before, prior.state) {
            let isFrozen = old.path.hasPrefix("frameEncoder.")
            let isSame = old.value == new.value
            if isFrozen { #expect(isSame, "\(old.path)") }
            if old.path.hasPrefix("frameProjection.") { #expect(!isSame, "\(old.path)") }
        }
        #expect(before.contains { $0.path.hasSuffix("norm.runningMean") })
    }

    @Test func aPredictorWithADenseEncoderIsReadAsItWasWritten() throws {
        let folder = TemporaryFolder()
        let predictor = SamplingModel(.dense).predictor
        try predictor.write(to: folder.path("model"))
        let read = try VideoPredictor(folder: folder.path("model"))
        #expect(read.configuration == predictor.configuration)
        #expect(
            zip(read.state, predictor.state).allSatisfy {
                $0.path == $1.path && $0.value == $1.value
            })
        #expect(read.prior.frameEncoder is DenseFrameEncoder)
        #expect(throws: VideoGPTError.self) {
            try VideoModel(predictor).write(videoGPT: folder.path("model.safetensors"))
        }
        let error = #expect(throws: ModelInputError.self) {
            try predictor.features(of: Self.frames(), stage: 1)
        }
        #expect(error?.found == "dense:4")
    }

    /// The keys of files from before there were other encoders.
    @Test func videoGPTsEncoderIsStoredByItsSizesAlone() throws {
        let conditioning = FrameConditioning(
            frames: 1, height: 8, width: 16,
            encoder: FrameEncoderConfiguration(width: 2, blocks: [1, 1, 1, 1], outputWidth: 6))
        let text = String(decoding: try StrictJSON.encode(conditioning), as: UTF8.self)
        let known = """
            {
              "encoder" : {
                "blocks" : [
                  1,
                  1,
                  1,
                  1
                ],
                "outputWidth" : 6,
                "width" : 2
              },
              "frames" : 1,
              "height" : 8,
              "isAligned" : false,
              "width" : 16
            }

            """
        #expect(text == known)
        #expect(try StrictJSON.decode(from: Array(known.utf8)) == conditioning)
        let dense = Self.configuration(Self.dense).conditioning!
        let bytes = try StrictJSON.encode(dense)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"kind\" : \"dense\""))
        #expect(try StrictJSON.decode(from: bytes) == dense)
        #expect(dense != conditioning)
    }

    @Test func namesMakeConfigurations() throws {
        let usual = FrameEncoderConfiguration(width: 16, outputWidth: 60)
        func named(_ name: ComponentName) throws -> any FrameNetworkConfiguration {
            try FrameNetworks.configuration(named: name, like: usual)
        }
        #expect(try named("resnet") as? FrameEncoderConfiguration == usual)
        let slim = try named("resnet:13") as? FrameEncoderConfiguration
        #expect(slim == FrameEncoderConfiguration(width: 13, outputWidth: 60))
        let narrow = try named("dense:8") as? DenseFrameEncoder.Configuration
        #expect(narrow == .init(widths: [8, 16, 32, 64], outputWidth: 60))
        let wide = try named("dense") as? DenseFrameEncoder.Configuration
        #expect(wide?.widths == [32, 64, 128, 256])
        for (name, form) in [
            ("dense:wide", "dense[:WIDTH], WIDTH 1 to 1024"),
            ("resnet:0", "resnet[:WIDTH], WIDTH 1 to 1024"),
            ("vit", "resnet[:WIDTH], dense[:WIDTH]"),
        ] as [(ComponentName, String)] {
            let error = #expect(throws: ConfigurationError.self) { try named(name) }
            #expect(error?.key == "encoder" && "\(error!)".contains(form), "\(error as Any)")
        }
    }

    @Test func anEncoderOfAnotherPackageTakesPartByRegistering() throws {
        VideoModel.registerKinds()
        try? FrameNetworks.register(MeanColors.Configuration.self)
        let usual = FrameEncoderConfiguration(outputWidth: 6)
        let mean = try FrameNetworks.configuration(named: "mean-colors", like: usual)
        let prior = try Self.prior(mean)
        #expect(prior.frameProjection?.weight.shape == [1, 1, 3, 6])
        #expect(Self.step(prior).gradients[path: "frameProjection.weight"] != nil)
        let bytes = try StrictJSON.encode(prior.configuration)
        let read = try StrictJSON.decode(PriorConfiguration.self, from: bytes)
        #expect(read == prior.configuration)
    }

    @Test func framesThatTheTrunkCannotHalveAreRefusedByName() throws {
        func key(_ change: (inout FrameConditioning) -> Void) -> String? {
            var broken = Self.configuration(Self.dense)
            change(&broken.conditioning!)
            return #expect(throws: ConfigurationError.self) { try broken.validate() }?.key
        }
        #expect(key { $0.width = 18 } == "conditioning")
        #expect(
            key { $0.encoder = DenseFrameEncoder.Configuration(widths: [], outputWidth: 6) }
                == "conditioning.encoder.widths")
        #expect(key { $0.encoder.outputWidth = 5 } == "conditioning.encoder.outputWidth")
    }
}
