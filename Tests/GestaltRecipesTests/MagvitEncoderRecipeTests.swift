import Foundation
import GestaltFiles
import GestaltIO
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo
import TestSupport
import Testing

/// Heads on MAGVIT's encoders, and the codes of its tokenizer as files.
@Suite struct MagvitEncoderRecipeTests {
    /// A masked predictor with random weights; frames of 64 × 64, clips of 5.
    static func predictor() throws -> MaskedPredictor {
        let tokenizer = MagvitConfiguration(
            width: 4, multipliers: [1, 1, 2], groups: 2,
            quantizer: FiniteScalarQuantizer.Configuration(levels: [4, 3]))
        var sizes = try MaskedPredictorConfiguration(
            .tiny, tokenizer: tokenizer, frames: 5, height: 64, width: 64)
        (sizes.prior.width, sizes.prior.layers, sizes.prior.hiddenWidth) = (12, 2, 24)
        var random = RandomStream(seed: 1)
        return MaskedPredictor(sizes, random: &random)
    }

    @Test(
        "a head trains with the named parts alone, and is stored with its encoder",
        arguments: [
            ("magvit:tokenizer:skips", ["tokenizer"]), ("magvit:hidden:1:skips", ["prior"]),
            ("magvit:hidden:2", []), ("magvit:visible:1:skips", ["tokenizer", "prior"]),
        ] as [(ComponentName, [String])])
    func heads(name: ComponentName, trained: [String]) throws {
        let folder = TemporaryFolder()
        try Self.predictor().write(to: folder.path("predictor"))
        var recipe = SmallPredictor.head(name, steps: 2)
        recipe.model = folder.path("predictor")
        recipe.trains = trained
        recipe.partRates = Dictionary(uniqueKeysWithValues: trained.map { ($0, 0.5) })
        let result = try recipe.train(silent(folder.path("run")))
        #expect(result.evaluation?.metrics.allSatisfy { $0.value.isFinite } == true)
        let read = try OpenedModel(at: folder.path("run")).segmentation()
        let encoder = try #require((read as? Segmenter)?.encoder as? MagvitFrameEncoder)
        let before = try OpenedModel(at: folder.path("predictor"))
        var random = RandomStream(seed: 0)
        let fresh = try before.encoder(named: encoder.name, random: &random)
        var moved: Set<String> = []
        for (old, new) in zip(fresh.state, encoder.state) where old.value != new.value {
            moved.insert(String(old.path.prefix { $0 != "." }))
        }
        #expect(moved == Set(trained), "\(name): \(moved)")
        let frame = Tensor<Float>.sample([1, 64, 64, 3], in: -0.5...0.5)
        let own = try #require(result.model.encoder as? MagvitFrameEncoder)
        #expect(encoder.encode(frame, .inference).tensor == own.encode(frame, .inference).tensor)
    }

    @Test(
        "futures of a masked prior are latents as those of any predictor",
        arguments: [
            ("prior:pixels:2", [1, 5, 64, 64, 3]), ("prior:energy:2", [1, 1, 64, 64, 3]),
            ("prior:codes:sample:2", [1, 2, 16, 16, 2]),
        ] as [(ComponentName, [Int])])
    func futures(name: ComponentName, shape: [Int]) throws {
        let folder = TemporaryFolder()
        let predictor = try Self.predictor()
        var recipe = SmallPredictor.head(name, steps: 1)
        (recipe.head, recipe.labels, recipe.data.evaluation) = ("linear", 2, nil)
        let model = try recipe.train(on: predictor, silent(folder.path("run"))).model
        let read = try #require(
            try OpenedModel(at: folder.path("run")).segmentation() as? Segmenter)
        let frame = Tensor<Float>.sample([1, 64, 64, 3], in: -0.5...0.5)
        let latent = read.encoder.encode(frame, .inference)
        #expect(latent.tensor.shape == Shape(shape), "\(latent.tensor.shape)")
        #expect(latent.tensor == model.encoder.encode(frame, .inference).tensor)
        // What a sequential prior alone can do is refused.
        for other in ["prior:codes:expect", "prior:samples:1:2", "prior:teacher:1"] {
            #expect(throws: ModelMismatch.self) {
                try SmallPredictor.head(ComponentName(stringLiteral: other), steps: 1)
                    .train(on: predictor, silent())
            }
        }
    }

    @Test("a part that the encoder lacks is refused") func missingParts() throws {
        let folder = TemporaryFolder()
        try Self.predictor().write(to: folder.path("predictor"))
        var recipe = SmallPredictor.head("magvit:tokenizer", steps: 2)
        recipe.model = folder.path("predictor")
        recipe.trains = ["prior"]
        let error = #expect(throws: ConfigurationError.self) {
            try recipe.train(silent(folder.path("run")))
        }
        #expect(error?.key == "trains")
    }

    @Test("the kind of prior follows from the model") func kindsOfPriors() throws {
        let folder = TemporaryFolder()
        let predictor = try Self.predictor()
        try predictor.write(to: folder.path("predictor"))
        try predictor.tokenizer.write(to: folder.path("tokenizer"))
        try SmallPredictor.predictor().write(to: folder.path("other"))
        for (name, kind) in [
            ("predictor", MaskedPriorRecipe.kind), ("tokenizer", MaskedPriorRecipe.kind),
            ("other", PriorRecipe.kind),
        ] {
            #expect(try OpenedModel(at: folder.path(name)).priorRecipe() == kind)
        }
    }

    @Test("codes of another tokenizer, or out of range, are refused") func codeFiles() throws {
        let folder = TemporaryFolder()
        let tokenizer = try #require(Self.predictor().tokenizer as? MagvitTokenizer)
        var random = RandomStream(seed: 9)
        let other = MagvitTokenizer(tokenizer.configuration, random: &random)
        var levels = tokenizer.configuration
        levels.quantizer = AnyQuantizerConfiguration(
            FiniteScalarQuantizer.Configuration(levels: [3, 4]))
        var turned = tokenizer
        turned.configuration = levels
        #expect(turned.fingerprint != tokenizer.fingerprint)
        let codes = Tensor<Int32>([0, 11, 3, 5]).reshaped([1, 1, 2, 2])
        for ending in ["npy", "npz", "safetensors"] {
            let path = folder.path("codes." + ending)
            try CodeFile.write(codes, of: tokenizer, to: path)
            #expect(try CodeFile.read(path, for: tokenizer) == codes)
            guard ending == "safetensors" else { continue }
            let error = #expect(throws: ModelInputError.self) {
                try CodeFile.read(path, for: other)
            }
            #expect(error?.input == "codes")
            #expect(error?.expected.contains(other.fingerprint) == true)
        }
        let wrong = folder.path("wrong.npy")
        for stray: Int32 in [12, -1] {
            try NPY.write(Tensor<Int32>([0, stray]).reshaped([1, 1, 1, 2]), to: wrong)
            #expect(
                throws: ModelInputError(
                    "codes", expected: "numbers from 0 to 11", found: "\(stray)")
            ) { try CodeFile.read(wrong, for: tokenizer) }
        }
    }

    @Test("checkpoints of magvit2-pytorch are opened by their content") func foreignFormats() throws
    {
        let folder = TemporaryFolder()
        var random = RandomStream(seed: 2)
        let staged = StagedTokenizer(
            StagedConfiguration(
                width: 4,
                stages: [.init(.residual), .init(.space, width: 4), .init(.time, width: 3)],
                quantizer: FiniteScalarQuantizer.Configuration(levels: [4, 4, 3])), random: &random)
        let file = folder.path("theirs.safetensors")
        try staged.write(magvit2: file)
        let opened = try OpenedModel(at: file)
        let read = try #require(try opened.tokenizer() as? StagedTokenizer)
        #expect(read.fingerprint == staged.fingerprint)
        #expect(CheckpointFormats.registry.names.contains("magvit2"))
        #expect(throws: Magvit2Error.self) {
            try OpenedModel(at: file, settings: ["heads": "4"])
        }
    }
}
