import Foundation
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import Synchronization
import TestSupport
import Testing

/// Several rounds of a student in one run.
@Suite struct StudentRoundTests {
    /// Four steps a round. Class 1 never reaches its threshold: a run says so before each round and
    /// after every two steps of it.
    private static func recipe(_ teacher: String, rounds: Int) -> StudentRecipe {
        var recipe = StudentRecipeTests.recipe(teacher, steps: 4)
        recipe.rounds = rounds
        recipe.propagation = .none
        recipe.threshold = ConfidenceThresholds(0, classes: [1: 1])
        recipe.floor = 0.5
        recipe.optimization.evaluationInterval = 2
        recipe.optimization.checkpointInterval = 100
        return recipe
    }

    @Test func roundsAreAChainOfRuns() throws {
        let folder = TemporaryFolder()
        let teacher = try StudentRecipeTests.teacher(folder)
        let run = folder.path("run")
        let both = try Self.recipe(teacher, rounds: 2).train(silent(run))
        let first = try Self.recipe(teacher, rounds: 1).train(silent(folder.path("first")))
        let second = try Self.recipe(folder.path("first"), rounds: 1).train(silent())
        #expect(both.model.state.map(\.value) == second.model.state.map(\.value))
        #expect(both.model.state.map(\.value) != first.model.state.map(\.value))
        #expect(both.evaluation == second.evaluation)
        let stored = try OpenedModel(at: run)
        #expect(stored.model.state.map(\.value) == second.model.state.map(\.value))
        #expect(stored.remark == nil)
        let earlier = try OpenedModel(at: run + "/rounds/1").model
        #expect(earlier.state.map(\.value) == first.model.state.map(\.value))
        for log in ["/log.jsonl", "/rounds/1/log.jsonl"] {
            let text = try String(contentsOfFile: run + log, encoding: .utf8)
            #expect(text.contains("\"used_class_1\":0") && text.contains("\"agreement\":"))
        }
        let inMemory = try Self.recipe(teacher, rounds: 2).train(silent())
        #expect(inMemory.model.state.map(\.value) == second.model.state.map(\.value))
    }

    /// Where a run stops: when it says these words.
    @Test(arguments: [
        "round 1: no pseudo-label", "round 1 of 3, steps 1 to 2", "round 2: no pseudo-label",
        "round 2 of 3, steps 1 to 2", "round 3: no pseudo-label", "round 3 of 3, steps 1 to 2",
    ])
    func aRunResumesToTheBitsFromAnyRound(words: String) throws {
        let folder = TemporaryFolder()
        let teacher = try StudentRecipeTests.teacher(folder)
        let recipe = Self.recipe(teacher, rounds: 3)
        let (run, stop) = (folder.path("run"), Interruption())
        var options = silent(run, stop)
        options.notice = { if $0.contains(words) { stop.request() } }
        #expect(throws: TrainingError.self) { try recipe.train(options) }
        let round = try #require(words.split(separator: " ").dropFirst().first).prefix(1)
        let opened = try OpenedModel(at: run)
        let remark = try #require(opened.remark)
        #expect(remark.contains(round == "3" ? "step" : "in round \(round) of 3"), "\(remark)")
        let resumed = try StudentRecipe.resume(run, silent())
        let whole = try recipe.train(silent(folder.path("whole")))
        #expect(resumed.model.state.map(\.value) == whole.model.state.map(\.value))
        #expect(resumed.evaluation == whole.evaluation)
        for file in ["/rounds/1", "/rounds/2", ""].map({ $0 + "/checkpoints/last.safetensors" }) {
            let (a, b) = (folder.path("whole") + file, run + file)
            #expect(FileManager.default.contentsEqual(atPath: a, andPath: b), "\(file)")
        }
    }

    @Test func aRunOfRoundsIsNotExtendedOrOverwritten() throws {
        let folder = TemporaryFolder()
        let teacher = try StudentRecipeTests.teacher(folder)
        let recipe = Self.recipe(teacher, rounds: 2)
        let (run, stop) = (folder.path("run"), Interruption())
        var options = silent(run, stop)
        options.notice = { if $0.contains("round 1 of 2") { stop.request() } }
        #expect(throws: TrainingError.self) { try recipe.train(options) }
        #expect(throws: TrainingError.runExists(path: run)) { try recipe.train(silent(run)) }
        var longer = silent()
        longer.changes.steps = 6
        let error = #expect(throws: ConfigurationError.self) {
            try StudentRecipe.resume(run, longer)
        }
        #expect(error?.key == "optimization.steps")
        longer.changes.steps = 4
        #expect(throws: Never.self) { try StudentRecipe.resume(run, longer) }
    }
}
