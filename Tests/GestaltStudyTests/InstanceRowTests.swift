import GestaltData
import GestaltMetrics
import GestaltModels
import GestaltRecipes
import GestaltStudy
import TestSupport
import Testing

/// Models that tell instances apart as rows of a study.
@Suite struct InstanceRowTests {
    @Test(.tags(.slow)) func instancesAreTrainedScoredAndReported() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.unets()
        study.rows.append(
            Study.Row(
                "instances", .encoder,
                Study.Training(
                    "instances", ["encoder": "dense:4", "head": "query:8:1", "classes": 3])))
        var options = TinyStudy.options()
        options.rehearses = true
        let results = try StudyRun(study, folder: folder.path, options: options).run()
        #expect(results.runs.map(\.state) == [.done, .done], "\(results.failures)")
        let scores = try #require(results.runs[1].scores(on: .validation))
        // SQ is undefined where no instance is matched.
        #expect(Set(["ap", "ap50", "ap75", "pq", "rq"]).isSubset(of: scores.measures.keys))
        #expect(scores.measures.keys.allSatisfy { !$0.hasPrefix("iou") })
        #expect(scores.measures.values.allSatisfy { (0...1).contains($0) })
        #expect(scores.masks?.imageCount == 4)
        #expect((results.runs[1].millisecondsPerFrame ?? 0) > 0)
        let row = results.rows[1]
        #expect(row.source == "dense:4" && row.head == "query:8:1")
        #expect(row.initialization == .random && row.training == .fromScratch)
        // Their pixels are compared with those of other rows, image by image.
        let comparison = try ReportComparison(
            results.reports(of: "instances", labels: 4, on: .validation),
            against: results.reports(of: "unet", labels: 4, on: .validation))
        #expect(comparison.difference != nil)

        let report = try StudyReport(
            of: results, options: StudyReport.Options(bootstrap: Bootstrap(resamples: 50)))
        let pictures = try report.framePictures(folder: folder.path)
        #expect(pictures.first?.title == "Best, median and worst frames")
        #expect(pictures.first?.items.isEmpty == false)
    }

    @Test func theirMeasuresHaveATableForEachNumberOfLabels() throws {
        var study = MadeUpStudy()
        let measures = ["ap": 0.25, "ap50": 0.5, "pq": 0.125, "pq_class_1": 0.75]
        for (name, labels) in [("a", [10, nil]), ("b", [10])] as [(String, [Int?])] {
            try study.add(
                name, .encoder, source: "dense", head: "query", training: .frozen,
                labels.map { ($0, [0.5, 0.7]) }, measures: measures)
        }
        try study.add("unet", .baseline, [(10, [0.8])])
        let report = try StudyReport(
            of: study.results, options: StudyReport.Options(bootstrap: Bootstrap(resamples: 50)))
        let tables = report.document.allBlocks.compactMap { block -> Table? in
            guard case .table(let table) = block, table.columns.count > 1 else { return nil }
            return table.columns[1].title == "AP" || table.columns[1].title == "pq_class_1"
                ? table : nil
        }
        #expect(
            tables.map { $0.columns.map(\.title) } == [
                ["row", "AP", "AP50", "AP75", "PQ", "SQ", "RQ"],
                ["row", "AP", "AP50", "AP75", "PQ", "SQ", "RQ"], ["row", "pq_class_1"],
                ["row", "pq_class_1"],
            ])
        #expect(
            tables.map { $0.rows.map { $0[0] } }.prefix(2) == [
                [[.code("a")], [.code("b")]], [[.code("a")]],
            ])
        #expect(tables.first?.rows.first?[1] == [.text("0.250 ± 0.000")])
        #expect(tables.first?.rows.first?[3] == [.text("–")])
    }
}
