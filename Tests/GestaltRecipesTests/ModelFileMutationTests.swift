import Foundation
import GestaltFiles
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Damaged files of models and runs: a model, or an error of a kind that names file and place.
@Suite(.timeLimit(.minutes(30))) struct ModelFileMutationTests {
    private static func attack(
        _ name: String, seed: UInt64, count: Int, _ whole: [UInt8], _ read: ([UInt8]) throws -> Void
    ) {
        let problems = ReaderAttack(name, seed: seed, count: count, [whole]).run(
            expecting: { error in
                error is FileError || error is ConfigurationError || error is ModelFolderError
                    || error is StateMismatch || error is TrainingError || error is TokenizerError
                    || error is VideoGPTError
            }, read)
        #expect(problems.isEmpty, "\(problems.prefix(5))")
    }

    @Test func recipes() throws {
        let folder = TemporaryFolder()
        func check<R: Recipe>(_ recipe: R, seed: UInt64) throws {
            Self.attack(R.kind + " recipe.json", seed: seed, count: 300, try recipe.json()) {
                _ = folder.write($0, as: "recipe.json")
                _ = try R(run: folder.path)
            }
        }
        try check(SmallRecipes.tokenizer(steps: 7), seed: 31)
        try check(SmallRecipes.unet(steps: 7), seed: 32)
        try check(SmallRecipes.head(steps: 7), seed: 33)
        try check(PriorRecipe(data: SmallRecipes.data, preset: .tiny, steps: 7), seed: 34)
    }

    /// All files of a finished run, one broken at a time.
    @Test(arguments: ["unet", "tokenizer"]) func runs(kind: String) throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        if kind == "unet" {
            _ = try SmallRecipes.unet(steps: 2).train(silent(run))
        } else {
            _ = try SmallRecipes.tokenizer(steps: 2).train(silent(run))
        }
        for (index, name) in ["config.json", "model.safetensors"].enumerated() {
            let whole = folder.bytes(of: "run/" + name)
            Self.attack("\(kind) \(name)", seed: 41 + UInt64(index), count: 200, whole) {
                _ = folder.write($0, as: "run/" + name)
                _ = try OpenedModel(at: run)
            }
            _ = folder.write(whole, as: "run/" + name)
        }
        let checkpoint = folder.bytes(of: "run/checkpoints/last.safetensors")
        Self.attack("\(kind) checkpoint", seed: 43, count: 200, checkpoint) {
            _ = try OpenedModel(at: folder.write($0, as: "last.safetensors"))
        }
    }
}
