import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Loss after overfitting a few frames; a head or U-Net that learns nothing stays above 1.
private let overfitLoss = 0.35
/// What a tokenizer must gain on the mean color of its clips, in dB.
private let overfitGain = 1.0

/// What share of its first loss a head must fall below to have learned anything.
private let learningShare = 0.8

/// Recipes so small that a test can run them.
enum SmallRecipes {
    static let data: DataChoice = {
        var data = DataChoice("synthetic:2")
        data.evaluation = .train
        return data
    }()

    static func tokenizer(steps: Int) -> TokenizerRecipe<VQVAE> {
        var recipe = TokenizerRecipe(data: data, preset: .tiny, steps: steps)
        recipe.configuration.hiddenChannels = 16
        recipe.configuration.embeddingWidth = 8
        recipe.configuration.codeCount = 16
        recipe.clipLength = 4
        recipe.optimization.batchSize = 2
        recipe.optimization.learningRate = 4e-3
        return recipe
    }

    static func unet(steps: Int) -> UNetRecipe {
        var recipe = UNetRecipe(
            data: data, network: UNetConfiguration(widths: [8, 16]), labels: 4, steps: steps)
        recipe.optimization.batchSize = 4
        recipe.optimization.learningRate = 1e-2
        recipe.augmentation = .flip
        return recipe
    }

    static func head(steps: Int) -> HeadRecipe {
        var recipe = HeadRecipe(
            data: data, head: "convolutional:16", labels: 4, steps: steps)
        recipe.optimization.batchSize = 4
        recipe.optimization.learningRate = 1e-2
        return recipe
    }
}

func silent(
    _ folder: String? = nil, _ interruption: Interruption = Interruption()
) -> RunOptions {
    RunOptions(folder: folder, showsProgress: false, interruption: interruption)
}

@Suite struct RecipeFileTests {
    @Test func roundTrip() throws {
        let folder = TemporaryFolder()
        func check<R: Recipe>(_ recipe: R) throws {
            _ = folder.write(try recipe.json(), as: "recipe.json")
            #expect(try R(run: folder.path) == recipe)
            #expect(try recipeKind(of: folder.path) == R.kind)
        }
        try check(SmallRecipes.tokenizer(steps: 7))
        try check(TokenizerRecipe(data: DataChoice("sample"), preset: .publicBAIR, seed: .max))
        try check(SmallRecipes.unet(steps: 7))
        try check(HeadRecipe(data: DataChoice("x", camera: .aux1), model: "t", head: "linear"))
    }

    @Test(arguments: [
        ("\"steps\"", "\"stepz\"", "recipe.optimization.steps"),
        ("\"steps\"", "\"steps\": 3, \"pace\"", "recipe.optimization.pace"),
        ("\"widths\"", "\"depths\"", "recipe.network.widths"),
        ("\"batchSize\" : 4", "\"batchSize\" : 0", "optimization.batchSize"),
        ("\"batchSize\" : 4", "\"batchSize\" : \"x\"", "recipe.optimization.batchSize"),
        ("\"warmUpFraction\" : 0.2", "\"warmUpFraction\" : 1.5", "optimization.warmUpFraction"),
    ])
    func wrongKeysAreNamed(_ old: String, _ new: String, _ key: String) throws {
        let folder = TemporaryFolder()
        let text = String(decoding: try SmallRecipes.unet(steps: 7).json(), as: UTF8.self)
        let changed = text.replacingOccurrences(of: old, with: new)
        #expect(changed != text, "\(old) does not occur in \(text)")
        _ = folder.write(Array(changed.utf8), as: "recipe.json")
        let error = try #require(throws: ConfigurationError.self) {
            try UNetRecipe(run: folder.path)
        }
        #expect(error.key == key, "\(error)")
        #expect(error.path == folder.path + "/recipe.json")
    }

    /// A part of a recipe that decodes by its own rules.
    @Test func wrongKeysOfPartsAreNamed() throws {
        let folder = TemporaryFolder()
        let text = String(decoding: try SmallRecipes.unet(steps: 7).json(), as: UTF8.self)
        let changed = text.replacingOccurrences(of: "\"flip\"", with: "\"flop\"")
        _ = folder.write(Array(changed.utf8), as: "recipe.json")
        let error = try #require(throws: ConfigurationError.self) {
            try UNetRecipe(run: folder.path)
        }
        #expect("\(error)".contains("flop") && "\(error)".contains("recipe.json"), "\(error)")
    }

    @Test func foldersWithoutOrWithAnotherRunSaySo() throws {
        let folder = TemporaryFolder()
        let missing = try #require(throws: TrainingError.self) {
            try UNetRecipe.resume(folder.path)
        }
        #expect("\(missing)".contains("recipe.json"))
        _ = folder.write(try SmallRecipes.unet(steps: 7).json(), as: "recipe.json")
        #expect(
            throws: TrainingError.noRun(
                path: folder.path + "/recipe.json", expected: "a recipe of kind “head”",
                found: "“unet”")
        ) { try HeadRecipe(run: folder.path) }
    }

    @Test func impossibleRecipesAreRefusedByKey() throws {
        func key(_ change: (inout HeadRecipe) -> Void) -> String? {
            var recipe = SmallRecipes.head(steps: 3)
            change(&recipe)
            do {
                _ = try recipe.train(silent())
                return nil
            } catch { return (error as? ConfigurationError)?.key }
        }
        #expect(key { $0.steps = 0 } == "optimization.steps")
        #expect(key { $0.augmentation.crop = .init(height: 8, width: 8) } == "augmentation.crop")
        #expect(key { $0.trains = ["resnet"] } == "trains")
        #expect(key { $0.trains = ["tokenizer", "tokenizer"] } == "trains")
        #expect(key { $0.partRates = ["prior": 0.5] } == "partRates")
        #expect(key { $0.partRates = ["tokenizer": 2] } == "partRates.tokenizer")
        #expect(
            key {
                $0.encoder = "tokenizer:clip"
                $0.trains = ["tokenizer"]
            } == "trains")
        var many = SmallRecipes.unet(steps: 3)
        many.labels = 61
        let error = #expect(throws: ConfigurationError.self) { try many.train(silent()) }
        #expect(error?.key == "labels")
    }
}

@Suite struct RecipeRunTests {
    @Test func tokenizerOverfitsAndResumes() throws {
        let folder = TemporaryFolder()
        let recipe = SmallRecipes.tokenizer(steps: 60)
        let whole = try recipe.train(silent(folder.path("whole")))
        let psnr = try #require(whole.evaluation?.score)
        let variance = try #require(whole.model.configuration.dataVariance)
        #expect(variance > 0.001 && variance < 0.2)
        let ofMeanColor = -10 * log10(Double(variance))
        #expect(psnr > ofMeanColor + overfitGain, "\(psnr) dB, the mean color \(ofMeanColor)")

        let stored = try VQVAE(folder: folder.path("whole"))
        #expect(stored.state.map(\.value) == whole.model.state.map(\.value))
        let card = String(decoding: folder.bytes(of: "whole/README.md"), as: UTF8.self)
        #expect(card.contains("psnr") && card.contains("synthetic") && card.contains("60 steps"))
    }

    @Test func anInterruptedRecipeResumesFromItsFolderAlone() throws {
        let folder = TemporaryFolder()
        let recipe = SmallRecipes.unet(steps: 6)
        let whole = try recipe.train(silent(folder.path("whole")))

        let stop = Interruption()
        stop.request()
        var stopped = silent(folder.path("parts"), stop)
        stopped.command = "the first command"
        #expect(throws: TrainingError.self) { try recipe.train(stopped) }
        let again = try UNetRecipe.resume(folder.path("parts"), silent())
        #expect(again.model.state.map(\.value) == whole.model.state.map(\.value))
        #expect(
            folder.bytes(of: "whole/model.safetensors")
                == folder.bytes(of: "parts/model.safetensors"))
        let card = String(decoding: folder.bytes(of: "parts/README.md"), as: UTF8.self)
        #expect(card.contains("the first command"))
        // Resuming a finished run gives it again.
        let finished = try UNetRecipe.resume(folder.path("parts"), silent())
        #expect(finished.steps == 6)
        #expect(finished.evaluation == again.evaluation)
        var other = recipe
        other.optimization.learningRate = 1
        var options = silent(folder.path("parts"))
        options.resumes = true
        #expect(throws: TrainingError.self) { try other.train(options) }
    }

    @Test func unetOverfits() throws {
        let folder = TemporaryFolder()
        _ = try SmallRecipes.unet(steps: 60).train(silent(folder.path("run")))
        let loss = try lastLoss(folder.path("run"))
        #expect(loss < overfitLoss, "loss \(loss)")
        let model = try segmentationModel(folder: folder.path("run"))
        let picture = try SmallRecipes.data.open(.train, masks: .required).clips[0].frames[0]
        #expect(model.segment(image: picture).shape == [64, 64])
    }

    @Test(arguments: [
        ("tokenizer:features" as ComponentName, false), ("tokenizer:continuous:clip", true),
        ("tokenizer:quantized", false),
    ])
    func headsTrainOnLatents(_ encoder: ComponentName, seesFuture: Bool) throws {
        let tokenizer = try SmallRecipes.tokenizer(steps: 20).train(silent()).model
        let folder = TemporaryFolder()
        var recipe = SmallRecipes.head(steps: 40)
        recipe.encoder = encoder
        let trained = try recipe.train(on: tokenizer, silent(folder.path("head")))
        let losses = try losses(folder.path("head"))
        let (first, last) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
        #expect(last < first * learningShare, "\(losses)")
        // Frozen is frozen, to the bit: weights, codebook and statistics.
        #expect(
            tokenizerState(trained.model).map(\.value) == tokenizer.state.map(\.value))
        #expect(trained.model.seesFuture == seesFuture)
        let stored = try Segmenter(folder: folder.path("head"))
        #expect(stored.state.map(\.value) == trained.model.state.map(\.value))
    }

    @Test func aHeadIsResumedOnItsOwnTokenizerOnly() throws {
        var random = RandomStream(seed: 1)
        let configuration = SmallRecipes.tokenizer(steps: 1).configuration
        let tokenizer = VQVAE(configuration, random: &random)
        let other = VQVAE(configuration, random: &random)
        let folder = TemporaryFolder()
        let recipe = SmallRecipes.head(steps: 2)
        _ = try recipe.train(on: tokenizer, silent(folder.path("head")))
        var options = silent(folder.path("head"))
        options.resumes = true
        #expect(try recipe.train(on: tokenizer, options).steps == 2)
        #expect(
            throws: TrainingError.checkpoint(
                path: folder.path("head") + "/checkpoints/last.safetensors",
                expected: "the tokenizer this run began with", found: "another one")
        ) { try recipe.train(on: other, options) }
    }

    @Test func aStrideLongerThanTheWindowsOfClipsIsRefused() throws {
        var configuration = SmallRecipes.tokenizer(steps: 1).configuration
        configuration.strides.time = 32
        var random = RandomStream(seed: 1)
        let tokenizer = VQVAE(configuration, random: &random)
        var recipe = SmallRecipes.head(steps: 1)
        recipe.encoder = "tokenizer:clip"
        let error = #expect(throws: ConfigurationError.self) {
            try recipe.train(on: tokenizer, silent())
        }
        #expect(error?.key == "encoder")
    }

    @Test func anUnfrozenEncoderMoves() throws {
        let tokenizer = try SmallRecipes.tokenizer(steps: 2).train(silent()).model
        var recipe = SmallRecipes.head(steps: 2)
        recipe.trains = ["tokenizer"]
        let trained = try recipe.train(on: tokenizer, silent())
        let (before, after) = (tokenizer.state, tokenizerState(trained.model))
        for (old, new) in zip(before, after) where old.path.hasPrefix("encoder.") && old.isParameter
        {
            #expect(old.value != new.value, "\(old.path)")
        }
        for (old, new) in zip(before, after) where old.path.hasPrefix("decoder.") {
            #expect(old.value == new.value, "\(old.path)")
        }
    }
}

private func tokenizerState(
    _ model: Segmenter
) -> [(path: String, value: Tensor<Float>, isParameter: Bool)] {
    (model.encoder as? TokenizerEncoder)?.tokenizer.state ?? []
}

func losses(_ run: String) throws -> [Double] {
    struct Line: Decodable {
        let kind: String
        let loss: Double?
    }
    return try String(contentsOfFile: run + "/log.jsonl", encoding: .utf8).split(separator: "\n")
        .compactMap { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).loss }
}

private func lastLoss(_ run: String) throws -> Double { try losses(run).last ?? .infinity }
