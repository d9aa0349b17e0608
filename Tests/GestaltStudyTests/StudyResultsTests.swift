import Foundation
import GestaltData
import GestaltMedia
import GestaltRecipes
import GestaltStudy
import TestSupport
import Testing

@Suite struct StudyResultsTests {
    private func results() throws -> StudyResults {
        let data = try DataChoice("synthetic:2").open(.validation, masks: .required)
        let report = try MeanMask(of: data).report(on: data)
        let scores = StudyResults.Scores(
            split: .validation, masks: report, measures: ["ap50": 0.5])
        return StudyResults(
            title: "A study",
            data: StudyResults.DataSummary(
                location: "synthetic:2", fingerprint: "0",
                splits: [
                    StudyResults.SplitSummary(
                        split: .validation, clips: 2, frames: 60, labeledFrames: 60,
                        frameSize: FrameSize(height: 64, width: 64))
                ]),
            settings: StudyResults.Settings(
                splits: [.validation], every: 5, labels: [10, nil], seeds: [0]),
            rows: [
                StudyResults.Row(
                    name: "mean", group: .control, source: "none", head: nil, regime: "none",
                    seesFuture: false, usesUnlabeledFrames: false, command: "gestalt study run")
            ],
            runs: [10, nil].map { labels in
                StudyResults.Run(
                    row: "mean", labels: labels, seed: 0, hash: "ab",
                    state: labels == nil ? .failed : .done, error: labels == nil ? "why" : nil,
                    scores: labels == nil ? [] : [scores])
            })
    }

    @Test func resultsSurviveTheirFile() throws {
        let folder = TemporaryFolder()
        let results = try results()
        try results.write(to: folder.path("results.json"))
        let read = try StudyResults(reading: folder.path("results.json"))
        #expect(read == results)
        #expect(read.reports(of: "mean", labels: 10, on: .validation).count == 1)
        #expect(read.reports(of: "mean", labels: nil, on: .validation).isEmpty)
        #expect(read.failures.map(\.error) == ["why"])
    }

    @Test func resultsMayBeCompressed() throws {
        let folder = TemporaryFolder()
        let results = try results()
        try results.write(to: folder.path("results.json"))
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: folder.path("results.json"))))
        let (path, compressed) = (folder.path("results.json.gz"), Gzip.compress(bytes))
        try Data(compressed).write(to: URL(filePath: path))
        #expect(try StudyResults(reading: path) == results)
        try Data(compressed.dropLast(40)).write(to: URL(filePath: path))
        #expect(throws: MediaError.self) { try StudyResults(reading: path) }
    }

    @Test(arguments: ["{}", "[1", "{\"format\": 7}", "{\"format\": 1}"])
    func otherFilesAreNoResults(text: String) throws {
        let folder = TemporaryFolder()
        try Data(text.utf8).write(to: URL(filePath: folder.path("other.json")))
        #expect(throws: StudyError.self) { try StudyResults(reading: folder.path("other.json")) }
    }
}
