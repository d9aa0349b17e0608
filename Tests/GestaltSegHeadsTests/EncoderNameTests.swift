import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct EncoderNameTests {
    init() { SegmentationKinds.register() }

    static func predictor(
        hidesCodes: Bool = false, _ change: (inout PriorConfiguration) -> Void = { _ in }
    ) -> VideoPredictor {
        var prior = PriorConfiguration.minute(hidesCodes: hidesCodes)
        change(&prior)
        var random = RandomStream(seed: 6)
        return VideoPredictor(
            VideoPredictorConfiguration(tokenizer: VQVAEConfiguration.minute, prior: prior),
            random: &random)
    }

    static func encoder(
        _ name: ComponentName, on model: (any StoredModel)?
    ) throws -> any StoredEncoder {
        var random = RandomStream(seed: 0)
        return try Encoders.type(of: name).init(named: name, on: model, random: &random)
    }

    static let names: [(ComponentName, ComponentName)] = [
        ("tokenizer", "tokenizer:continuous"), ("tokenizer:clip", "tokenizer:continuous:clip"),
        ("tokenizer:features", "tokenizer:features"),
        ("tokenizer:clip:quantized", "tokenizer:quantized:clip"),
        ("resnet:3", "resnet:3"), ("resnet:4:skips", "resnet:4:skips"),
        ("prior:hidden:2", "prior:hidden:2:query=start"),
        ("prior:hidden:0:query=zeros:skips:join", "prior:hidden:0:query=zeros:skips:join"),
        ("prior:join:hidden:1", "prior:hidden:1:query=start:join"),
    ]

    @Test(arguments: names)
    func aNameMakesItsEncoderWhichHasTheWholeName(name: ComponentName, whole: ComponentName) throws
    {
        let predictor = Self.predictor()
        let encoder = try Self.encoder(name, on: predictor)
        #expect(encoder.name == whole)
        #expect(encoder.configuration.summary == whole.description)
        let again = try Self.encoder(encoder.name, on: predictor)
        #expect(Tagged.areEqual(again.configuration, encoder.configuration))
        // Its weights are the model's.
        let latent = encoder.encode(
            noise(encoder.seesFuture ? [1, 4, 32, 32, 3] : [1, 32, 32, 3]), .inference)
        #expect(latent.shape == encoder.latentShape(height: 32, width: 32))
        let values = Set(predictor.state.map { $0.value.scalars })
        #expect(encoder.state.allSatisfy { values.contains($0.value.scalars) })
    }

    @Test(
        arguments: [
            ("dense+prior:hidden:2", "dense+prior:hidden:2:query=start"),
            ("dense+prior:hidden:0:query=zeros", "dense+prior:hidden:0:query=zeros"),
            ("dense", "dense:4"),
        ] as [(ComponentName, ComponentName)])
    func namesOfAPriorWithADenseEncoder(name: ComponentName, whole: ComponentName) throws {
        let predictor = Self.predictor { $0 = .minute(isDense: true) }
        let encoder = try Self.encoder(name, on: predictor)
        #expect(encoder.name == whole)
        let latent = encoder.encode(noise([1, 32, 32, 3]), .inference)
        #expect(latent.shape == encoder.latentShape(height: 32, width: 32))
        let values = Set(predictor.state.map { $0.value.scalars })
        #expect(encoder.state.allSatisfy { values.contains($0.value.scalars) })
    }

    @Test func theUsualQueryIsTheMaskedTokenWhereTrainingHasShownIt() throws {
        let encoder = try Self.encoder("prior:hidden:1", on: Self.predictor(hidesCodes: true))
        #expect(encoder.name == "prior:hidden:1:query=hidden")
    }

    @Test(
        arguments: [
            "resnet", "resnet:0", "resnet:5", "resnet:4:1", "resnet:4:join", "resnet:4:query=start",
            "tokenizer:features:skips", "tokenizer:features:still:clip",
            "prior", "prior:2", "prior:hidden", "prior:hidden:-1", "prior:codes:1",
            "prior:hidden:1:clip", "prior:hidden:1:query=none", "prior:hidden:1:layer=2",
            "dense+prior", "dense+prior:hidden", "dense+prior:hidden:1:skips",
        ] as [ComponentName])
    func wordsThatDoNotFitAreRefusedWithTheGrammar(name: ComponentName) throws {
        let type = try Encoders.type(of: name)
        let error = #expect(throws: ConfigurationError.self) { try type.validate(name) }
        #expect(error?.key == "encoder")
        #expect(error?.description.contains(type.grammar) == true, "\(error as Any)")
        #expect(error?.description.contains("found \(name)") == true, "\(error as Any)")
        #expect(throws: ConfigurationError.self) {
            try Self.encoder(name, on: Self.predictor())
        }
    }

    @Test func anUnknownEncoderListsTheFormsThereAre() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Encoders.type(of: "unet:4")
        }
        for grammar in [TokenizerEncoder.grammar, ResNetEncoder.grammar, PriorEncoder.grammar] {
            #expect(error?.description.contains(grammar) == true, "\(error as Any)")
        }
        #expect(error?.key == "encoder" && error?.description.contains("found unet:4") == true)
    }

    @Test func unknownLatentsOfATokenizerListItsOwn() {
        let error = #expect(throws: ConfigurationError.self) {
            try Self.encoder("tokenizer:hidden", on: Self.predictor())
        }
        #expect(
            error?.description.contains("tokenizer:continuous|features|quantized[:clip]") == true,
            "\(error as Any)")
    }

    @Test func aModelOfAnotherKindOrNoneIsRefused() {
        let unet = StoredModelTests.unet()
        let tokenizer = Self.predictor().tokenizer
        let cases: [(ComponentName, (any StoredModel)?, ModelNeed, String)] = [
            ("tokenizer", unet, .tokenizer, "a segmentation model (U-Net)"),
            ("tokenizer", nil, .tokenizer, "not given"),
            ("resnet:4", tokenizer, .predictor, "a video tokenizer"),
            ("prior:hidden:1", tokenizer, .predictor, "a video tokenizer"),
            ("prior:hidden:1", nil, .predictor, "not given"),
            ("dense+prior:hidden:1", nil, .predictor, "not given"),
            ("dense", Self.predictor(), .denseEncoder, "a video predictor (tokenizer and prior)"),
        ]
        for (name, model, needed, found) in cases {
            let error = #expect(throws: ModelMismatch.self) {
                try Self.encoder(name, on: model)
            }
            #expect(error == ModelMismatch(needed: needed, found: found), "\(name)")
        }
    }

    @Test func aPlaceThatTheModelDoesNotHaveIsRefusedByItsKey() {
        func key(
            _ name: ComponentName, _ change: (inout PriorConfiguration) -> Void = { _ in }
        ) -> String? {
            #expect(throws: ConfigurationError.self) {
                try Self.encoder(name, on: Self.predictor(change))
            }?.key
        }
        #expect(key("prior:hidden:3") == "encoder.source.layer")
        #expect(key("prior:hidden:1:query=hidden") == "encoder.source.query")
        #expect(key("prior:hidden:1") { $0.classes = 4 } == "encoder.sizes.classes")
        #expect(key("resnet:4") { $0.conditioning = nil } == "model")
        #expect(key("resnet:4") { $0 = .minute(isDense: true) } == "model")
        let encoder = "encoder.sizes.conditioning.encoder"
        #expect(key("prior:hidden:1") { $0 = .minute(isDense: true) } == encoder)
        #expect(key("dense+prior:hidden:1") == encoder)
    }
}

@Suite struct HeadNameTests {
    @Test func namesMakeConfigurations() throws {
        func configuration(_ name: ComponentName) throws -> any HeadConfiguration {
            try Heads.configuration(named: name)
        }
        let usual = try configuration("convolutional") as? ConvolutionalHead.Configuration
        #expect(usual?.width == 128)
        let narrow = try configuration("convolutional:16") as? ConvolutionalHead.Configuration
        #expect(narrow == .convolutional(width: 16))
        #expect(try configuration("linear") is LinearProbe.Configuration)
        #expect(try configuration("joined") as? JoinedHead.Configuration == .joined(width: 32))
        #expect(try configuration("joined:8") as? JoinedHead.Configuration == .joined(width: 8))
        for (name, width) in [
            ("transposed", 128), ("flatten:9", 9), ("attentive", 64), ("unet:16", 16),
        ] {
            let found = try configuration(ComponentName(stringLiteral: name))
            #expect((found as? any SizedHeadConfiguration)?.width == width, "\(name)")
        }
    }

    @Test(
        arguments: [
            ("convolutional:0", "convolutional[:WIDTH], WIDTH 1 to 4096"),
            ("convolutional:4097", "convolutional[:WIDTH], WIDTH 1 to 4096"),
            ("convolutional:wide", "convolutional[:WIDTH], WIDTH 1 to 4096"),
            ("convolutional:16:16", "convolutional[:WIDTH], WIDTH 1 to 4096"),
            ("joined:0", "joined[:WIDTH], WIDTH 1 to 4096"), ("linear:3", "linear"),
            ("transposed:x", "transposed[:WIDTH], WIDTH 1 to 4096"),
            ("flatten:5000", "flatten[:WIDTH], WIDTH 1 to 4096"),
            ("attentive:6", "attentive[:WIDTH], WIDTH multiples of 4 to 4096"),
            ("unet:8:8", "unet[:WIDTH], WIDTH 1 to 4096"),
            ("mlp", "convolutional[:WIDTH], linear"),
        ] as [(ComponentName, String)])
    func otherNamesAreRefusedWithTheGrammar(name: ComponentName, grammar: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try Heads.configuration(named: name)
        }
        #expect(error?.key == "head")
        #expect(error?.description.contains("should be \(grammar)") == true, "\(error as Any)")
        #expect(error?.description.hasSuffix("found \(name)") == true, "\(error as Any)")
    }
}
