import GestaltFiles
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// The causal tokenizer through the recipe, the heads and the prior of any tokenizer.
@Suite struct MagvitRecipeTests {
    private func recipe(
        quantizer: any QuantizerConfiguration, steps: Int
    ) throws -> TokenizerRecipe<MagvitTokenizer> {
        var recipe = try TokenizerRecipe<MagvitTokenizer>(
            data: SmallRecipes.data, preset: "tiny", steps: steps)
        recipe.configuration = MagvitConfiguration(
            width: 4, multipliers: [1, 1, 2], groups: 2, quantizer: quantizer)
        recipe.clipLength = 5
        recipe.optimization.batchSize = 2
        return recipe
    }

    @Test func defaultsAreThoseOfThePreset() throws {
        let small = try TokenizerRecipe<MagvitTokenizer>(data: SmallRecipes.data)
        #expect(small.configuration == .small && small.clipLength == 17)
        #expect(small.optimization.optimizer == .adam(beta1: 0.9, beta2: 0.99))
        #expect(small.optimization.averageDecay == 0.999)
        let bair = try TokenizerRecipe<MagvitTokenizer>(data: SmallRecipes.data, preset: "bair")
        #expect(bair.clipLength == 16 && bair.optimization.batchSize == 128)
        try bair.validate()
        let other = try TokenizerRecipe<VQVAE>(data: SmallRecipes.data, preset: "publicBAIR")
        #expect(other == TokenizerRecipe(data: SmallRecipes.data, preset: .publicBAIR))
    }

    @Test func lengthsThatDoNotFitAreErrorsWithTheNearest() throws {
        var recipe = try TokenizerRecipe<MagvitTokenizer>(data: SmallRecipes.data)
        recipe.clipLength = 16
        let error = #expect(throws: ConfigurationError.self) { try recipe.validate() }
        #expect(error.map { "\($0)" }?.contains("13 or 17") == true)
    }

    @Test func trainsAndIsOpenedByItsKind() throws {
        let folder = TemporaryFolder()
        let quantizer = LookupFreeQuantizer.Configuration(bits: 6)
        let whole = try recipe(quantizer: quantizer, steps: 6).train(silent(folder.path("whole")))
        let evaluation = try #require(whole.evaluation)
        let names = Set(evaluation.metrics.map(\.name))
        #expect(names.isSuperset(of: ["psnr", "perplexity", "code_entropy", "codes_used"]))
        #expect(evaluation.metrics.allSatisfy { $0.value.isFinite })
        let opened = try OpenedModel(at: folder.path("whole")).tokenizer()
        let model = try #require(opened as? MagvitTokenizer)
        #expect(model.configuration.quantizer == AnyQuantizerConfiguration(quantizer))
        #expect(model.state.map(\.value) == whole.model.state.map(\.value))
    }

    /// A learned table begins with latents of the first batch.
    @Test func tablesBeginWithLatents() throws {
        let table = VectorQuantizerConfiguration(codes: 16, width: 3, .init())
        var recipe = try recipe(quantizer: table, steps: 1)
        recipe.optimization.learningRate = 1e-12
        recipe.optimization.averageDecay = nil
        let model = try recipe.train(silent()).model
        // The weights that the recipe drew: the encoder still has them, the table does not.
        var random = RandomStream(seed: recipe.seed).split(.max)
        let drawn = MagvitTokenizer(recipe.configuration, random: &random)
        let rows = try #require(model.quantizer as? LearnedCodebook).embeddings
        let before = try #require(drawn.quantizer as? LearnedCodebook).embeddings
        let change = model.encoder.input.weight - drawn.encoder.input.weight
        #expect(change.abs().max().scalar < 1e-6)
        #expect((rows - before).abs().max().scalar > 1e-2)
    }

    @Test func stillFramesAreClipsOfOneFrame() throws {
        var random = RandomStream(seed: 1)
        let tokenizer = MagvitTokenizer(.tiny, random: &random)
        let encoder = TokenizerEncoder(tokenizer, source: "features")
        let frames = Tensor<Float>.sample([2, 16, 16, 3], in: -0.5...0.5)
        let latent = encoder.encode(frames, .inference)
        #expect(latent.shape == encoder.latentShape(height: 16, width: 16))
        let expected = tokenizer.latents(of: frames.expanded(axis: 1), "features", .inference)
        #expect(latent.tensor == expected)
        let clip = TokenizerEncoder.Configuration(
            tokenizer: tokenizer.configuration, mode: .clip, source: "features")
        #expect(throws: ConfigurationError.self) { try clip.validate() }
    }

    @Test func aPredictorOverItsCodes() throws {
        let sizes = try VideoPredictorConfiguration(
            .tiny, tokenizer: MagvitConfiguration.tiny, frames: 5, height: 16, width: 16)
        try sizes.validate()
        #expect(sizes.clipLength == 5 && sizes.prior.latent.time == 2)
        #expect(throws: TokenizerError.self) {
            try VideoPredictorConfiguration(
                .tiny, tokenizer: MagvitConfiguration.tiny, frames: 6, height: 16, width: 16)
        }
        let acting = try VideoPredictorConfiguration(
            .tiny, tokenizer: MagvitConfiguration.tiny, frames: 5, height: 16, width: 16,
            actionWidth: 2)
        #expect(throws: ConfigurationError.self) { try acting.validate() }
        var random = RandomStream(seed: 2)
        let predictor = VideoPredictor(sizes, random: &random)
        let folder = TemporaryFolder()
        try predictor.write(to: folder.path("model"))
        let read = try OpenedModel(at: folder.path("model")).predictor()
        #expect(read.configuration == sizes)
    }

    @Test func otherQuantizersAreNotVideoGPTs() throws {
        let levels = FiniteScalarQuantizer.Configuration(levels: [5, 5])
        let sizes = try #require(VQVAEConfiguration.tiny.quantized(by: levels))
        var random = RandomStream(seed: 3)
        let model = VideoModel(VQVAE(sizes, random: &random))
        let folder = TemporaryFolder()
        #expect(throws: VideoGPTError.self) {
            try model.write(videoGPT: folder.path("tokenizer.safetensors"))
        }
        #expect(folder.names.isEmpty)
    }
}
