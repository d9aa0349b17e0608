import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltStudy
import TestSupport
import Testing

@Suite struct StudyRunTests {
    @Test func aStudyMakesItsRunsOnceAndScoresThem() throws {
        let folder = TemporaryFolder()
        var options = TinyStudy.options()
        options.command = "gestalt study run tiny.json --output study"
        let run = StudyRun(TinyStudy.study(), folder: folder.path, options: options)
        let results = try run.run()
        #expect(results.runs.map(\.row) == ["unet", "dense", "unet-student", "mean"])
        #expect(results.runs.allSatisfy { $0.state == .done && $0.scores.count == 1 })
        #expect(results.runs.map(\.labels) == [4, 4, 4, nil])
        #expect(results.models.map(\.state) == [.done])
        let student = try #require(results.runs.first { $0.row == "unet-student" })
        #expect(student.stages.map(\.name) == ["unet", "unet-student"])
        #expect(student.steps == 4 && student.minutes > 0)
        #expect(student.scores(on: .validation)?.masks?.imageCount == 4)
        #expect((student.parameters ?? 0) > 0 && (student.millisecondsPerFrame ?? 0) > 0)
        let row = results.rows[2]
        #expect(row.source == "rgb" && row.head == "unet" && row.usesUnlabeledFrames)
        #expect(row.command == "gestalt study run tiny.json --output study --row unet-student")
        #expect(results.rows.map(\.usesLabels) == [true, true, true, false])
        #expect(results.rows.map(\.initialization) == [.random, .pretrained, .random, .none])
        #expect(results.rows.map(\.training) == [.fromScratch, .fineTuned, .fromScratch, .none])
        let none = RecipeOutline.Pretraining.none
        #expect(results.rows.map(\.pretraining) == [none, .stillPictures, none, none])
        #expect(results.rows.map(\.isStudent) == [false, false, true, false])
        #expect(results.rows[1].trainedParts == ["trunk"])
        #expect(try StudyResults(reading: folder.path("results.json")) == results)

        let weights = TinyStudy.weights(folder.path)
        let notices = Notices()
        let again = StudyRun(
            TinyStudy.study(), folder: folder.path, options: TinyStudy.options(notice: notices.add))
        #expect(try again.run().runs == results.runs)
        #expect(notices.all.isEmpty, "\(notices.all)")
        #expect(TinyStudy.weights(folder.path) == weights && weights.count == 4)
        // A model that is done needs its checkpoints no longer.
        let checkpoints = folder.path("runs/\(student.hash.prefix(16))/checkpoints")
        #expect(!FileManager.default.fileExists(atPath: checkpoints))
    }

    @Test func aStudyThatStopsResumesToTheSameBits() throws {
        let folder = TemporaryFolder()
        let study = TinyStudy.unets(steps: 12, seeds: 2)
        let whole = folder.path("whole")
        let results = try StudyRun(study, folder: whole, options: TinyStudy.options()).run()
        let stopped = folder.path("stopped")
        let interruption = Interruption()
        let watcher = Thread {
            // Stops in the midst of a training, whenever that is.
            while !TinyStudy.hasCheckpoint(stopped) { usleep(500) }
            interruption.request()
        }
        watcher.start()
        #expect(throws: Interrupted.self) {
            try StudyRun(study, folder: stopped, options: TinyStudy.options(interruption)).run()
        }
        #expect(TinyStudy.weights(stopped).count < 2)
        let partial = try StudyResults(folder: stopped)
        #expect(partial.runs.contains { $0.state == .missing })
        let resumed = try StudyRun(study, folder: stopped, options: TinyStudy.options()).run()
        #expect(TinyStudy.weights(stopped) == TinyStudy.weights(whole))
        #expect(
            resumed.runs.map { $0.scores(on: .validation)?.masks }
                == results.runs.map { $0.scores(on: .validation)?.masks })
    }

    @Test func aRunThatFailsLeavesTheOthers() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.study()
        study.rows[0].train?.settings["optimization.learningRate"] = 1e30
        study.rows[0].train?.settings["optimization.steps"] = 8
        study.rows[0].train?.settings["optimization.schedule"] = "constant"
        let results = try StudyRun(
            study, folder: folder.path, options: TinyStudy.options()
        ).run()
        #expect(results.runs.map(\.state) == [.failed, .done, .missing, .done])
        #expect(results.failures.first?.error?.contains("not finite") == true)
        #expect(results.runs[2].error?.contains("unet") == true)
        // It is made again only where that is asked for.
        let notices = Notices()
        var options = TinyStudy.options(notice: notices.add)
        _ = try StudyRun(study, folder: folder.path, options: options).run()
        #expect(notices.all.isEmpty)
        options.retries = true
        let retried = try StudyRun(study, folder: folder.path, options: options).run()
        #expect(retried.runs.map(\.state) == [.failed, .done, .missing, .done])
        #expect(notices.all.contains { $0.contains("failed") })
    }

    /// The rows that start from a model which cannot be scored are made all the same.
    @Test func aModelThatCannotBeScoredIsTrained() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.study()
        let pretraining = try #require(study.models["video"]?.train)
        study.models = [:]
        study.rows = [
            Study.Row("video", .control, pretraining),
            Study.Row(
                "dense", .encoder, Study.Training("head", ["encoder": "dense", "model": "@video"])),
        ]
        let notices = Notices()
        var options = TinyStudy.options(notice: notices.add)
        func run() throws -> StudyResults {
            try StudyRun(study, folder: folder.path, options: options).run()
        }
        let results = try run()
        #expect(results.runs.map(\.state) == [.failed, .done])
        #expect(results.runs[0].error?.hasPrefix("not scored: val: ") == true)
        #expect(notices.all.filter { $0.contains("could not be scored") }.count == 1)
        let plan = try StudyPlan(folder: folder.path)
        #expect(plan.parts.map(\.failed) == [1, 0] && plan.runsLeft == 0)
        let weights = TinyStudy.weights(folder.path)
        _ = try run()
        #expect(notices.all.filter { $0.contains("could not be scored") }.count == 1)
        options.retries = true
        _ = try run()
        #expect(notices.all.filter { $0.contains("could not be scored") }.count == 2)
        #expect(TinyStudy.weights(folder.path) == weights && weights.count == 2)
    }

    @Test func severalProcessesShareAFolder() async throws {
        let folder = TemporaryFolder()
        let study = TinyStudy.unets(seeds: 3)
        let notices = Notices()
        let path = folder.path
        let all = try await withThrowingTaskGroup(of: StudyResults.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try StudyRun(
                        study, folder: path, options: TinyStudy.options(notice: notices.add)
                    ).run()
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all.allSatisfy { $0.runs.allSatisfy { $0.state == .done } })
        #expect(notices.all.filter { $0.hasPrefix("run ") }.count == 3, "\(notices.all)")
    }

    @Test func aRunThatKeepsCrashingIsTakenForFailed() throws {
        let folder = TemporaryFolder()
        let study = TinyStudy.unets()
        let first = try StudyRun(study, folder: folder.path, options: TinyStudy.options()).run()
        let record = folder.path("runs/\(first.runs[0].hash.prefix(16))")
        /// Leaves the record as a process that dies: of its claim only the file stays.
        func crash(after crashes: Int, steps: Int? = nil) throws {
            let bytes = try #require(FileManager.default.contents(atPath: record + ".json"))
            var values = try #require(
                try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
            (values["state"], values["crashes"]) = ("running", crashes)
            if let steps { values["steps"] = steps }
            try JSONSerialization.data(withJSONObject: values)
                .write(to: URL(filePath: record + ".json"))
            try Data("99999999\n".utf8).write(to: URL(filePath: record + ".claim"))
        }
        func state() throws -> StudyResults.Run {
            try StudyRun(study, folder: folder.path, options: TinyStudy.options()).run().runs[0]
        }
        try crash(after: 0)
        #expect(try state().state == .done)
        try crash(after: 2, steps: 0)
        #expect(try state().state == .failed)
        #expect(try state().error?.hasPrefix("ended 3 times") == true)
        // A crash while scores are computed leaves the training as it is.
        try crash(after: 2, steps: 2)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("scores")) {
            try FileManager.default.removeItem(atPath: folder.path("scores/" + name))
        }
        #expect(try state().error?.hasPrefix("not scored: ended 3 times") == true)
    }

    @Test func aChangedStudyKeepsWhatFitsAndNamesTheRest() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.unets(seeds: 2)
        let before = try StudyRun(study, folder: folder.path, options: TinyStudy.options()).run()
        study.title = "Another title"
        study.rows[0].name = "renamed"
        study.labels = ["4": 1, "6": 1]
        let notices = Notices()
        let after = try StudyRun(
            study, folder: folder.path, options: TinyStudy.options(notice: notices.add)
        ).run()
        #expect(after.runs[0].hash == before.runs[0].hash)
        #expect(after.runs.map(\.state) == [.done, .done])
        #expect(notices.all.filter { $0.hasPrefix("run ") }.count == 1)
        let strays = notices.all.first { $0.contains("1 runs of other studies") }
        #expect(strays?.contains("unet, 4 labels, seed 1") == true, "\(notices.all)")
    }

    @Test func aDryRunStatesRunsAndTimesAndWritesNothing() throws {
        let folder = TemporaryFolder()
        var options = TinyStudy.options()
        options.rehearses = true
        let plan = try StudyRun(
            TinyStudy.study(labels: ["4": 2]), folder: folder.path("study"), options: options
        ).plan()
        #expect(plan.parts.map(\.name) == ["video", "unet", "dense", "unet-student", "mean"])
        #expect(plan.parts.map(\.runs) == [1, 2, 2, 2, 1])
        #expect(plan.runsLeft == 8 && plan.secondsLeft > 0)
        #expect(plan.parts.map { $0.secondsLeft == nil } == [false, false, false, false, true])
        #expect(folder.names.isEmpty)
    }

    @Test func aTrialNeedsFewerLabelsThanTheStudy() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.study(labels: ["100": 1])
        study.data = "synthetic:4"
        study.rows = study.rows.filter { $0.name.hasPrefix("unet") }
        study.models = [:]
        var options = TinyStudy.options()
        options.rehearses = true
        let plan = try StudyRun(study, folder: folder.path("study"), options: options).plan()
        #expect(plan.parts.allSatisfy { $0.secondsLeft != nil }, "\(plan)")
    }

    @Test func aTrialFindsWhatAModelCannotGiveBeforeAnyRun() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.study()
        study.rows[1].train?.settings["encoder"] = "prior:hidden:1"
        var options = TinyStudy.options()
        options.rehearses = true
        let error = #expect(throws: StudyError.self) {
            try StudyRun(study, folder: folder.path, options: options).run()
        }
        #expect(error?.description.contains("dense cannot be trained") == true)
        #expect(TinyStudy.weights(folder.path).isEmpty)
    }

    @Test func aSingleRowIsMadeWithWhatItStartsFrom() throws {
        let folder = TemporaryFolder()
        var options = TinyStudy.options()
        options.rows = ["unet-student"]
        let results = try StudyRun(
            TinyStudy.study(), folder: folder.path, options: options
        ).run()
        #expect(results.runs.map(\.state) == [.done, .missing, .done, .missing])
        options.rows = ["nothing"]
        #expect(throws: StudyError.self) {
            try StudyRun(TinyStudy.study(), folder: folder.path, options: options).run()
        }
    }

    @Test func testIsReadOnlyWhereTheStudyAsksForIt() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.unets()
        let first = try StudyRun(study, folder: folder.path, options: TinyStudy.options()).run()
        #expect(first.runs[0].scores.map(\.split) == [.validation])
        let weights = TinyStudy.weights(folder.path)
        study.test = true
        let plan = try StudyRun(study, folder: folder.path, options: TinyStudy.options()).plan()
        #expect(plan.runsLeft == 1 && plan.parts.map(\.done) == [0])
        let second = try StudyRun(study, folder: folder.path, options: TinyStudy.options()).run()
        #expect(second.runs[0].scores.map(\.split) == [.validation, .test])
        #expect(second.runs[0].hash == first.runs[0].hash)
        #expect(TinyStudy.weights(folder.path) == weights)
    }
}

extension TinyStudy {
    /// Whether a run in a folder has written a checkpoint.
    static func hasCheckpoint(_ folder: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/runs")) ?? []
        return names.contains {
            FileManager.default.fileExists(
                atPath: "\(folder)/runs/\($0)/checkpoints/last.safetensors")
        }
    }
}
