import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltStudy
import TestSupport
import Testing

/// Rows that train nothing.
@Suite struct StudyMethodTests {
    @Test(.tags(.slow)) func forecastMotionAndPropagationAreRows() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.study(labels: ["4": 2])
        study.models["predictor"] = Study.Model(path: "robot-push-small/predictor")
        study.rows = [
            Study.Row(
                "change", .labelFree,
                method: Study.Training("common-fate", ["model": "@predictor", "samples": 1])),
            Study.Row(
                "dense", .labelFree,
                method: Study.Training(
                    "propagation",
                    ["model": "@video", "encoder": "dense", "propagation.radius": 2])),
            Study.Row(
                "rgb", .control,
                method: Study.Training("propagation", ["propagation.radius": 2])),
        ]
        study.common = [:]
        let results = try StudyRun(
            study, folder: folder.path, options: TinyStudy.options()
        ).run()
        // Futures are drawn anew with each seed; the others are the same for all.
        #expect(results.runs.map(\.row) == ["change", "dense", "rgb", "change"])
        #expect(results.runs.allSatisfy { $0.state == .done && $0.labels == nil }, "\(results)")
        #expect(results.rows.map(\.source) == ["common-fate:change", "dense", "rgb"])
        #expect(
            results.rows.map(\.pretraining) == [
                .video, .stillPictures, RecipeOutline.Pretraining.none,
            ])
        let scores = results.runs.compactMap { $0.scores(on: .validation) }
        #expect(scores[0].masks?.imageCount == 4 && scores[0].measures["fg_ari"] != nil)
        #expect(results.rows.allSatisfy { !$0.seesFuture })
        // The figure of `gestalt evaluate --common-fate`, which compares segments with objects.
        let fate = try CommonFate(
            "change", on: OpenedModel(at: "robot-push-small/predictor").clipPredictor(), samples: 1)
        let set = try DataSet.open("synthetic:2", split: .validation)
        let report = try fate.report(
            on: set, threshold: fate.threshold(fittedTo: set, every: 15), every: 15)
        #expect(scores[0].measures["fg_ari"] == report.foregroundARI)
        #expect(scores[0].masks?.perImage == report.segmentation.perImage)
        #expect(scores[0].masks != scores[3].masks, "another seed, other futures")
        for score in scores[1...2] {
            #expect(score.masks == nil)
            let value = try #require(score.measures["j_and_f"])
            #expect((0...1).contains(value), "\(score.measures)")
        }
        try StudyReport(of: results).write(to: folder.path("report"))
    }
}
