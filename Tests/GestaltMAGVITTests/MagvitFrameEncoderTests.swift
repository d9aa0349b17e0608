import GestaltFiles
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct MagvitFrameEncoderTests {
    init() { MagvitKinds.register() }

    static func predictor(
        _ condition: MaskCondition.Mode = .still,
        _ change: (inout MaskedPriorConfiguration) -> Void = { _ in }
    ) throws -> MaskedPredictor {
        let tokenizer = MagvitConfiguration(
            width: 4, multipliers: [1, 2, 3], timeStrides: [1, 2], groups: 2,
            quantizer: FiniteScalarQuantizer.Configuration(levels: [4, 3, 3]))
        var sizes = try MaskedPredictorConfiguration(
            .tiny, tokenizer: tokenizer, frames: 5, height: 16, width: 16, condition: condition)
        (sizes.prior.width, sizes.prior.layers, sizes.prior.hiddenWidth) = (12, 2, 24)
        change(&sizes.prior)
        var random = RandomStream(seed: 3)
        return MaskedPredictor(sizes, random: &random)
    }

    static func encoder(
        _ name: ComponentName, on model: any StoredModel
    ) throws -> MagvitFrameEncoder {
        var random = RandomStream(seed: 0)
        let encoder = try Encoders.type(of: name).init(named: name, on: model, random: &random)
        return try #require(encoder as? MagvitFrameEncoder)
    }

    private let frames = Tensor<Float>.sample([2, 16, 16, 3], seed: 5, in: -0.5...0.5)

    static let names: [(ComponentName, ComponentName, [Int], [[Int]])] = [
        ("magvit:tokenizer", "magvit:tokenizer:continuous", [2, 1, 4, 4, 3], []),
        (
            "magvit:tokenizer:features:skips", "magvit:tokenizer:features:skips",
            [2, 1, 4, 4, 12], [[2, 8, 8, 8], [2, 16, 16, 4]]
        ),
        ("magvit:hidden:2", "magvit:hidden:2", [2, 1, 4, 4, 24], []),
        (
            "magvit:hidden:0:skips", "magvit:hidden:0:skips", [2, 1, 4, 4, 24],
            [[2, 8, 8, 8], [2, 16, 16, 4]]
        ),
        ("magvit:visible:1", "magvit:visible:1", [2, 1, 4, 4, 12], []),
        (
            "magvit:skips:visible:2", "magvit:visible:2:skips", [2, 1, 4, 4, 12],
            [[2, 8, 8, 8], [2, 16, 16, 4]]
        ),
    ]

    @Test("names make encoders of the promised shapes", arguments: names)
    func shapes(
        name: ComponentName, whole: ComponentName, shape: [Int], finer: [[Int]]
    ) throws {
        for mode in MaskCondition.Mode.allCases {
            let predictor = try Self.predictor(mode)
            let encoder = try Self.encoder(name, on: predictor)
            #expect(encoder.name == whole && encoder.configuration.summary == whole.description)
            #expect(!encoder.seesFuture)
            let latent = encoder.encode(frames, .inference)
            #expect(latent.shape == encoder.latentShape(height: 16, width: 16))
            #expect(latent.tensor.shape == Shape(shape))
            #expect(latent.finer.map { $0.tensor.shape.dimensions } == finer)
            let values = Set(predictor.state.map { $0.value.scalars })
            #expect(encoder.state.allSatisfy { values.contains($0.value.scalars) })
            #expect(Set(encoder.state.map(\.path)) == storedPaths(encoder))
        }
    }

    @Test(
        "hidden states are those of a prediction's first step",
        arguments: MaskCondition.Mode.allCases)
    func theFirstStep(mode: MaskCondition.Mode) throws {
        let predictor = try Self.predictor(mode)
        let prior = predictor.prior
        let still = frames.expanded(axis: 1).repeated(5, axis: 1)
        let codes = predictor.tokenizer.encode(still)
        let used: MaskCondition.Mode = mode == .none ? .prefix : mode
        let condition = MaskCondition(used, regionCells: 16, tokens: [codes[0].scalars])
        let masked = (0..<48).map { !used.fixesRegion || $0 >= 16 }
        let inputs = condition.inputs(
            [Int32](repeating: 0, count: 48), masked: masked,
            maskToken: prior.configuration.maskToken, sample: 0)
        let stream = prior.streams(
            Tensor(
                shape: [1, 49], scalars: [prior.configuration.unconditionalToken] + inputs.tokens),
            segments: Tensor(shape: [1, 49], scalars: [0] + inputs.segments), .inference)[1]
        let cells = stream[0, 1...].reshaped([3, 4, 4, 12])
        let one = frames[0..<1]
        let visible = try Self.encoder("magvit:visible:1", on: predictor).encode(one, .inference)
        #expect(visible.tensor[0, 0] == cells[0])
        let hidden = try Self.encoder("magvit:hidden:1", on: predictor).encode(one, .inference)
        #expect(hidden.tensor[0, 0, 0..., 0..., 0..<12] == cells[1])
        #expect(hidden.tensor[0, 0, 0..., 0..., 12..<24] == cells[2])
    }

    /// The still frame's slot and levels are those of any clip that begins with it.
    @Test("what follows a frame changes no bit of its latent")
    func causality() throws {
        let predictor = try Self.predictor()
        let tokenizer = try #require(predictor.tokenizer as? MagvitTokenizer)
        let rest = Tensor<Float>.sample([2, 4, 16, 16, 3], seed: 6, in: -0.5...0.5)
        let clips = concatenated([frames.expanded(axis: 1), rest], axis: 1)
        let latent = try Self.encoder("magvit:tokenizer", on: tokenizer).encode(frames, .inference)
        let moving = tokenizer.latents(of: clips, "continuous", .inference)
        #expect(latent.tensor == moving[0..., 0..<1])
        #expect(tokenizer.encode(frames.expanded(axis: 1)) == tokenizer.encode(clips)[0..., 0..<1])
        // A frame's hidden states are independent of the batch it is in, but for rounding.
        let encoder = try Self.encoder("magvit:hidden:2", on: predictor)
        let both = encoder.encode(frames, .inference).tensor
        let alone = encoder.encode(frames[1..<2], .inference).tensor
        #expect((both[1] - alone[0]).abs().max().scalar < 1e-5)
    }

    @Test(
        "gradients reach the trained parts only",
        arguments: ["magvit:hidden:2:skips", "magvit:visible:1:skips"] as [ComponentName],
        [[], ["tokenizer"], ["prior"]])
    func gradients(name: ComponentName, frozen: [String]) throws {
        let encoder = try Self.encoder(name, on: Self.predictor())
        let step = valueAndGradients(
            of: encoder, Context.training(random: RandomStream(seed: 0)),
            freezing: Freezing(frozen)
        ) { encoder, context in
            let latent = encoder.encode(frames, context)
            let finer = latent.finer.map { $0.tensor.squared().mean() }
            return (finer.reduce(latent.tensor.squared().mean()) { $0 + $1 }, ())
        }
        for (part, path) in [
            ("tokenizer", "tokenizer.encoder.levels.1.blocks.0.conv1.weight"),
            ("prior", "prior.blocks.0.up.weight"), ("prior", "prior.embedding.weight"),
        ] {
            let gradient = step.gradients[path: path]
            #expect((gradient != nil) == !frozen.contains(part), "\(path)")
            if let gradient { #expect(gradient.abs().max().scalar > 0, "\(path)") }
        }
        for path in step.gradients.paths {
            #expect(!frozen.contains { path.hasPrefix($0 + ".") }, "\(path)")
        }
    }

    @Test("a stored encoder gives the same bits") func isStored() throws {
        for (name, _, _, _) in Self.names {
            let encoder = try Self.encoder(name, on: Self.predictor())
            let folder = TemporaryFolder()
            try encoder.write(to: folder.path("encoder"))
            let read = try MagvitFrameEncoder(folder: folder.path("encoder"))
            #expect(read.configuration == encoder.configuration)
            #expect(
                read.encode(frames, .inference).tensor == encoder.encode(frames, .inference).tensor)
        }
    }

    @Test(
        "words that do not fit are refused with the grammar",
        arguments: [
            "magvit", "magvit:hidden", "magvit:hidden:-1", "magvit:visible:x", "magvit:hidden:1:2",
            "magvit:tokenizer:features:clip", "magvit:codes", "magvit:hidden:1:join",
        ] as [ComponentName])
    func badNames(name: ComponentName) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Encoders.type(of: name).validate(name)
        }
        #expect(error?.description.contains(MagvitFrameEncoder.grammar) == true)
    }

    @Test("models that do not fit are refused") func badModels() throws {
        let predictor = try Self.predictor()
        for (name, key) in [
            ("magvit:hidden:3", "encoder.source.layer"),
            ("magvit:tokenizer:hidden", "encoder.source.latents"),
        ] as [(ComponentName, String)] {
            let error = #expect(throws: ConfigurationError.self) {
                try Self.encoder(name, on: predictor)
            }
            #expect(error?.key == key)
        }
        let error = #expect(throws: ConfigurationError.self) {
            try Self.encoder("magvit:hidden:1", on: Self.predictor { $0.classes = 2 })
        }
        #expect(error?.key == "encoder.prior.classes")
        #expect(
            throws: ModelMismatch(needed: .maskedPredictor, found: predictor.tokenizer.title)
        ) { try Self.encoder("magvit:hidden:1", on: predictor.tokenizer) }
    }
}
