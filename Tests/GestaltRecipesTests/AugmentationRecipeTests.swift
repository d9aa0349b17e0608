import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import Synchronization
import TestSupport
import Testing

/// Augmentation in recipes: defaults, stored recipes, latents computed once or anew.
@Suite struct AugmentationRecipeTests {
    private func tokenizer() -> VQVAE {
        var random = RandomStream(seed: 1)
        return VQVAE(SmallRecipes.tokenizer(steps: 1).configuration, random: &random)
    }

    private func head(_ change: (inout HeadRecipe) -> Void = { _ in }) -> HeadRecipe {
        var recipe = SmallRecipes.head(steps: 1)
        change(&recipe)
        return recipe
    }

    /// What a training says beside its numbers.
    private func said(by recipe: HeadRecipe, folder: String? = nil) throws -> [String] {
        let said = Mutex<[String]>([])
        _ = try recipe.train(
            on: tokenizer(),
            RunOptions(
                folder: folder, showsProgress: false, interruption: Interruption(),
                notice: { text in said.withLock { $0.append(text) } }))
        return said.withLock { $0 }
    }

    @Test func defaultsFollowWhatIsTrained() {
        #expect(UNetRecipe(data: SmallRecipes.data).augmentation == .standard)
        #expect(head().augmentation == .flip)
        #expect(head { $0.trains = ["tokenizer"] }.augmentation == .standard)
        let chosen = head { recipe in
            recipe.augmentation = Augmentation()
            recipe.trains = ["tokenizer"]
        }
        #expect(chosen.augmentation == Augmentation())
    }

    @Test func aRunKeepsItsAugmentation() throws {
        let folder = TemporaryFolder()
        let said = try said(by: head(), folder: folder.path("head"))
        #expect(!said.contains { $0.contains("latents") || $0.contains("batch, since") })
        let stored = try HeadRecipe(run: folder.path("head"))
        #expect(stored.augmentation == .flip && stored != head())
        var trained = stored
        trained.trains = ["tokenizer"]
        #expect(trained.augmentation == .flip)
        // Resumed with the same recipe in memory.
        var options = silent(folder.path("head"))
        options.resumes = true
        #expect(try head().train(on: tokenizer(), options).steps == 1)
    }

    @Test func wrongAugmentationsAreRefused() {
        #expect(throws: InvalidAugmentation.self) {
            try head { $0.augmentation.rotation = 181 }.validate()
        }
        #expect(throws: InvalidAugmentation.self) {
            try head { $0.augmentation.flip = 2 }.validate()
        }
    }

    @Test func aFrozenEncoderRunsOnAugmentedFrames() throws {
        let said = try said(by: head { $0.augmentation = .strong })
        #expect(said.contains { $0.contains("the frozen encoder runs on every batch") }, "\(said)")
    }

    @Test func latentsOfClipsAreMirroredAtMost() throws {
        let said = try said(
            by: head {
                $0.encoder = "tokenizer:clip"
                $0.augmentation = .standard
            })
        #expect(said.contains { $0.contains("only flips apply") }, "\(said)")
    }

    @Test func aUNetTrainsWithEverything() throws {
        var recipe = SmallRecipes.unet(steps: 2)
        recipe.augmentation = .strong
        let (one, other) = (try recipe.train(silent()), try recipe.train(silent()))
        #expect(one.model.state.map(\.value) == other.model.state.map(\.value))
    }
}
