import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

/// The publication of a run: stored weights, their card, and what is refused.
@Suite struct PublicationTests {
    private let folder = TemporaryFolder()

    private func run(_ name: String = "run", steps: Int = 2) throws -> String {
        var options = silent(folder.path(name))
        options.command =
            "gestalt train unet --data \(folder.path)/clips --output=/somewhere/runs/\(name) --quiet"
        _ = try SmallRecipes.unet(steps: steps).train(options)
        return folder.path(name)
    }

    @Test("the card holds the trainings, without folders, and the scores of the stored weights")
    func card() throws {
        let target = folder.path("published")
        let publication = Publication(of: try run(), name: "set/unet", about: "masks of robots")
        let written = try publication.write(
            to: target, scoredOn: [SmallRecipes.data], .train)
        #expect(try ModelCard(folder: target) == written)
        #expect(written.name == "set/unet" && written.storage == .bfloat16)
        let training = try #require(written.trainings.first)
        #expect(training.kind == "unet" && training.steps == 2 && training.labels == 4)
        #expect(training.data == "synthetic:2" && written.trainings.count == 1)
        #expect(training.command == "gestalt train unet --data clips --output=run")
        let stored = try OpenedModel(at: target)
        let evaluation = try ModelEvaluation(of: stored)
        let scores = try evaluation.scores(on: evaluation.open(SmallRecipes.data, .train))
        let table = try #require(written.scores.first)
        #expect(table.split == "train" && table.basis == scores.basis)
        for metric in table.metrics {
            let exact = try #require(scores.metrics.first { $0.name == metric.name }?.value)
            #expect(abs(exact - metric.value) <= 0.5e-4 * 1.001, "\(metric.name)")
        }
        let readme = String(decoding: folder.bytes(of: "published/README.md"), as: UTF8.self)
        #expect(readme == written.markdown && readme.contains("Masks of robots"))
        #expect(!readme.contains(folder.path) && !readme.contains("/somewhere"))
    }

    @Test("matrices and kernels are rounded to bfloat16, vectors keep every bit")
    func storage() throws {
        let run = try run()
        let publication = Publication(of: run, name: "a", about: "masks")
        try publication.write(to: folder.path("small"), scoredOn: [])
        let (exact, small) = (
            try OpenedModel(at: run).model.state,
            try OpenedModel(at: folder.path("small")).model.state
        )
        for (a, b) in zip(exact, small) {
            let expected = a.value.rank < 2 ? a.value : a.value.cast(to: BFloat16.self).cast()
            #expect(b.value.scalars == expected.scalars, "\(a.path)")
        }
        let bytes = folder.bytes(of: "small/model.safetensors").count
        #expect(bytes < folder.bytes(of: "run/model.safetensors").count * 2 / 3)
    }

    @Test("a card lists each run that a student learns from, once")
    func sources() throws {
        let (first, second) = (try run("first"), try run("second"))
        var recipe = StudentRecipe(
            data: SmallRecipes.data, teachers: [first, second], labels: 4, steps: 2)
        (recipe.labeledBatch, recipe.optimization.batchSize) = (2, 4)
        (recipe.start, recipe.rounds) = (first, 2)
        #expect(recipe.sources == [first, second, first])
        _ = try recipe.train(silent(folder.path("student")))
        let trainings = try TrainingRecord.chain(of: folder.path("student"))
        #expect(trainings.map(\.kind) == ["unet", "unet", "student"])
        #expect(trainings.map(\.labels) == [4, 4, 4])
        #expect(trainings.map(\.steps) == [2, 2, 4], "steps of both rounds")
    }

    @Test("an interrupted publication leaves no model and can be repeated")
    func repetition() throws {
        struct Stopped: Error {}
        let publication = Publication(of: try run(), name: "a", about: "masks")
        let target = folder.path("published")
        #expect(throws: Stopped.self) {
            try publication.write(to: target, scoredOn: [SmallRecipes.data], .train) { _ in
                throw Stopped()
            }
        }
        #expect(!FileManager.default.fileExists(atPath: target))
        try FileManager.default.createDirectory(
            atPath: target, withIntermediateDirectories: true)
        let card = try publication.write(to: target, scoredOn: [SmallRecipes.data], .train)
        #expect(try ModelCard(folder: target) == card)
        #expect(!FileManager.default.fileExists(atPath: target + ".unfinished"))
    }

    @Test("the minutes of a resumed run are those of all its sessions")
    func minutes() throws {
        let run = try run()
        let lines = [1200.0, 2400, 600, 1200].enumerated().map {
            "{\"step\":\($0 + 1),\"kind\":\"train\",\"seconds\":\($1)}\n"
        }
        _ = folder.write(Array(lines.joined().utf8), as: "run/log.jsonl")
        #expect(try TrainingRecord(run: run).minutes == 60)
    }

    @Test("a run that is not finished is refused, and nothing is written")
    func unfinished() throws {
        let run = folder.path("run")
        var recipe = SmallRecipes.unet(steps: 40)
        recipe.optimization.evaluationInterval = 1000
        recipe.optimization.checkpointInterval = 1
        try interrupt(recipe, run)
        let error = #expect(throws: TrainingError.self) {
            try Publication(of: run, name: "a", about: "masks").write(
                to: folder.path("out"), scoredOn: [])
        }
        #expect(error.map { "\($0)" }?.contains("a finished run") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }
}
