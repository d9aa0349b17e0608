import Foundation
import GestaltData
import GestaltFilm
import GestaltIO
import GestaltImport
import GestaltTensor
import TestSupport
import Testing

private let hasPrograms = (try? FilmPrograms.installed()) != nil

/// Sets of films. They need ffmpeg.
@Suite(.enabled(if: hasPrograms, "ffmpeg is not installed"))
struct FilmTests {
    /// Writes a film of gray frames, each 20 brighter than the one before.
    private func film(_ path: String, frames: Int) throws {
        let writer = try FilmWriter(path: path, height: 32, width: 48, framesPerSecond: 10)
        for number in 0..<frames {
            try writer.append(Tensor(repeating: UInt8(20 + 20 * number), shape: [32, 48, 3]))
        }
        try writer.finish()
    }

    @Test("Frames of films are labeled by their numbers, and keep numbers and times")
    func labelsByNumber() throws {
        let fixture = ImportFixture()
        try fixture.film("pictures")
        for name in ["one.mp4", "zwei drei.mp4"] {
            try film(fixture.input + "/" + name, frames: 10)
        }
        let labels = fixture.labels([
            "one.mp4@4|32x48|square|10 10 8 8", "one.mp4@40|32x48|square|10 10 8 8",
            "zwei drei/000006.png|32x48|square|10 10 8 8", "four.mp4@1|32x48|square|1 1 2 2",
            ImportFixture.line("pictures/1.png", 1),
        ])
        var plan = fixture.plan(labels: [labels])
        plan.settings.stride = 2
        plan.skipsBad = true
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        let report = try Importer(plan).run()
        #expect(report.bad.count == 2, "\(report.bad)")
        #expect(report.bad.contains { $0.reason.contains("one.mp4 ends with frame 8") })
        #expect(report.bad.contains { $0.reason.contains("no film") })
        let set = try ImportedSet(at: fixture.output)
        let index = try #require(
            set.origins(.train).firstIndex { $0.source.name == "one.mp4" })
        let clip = try set.dataSet(.train).clip(at: index)
        #expect(clip.timeline?.numbers == [0, 2, 4, 6, 8])
        for (time, expected) in zip(clip.timeline?.times ?? [], [0, 0.2, 0.4, 0.6, 0.8]) {
            #expect(abs(time - expected) < 1e-3)
        }
        #expect(clip.labeledFrames == [2])
        #expect(abs(Int(clip.frames[4].scalars[0]) - 180) <= 4)
        #expect(report.splits.map(\.labeledCount) == [2])
    }

    @Test("Label pictures are numbered from the first number; labels one beyond the end say so")
    func firstNumber() throws {
        let fixture = ImportFixture()
        try OutputFolder.make(fixture.input)
        try film(fixture.input + "/one.mp4", frames: 10)
        let labels = fixture.labels(
            [1, 10].map { "one/0000\($0).png|32x48|square|10 10 8 8" })
        var plan = fixture.plan(labels: [labels])
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        #expect {
            try Importer(plan).run()
        } throws: { error in
            guard case ImportError.badInput(let report) = error else { return false }
            return report.bad.count == 1 && report.bad[0].reason.contains("--first-number 1")
        }
        plan.settings.firstNumber = 1
        let report = try Importer(plan).run()
        #expect(report.bad.isEmpty && report.matchedCount == 2, "\(report.bad)")
        let clip = try ImportedSet(at: fixture.output).dataSet(.train).clip(at: 0)
        #expect(clip.labeledFrames == [0, 9])
    }

    @Test("An only film of which no frame can be read is reported with the reason")
    func onlyFilmThatIsNone() throws {
        let fixture = ImportFixture()
        try OutputFolder.make(fixture.input)
        let path = fixture.folder.write(Array("no film".utf8), as: "films/none.mp4")
        for skipsBad in [false, true] {
            var plan = ImportPlan([path], output: fixture.output)
            plan.skipsBad = skipsBad
            #expect {
                try Importer(plan).run()
            } throws: { error in
                guard case ImportError.badInput(let report) = error else { return false }
                return report.bad.map(\.path) == [path]
                    && !report.bad[0].reason.contains("to divide")
            }
        }
    }

    @Test("The blocks of an only film without labels are counted in its frames")
    func onlyFilm() throws {
        let fixture = ImportFixture()
        let path = fixture.folder.path("one.mp4")
        try film(path, frames: 10)
        let report = try Importer(ImportPlan([path], output: fixture.output)).run()
        #expect(report.splits.map(\.frameCount) == [8, 1, 1])
    }

    @Test(
        "Films that are cut, without pictures or no films are all in the report",
        .tags(.peer),
        .enabled(if: OutsideFiles.fixtures.isThere, "\(OutsideFiles.fixtures.message)"))
    func brokenFilms() throws {
        let films = try #require(OutsideFiles.fixtures.file("labels/films")).path
        let broken = [
            "cut-body.mp4", "sound-only.m4a", "empty.mp4", "text.mp4", "cut-no-index.mp4",
        ]
        let folder = TemporaryFolder()
        var plan = ImportPlan(
            (["h264-b.mp4", "vp9.webm"] + broken).map { films + "/" + $0 },
            output: folder.path("set"))
        do {
            _ = try Importer(plan).run()
            Issue.record("broken films are not reported")
        } catch ImportError.badInput(let report) {
            for name in broken {
                #expect(
                    report.bad.contains { $0.path.hasSuffix(name) }, "\(name) in \(report.bad)")
            }
        }
        plan.skipsBad = true
        // A held-out film that cannot be read would leave its split empty, which is an error.
        (plan.settings.splits.validation, plan.settings.splits.test) = (0, 0)
        let report = try Importer(plan).run()
        #expect(report.isWritten)
        let sources = try ImportedSet(at: folder.path("set")).manifest.sources
        #expect(sources.filter { !$0.shards.isEmpty }.count >= 2)
    }
}
