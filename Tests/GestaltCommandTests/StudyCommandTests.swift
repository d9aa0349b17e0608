import Foundation
import TestSupport
import Testing

/// A study from its file to its results, as a user types it.
@Suite struct StudyCommandTests {
    private let folder = TemporaryFolder()
    private static let study = """
        {
          "title": "Tiny", "data": "synthetic:2", "labels": {"4": 2}, "every": 15,
          "common": {"optimization.steps": 2, "optimization.batchSize": 2},
          "rows": [
            {"name": "unet", "group": "baseline",
             "train": {"kind": "unet", "network.widths": [4, 8], "augmentation": "flip"}},
            {"name": "mean mask", "group": "control", "method": {"kind": "mean-mask"}}
          ]
        }
        """

    private func run(_ arguments: String...) throws -> Program.Result {
        try Program.run(list: arguments.map { $0.replacing("@", with: folder.path + "/") })
    }

    private func write(_ text: String) {
        _ = folder.write(Array(text.utf8), as: "tiny.json")
    }

    @Test(.tags(.slow)) func fromTheFileToTheResults() throws {
        write(Self.study)
        let plan = try run("study", "run", "@tiny.json", "--output", "@out", "--dry-run")
        #expect(plan.code == 0 && plan.output.contains("3 runs, 3 of them left"), "\(plan)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
        let first = try run("study", "run", "@tiny.json", "--output", "@out", "--row", "unet")
        #expect(first.code == 0 && first.output.contains("3 runs, 1 of them left"), "\(first)")
        let all = try run("study", "run", "@tiny.json", "--output", "@out", "--no-trial", "--json")
        #expect(all.code == 0, "\(all)")
        #expect(all.error.contains("run 3 of 3: mean mask"), "\(all.error)")
        #expect(all.output.contains("--row \\\"mean mask\\\""), "\(all.output)")
        let status = try run("study", "status", "@out")
        #expect(status.code == 0 && status.output.contains("3 runs, 0 of them left"), "\(status)")
        let report = try run("study", "report", "@out", "--output", "@report")
        #expect(report.code == 0 && report.output.contains("report.html: 2 rows"), "\(report)")
        #expect(FileManager.default.fileExists(atPath: folder.path("report/report.md")))
    }

    @Test(.tags(.slow)) func resultsOfAnotherFolderAreNotMadeAgain() throws {
        write(Self.study)
        let first = try run("study", "run", "@tiny.json", "--output", "@a", "--no-trial")
        #expect(first.code == 0, "\(first)")
        write(Self.study.replacing("{\"4\": 2}", with: "{\"4\": 3}"))
        let second = try run(
            "study", "run", "@tiny.json", "--output", "@b", "--no-trial", "--results",
            "@a/results.json")
        #expect(second.code == 0 && second.error.contains("3 of the study's 4 runs are known"))
        #expect(second.error.contains("run 4 of 4: unet, 4 labels, seed 2"), "\(second)")
        let status = try run("study", "status", "@b", "--results", "@a/results.json")
        #expect(status.code == 0 && status.output.contains("4 runs, 0 of them left"), "\(status)")
        let report = try run("study", "report", "@b", "--results", "@a/results.json")
        #expect(report.code == 0 && report.output.contains("2 rows"), "\(report)")
        write(Self.study.replacing("\"every\": 15", with: "\"every\": 10"))
        let other = try run(
            "study", "run", "@tiny.json", "--output", "@c", "--results", "@a/results.json")
        #expect(other.code == 1 && other.error.contains("N = 10, found 15"), "\(other)")
        let missing = try run("study", "report", "@b", "--results", "@none.json")
        #expect(missing.code == 1 && missing.error.contains("none.json"), "\(missing)")
    }

    @Test func mistakesAreNamedBeforeAnyWork() throws {
        write(Self.study.replacing("\"network.widths\"", with: "\"network.width\""))
        let key = try run("study", "run", "@tiny.json", "--output", "@out")
        #expect(key.code == 1 && key.error.contains("rows.unet.train.network.width"), "\(key)")
        write(Self.study)
        let row = try run("study", "run", "@tiny.json", "--output", "@out", "--row", "u-net")
        #expect(row.code == 1 && row.error.contains("unet, mean mask"), "\(row)")
        let missing = try run("study", "status", "@out")
        #expect(missing.code == 1 && missing.error.contains("study.json"), "\(missing)")
        let unreported = try run("study", "report", "@out")
        #expect(unreported.code == 1 && unreported.error.contains("study.json"), "\(unreported)")
        let margin = try run("study", "report", "@out", "--margin", "0")
        #expect(margin.code == 2 && margin.error.contains("--margin"), "\(margin)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }
}
