import GestaltChecks
import GestaltData
import GestaltNN
import GestaltRecipes
import GestaltTensor
import TestSupport
import Testing

/// Training on clips that are read when they are needed.
@Suite struct LazyDataTests {
    /// The limit is of the whole process, so each has one of its own.
    @Test("weights and scores are those of training in memory")
    func training() async {
        await #expect(processExitsWith: .success) {
            try compare { try SmallRecipes.unet(steps: 3).train(silent()).model.state }
        }
        await #expect(processExitsWith: .success) {
            try compare { try SmallRecipes.tokenizer(steps: 3).train(silent()).model.state }
        }
    }

    @Test("encoders, too, whose targets are later frames")
    func encoders() async {
        await #expect(processExitsWith: .success) {
            try compare { try EncoderRecipeTests.recipe(steps: 3).train(silent()).model.state }
        }
    }

    @Test("students, too")
    func students() async {
        await #expect(processExitsWith: .success) {
            let folder = TemporaryFolder()
            let teacher = try StudentRecipeTests.teacher(folder)
            try compare {
                try StudentRecipeTests.recipe(teacher, steps: 3).train(silent()).model.state
            }
        }
    }

    @Test("heads, too, with latents of frames and of clips")
    func onTokenizers() async {
        await #expect(processExitsWith: .success) {
            let tokenizer = try SmallRecipes.tokenizer(steps: 1).train(silent()).model
            try compare {
                try SmallRecipes.head(steps: 2).train(on: tokenizer, silent()).model.state
            }
        }
    }
}

/// Runs `training` with clips in memory and with a cache of one clip.
private func compare(
    _ training: () throws -> [(path: String, value: Tensor<Float>, isParameter: Bool)]
) throws {
    let one = try training()
    require(ClipCache.shared.report.misses == 0, "clips were to be in memory")
    ClipCache.shared.limit = 600_000
    let other = try training()
    let report = ClipCache.shared.report
    require(report.misses > 2 && report.peakBytes <= 600_000, "\(report)")
    require(one.count == other.count, "\(one.count) and \(other.count) entries")
    for (a, b) in zip(one, other) {
        require(a.path == b.path && a.value == b.value, "\(a.path) differs")
    }
}
