import Foundation
import GestaltData
import GestaltMetrics
import GestaltRecipes
import GestaltStudy
import TestSupport
import Testing

/// Results of several folders that become those of one study.
@Suite struct KnownResultsTests {
    private let folder = TemporaryFolder()

    private func options(_ known: String..., notices: Notices = Notices()) throws -> StudyOptions {
        var options = TinyStudy.options(notice: notices.add)
        options.known = try known.map {
            try KnownResults(reading: folder.path($0 + "/results.json"))
        }
        return options
    }

    private func run(
        _ study: Study, _ name: String, _ options: StudyOptions = TinyStudy.options()
    ) throws -> StudyResults {
        try StudyRun(study, folder: folder.path(name), options: options).run()
    }

    @Test func runsThatAreKnownAreNotMadeAgain() throws {
        let first = try run(TinyStudy.study(labels: ["4": [1]]), "first")
        var study = TinyStudy.study(labels: ["4": 2])
        study.title = "Another title"
        study.rows[1].name = "renamed"
        let notices = Notices()
        let options = try options("first", notices: notices)
        // The model, and the new seed of three rows; the mean mask has no seeds.
        let plan = try StudyRun(study, folder: folder.path("second"), options: options).plan()
        #expect(plan.parts.map(\.runs) == [1, 2, 2, 2, 1])
        #expect(plan.parts.map(\.done) == [0, 1, 1, 1, 1] && plan.runsLeft == 4)

        let results = try run(study, "second", options)
        #expect(notices.all.contains { $0.contains("4 of the study's 7 runs are known") })
        #expect(notices.all.filter { $0.hasPrefix("run ") }.count == 4, "\(notices.all)")
        #expect(TinyStudy.weights(folder.path("second")).count == 4)
        #expect(results.title == "Another title" && results.settings.seeds == [0, 1])
        #expect(results.runs.count == 7 && results.runs.allSatisfy { $0.state == .done })
        for known in first.runs {
            let same = try #require(results.runs.first { $0.hash == known.hash })
            #expect(same.row == (known.row == "dense" ? "renamed" : known.row))
            #expect(same.scores == known.scores && same.stages == known.stages)
        }
        let comparison = try ReportComparison(
            results.reports(of: "renamed", labels: 4, on: .validation),
            against: results.reports(of: "unet", labels: 4, on: .validation))
        #expect(comparison.method.runs.count == 2 && comparison.difference != nil)

        // The folder keeps what it was told.
        #expect(try StudyResults(folder: folder.path("second")) == results)
        #expect(try StudyPlan(folder: folder.path("second")).runsLeft == 0)
    }

    @Test func modelsThatOnlyKnownRunsStartFromAreNotTrained() throws {
        let first = try run(TinyStudy.study(), "first")
        let again = try run(TinyStudy.study(), "again", options("first"))
        #expect(TinyStudy.weights(folder.path("again")).isEmpty)
        #expect(again.models == first.models && again.runs == first.runs)
        // Results of results are as good.
        let third = try run(TinyStudy.study(), "third", options("again"))
        #expect(third.runs == first.runs)
    }

    @Test func aKnownRunThatOthersStartFromIsTrainedAndNotScored() throws {
        let first = try run(TinyStudy.unets(), "first")
        var study = TinyStudy.study()
        study.rows = study.rows.filter { $0.name.hasPrefix("unet") }
        study.models = [:]
        let results = try run(study, "second", options("first"))
        #expect(results.runs.map(\.state) == [.done, .done])
        #expect(results.runs[0] == first.runs[0])
        #expect(results.runs[1].stages.map(\.name) == ["unet", "unet-student"])
        #expect(TinyStudy.weights(folder.path("second")).count == 2)
        let scores = try FileManager.default.contentsOfDirectory(
            atPath: folder.path("second/scores"))
        #expect(scores.count == 1)
    }

    @Test func resultsOfOtherClipsOrFramesAreRefused() throws {
        let results = try run(TinyStudy.unets(), "first")
        func refusal(
            _ change: (inout Study, inout StudyResults) -> Void
        ) throws -> String? {
            var (study, results) = (TinyStudy.unets(seeds: 2), results)
            change(&study, &results)
            var options = TinyStudy.options()
            options.known = [KnownResults(results, named: "other/results.json")]
            let run = StudyRun(study, folder: folder.path("second"), options: options)
            do {
                #expect(try run.plan().runsLeft == 1)
                return nil
            } catch let error as StudyError { return error.description }
        }
        #expect(try refusal { _, _ in } == nil)
        let clips = try refusal { study, _ in study.data = "synthetic:3" }
        #expect(
            clips?.hasPrefix("other/results.json: expected results on the clips of train") == true)
        let frames = try refusal { study, _ in study.every = 10 }
        #expect(frames?.hasSuffix("N = 10, found 15") == true, "\(frames ?? "")")
        let scored = try refusal { _, results in
            let place = results.data.splits.firstIndex { $0.split == .validation }
            results.data.splits[place ?? 0].fingerprint = "f"
        }
        #expect(scored?.contains("clips of val") == true && scored?.hasSuffix("found f") == true)
        let status = #expect(throws: StudyError.self) {
            var other = results
            other.settings.every = 1
            _ = try StudyResults(
                folder: folder.path("first"), known: [KnownResults(other, named: "other")])
        }
        #expect(status?.description.hasPrefix("other: ") == true)
    }

    @Test func runsThatLackScoresAreMade() throws {
        _ = try run(TinyStudy.unets(), "first")
        var study = TinyStudy.unets()
        study.test = true
        let plan = try StudyRun(
            study, folder: folder.path("second"), options: options("first")
        ).plan()
        #expect(plan.runsLeft == 1)
    }
}
