import GestaltData
import GestaltImport
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Sets of pictures and labels, from the import to the clips that are trained on.
struct ImportTests {
    @Test("Pictures and labels come out of a set as they went in")
    func comesOutAsItWentIn() throws {
        let fixture = ImportFixture()
        for film in ["a", "b", "deep/c", "día 4"] { try fixture.film(film) }
        let labels = fixture.labels(
            ["a/1.png", "b/2.png", "deep/c/3.png", "día 4/0.png"].map { name in
                ImportFixture.line(name, Int(name.suffix(5).prefix(1)) ?? 0)
            })
        let report = try Importer(fixture.plan(labels: [labels])).run()
        #expect(report.isWritten && report.problems.isEmpty)
        #expect(report.matchedCount == 4 && report.labelCount == 4)
        #expect(report.categories == ["background", "square"])

        let set = try ImportedSet(at: fixture.output)
        var labeled = 0
        for split in Split.allCases {
            let clips = try set.dataSet(split)
            #expect(clips.categories?.map(\.name) == ["background", "square"])
            for (index, origin) in set.origins(split).enumerated() {
                let clip = try clips.clip(at: index)
                #expect(clip.name == origin.clip.name && clip.frameCount == 4)
                #expect(clip.series[ImportedSet.numberSeries]?.scalars == [0, 1, 2, 3])
                for number in 0..<4 {
                    #expect(clip.frames[number] == ImportFixture.frame(number))
                }
                for number in clip.labeledFrames {
                    labeled += 1
                    let mask = try #require(clip.masks?[number])
                    let bright = ImportFixture.frame(number).scalars.enumerated()
                        .filter { $0.offset % 3 == 0 }.map { UInt8($0.element == 250 ? 1 : 0) }
                    #expect(mask.scalars == bright)
                }
            }
        }
        #expect(labeled == 4)
    }

    @Test("Every film is in one split, and the held-out ones have labels")
    func splitsByFilm() throws {
        let fixture = ImportFixture()
        for film in 0..<8 { try fixture.film("film \(film)", frames: 2) }
        let labels = fixture.labels(
            (2..<6).map { ImportFixture.line("film \($0)/1.png", 1) })
        var plan = fixture.plan(labels: [labels])
        plan.settings.splits.validation = 0.2
        let report = try Importer(plan).run()
        #expect(report.splits.map(\.split) == [.train, .validation, .test])
        #expect(report.splits.map(\.sourceCount) == [5, 2, 1])
        #expect(report.splits.map(\.labeledCount) == [1, 2, 1])
        let set = try ImportedSet(at: fixture.output)
        for source in set.manifest.sources { #expect(source.shards.count == 1) }
    }

    @Test("An only film is divided into blocks with labels in each, and the report says so")
    func dividesAnOnlyFilm() throws {
        let fixture = ImportFixture()
        try fixture.film("a", frames: 10)
        let labels = fixture.labels(
            [0, 2, 4, 9].map { ImportFixture.line("\($0).png", $0) })
        let report = try Importer(fixture.plan(labels: [labels])).run()
        #expect(report.splits.map(\.labeledCount) == [2, 1, 1])
        #expect(report.splits.map(\.frameCount) == [3, 4, 3])
        #expect(report.notes.contains { $0.reason.contains("contiguous blocks") })
    }

    @Test("Frames of several sizes are clips of their own, or are brought to one size")
    func takesSeveralSizes() throws {
        let fixture = ImportFixture()
        try fixture.film("a", frames: 3)
        try fixture.film("b", frames: 3)
        try PNG.write(
            ImportFixture.frame(3, height: 20, width: 20), to: fixture.input + "/a/1 large.png")
        var plan = fixture.plan()
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        let report = try Importer(plan).run()
        #expect(report.splits.map(\.clipCount) == [3])
        plan.settings.sizing.size = FrameSize(height: 8, width: 12)
        plan.startsAnew = true
        #expect(try Importer(plan).run().splits.map(\.clipCount) == [2])
        let clip = try ImportedSet(at: fixture.output).dataSet(.train).clip(at: 0)
        #expect(clip.frames.shape == [4, 8, 12, 3])
    }

    @Test("Long films become clips of the length asked for, the last one longer or shorter")
    func dividesLongFilms() throws {
        let fixture = ImportFixture()
        try fixture.film("a", frames: 11)
        var plan = fixture.plan()
        plan.settings.clipLength = 4
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        _ = try Importer(plan).run()
        let set = try ImportedSet(at: fixture.output)
        #expect(set.origins(.train).map(\.clip.frameCount) == [4, 4, 3])
        #expect(set.origins(.train).map(\.clip.firstFrame) == [0, 4, 8])
    }

    @Test("The shards can be read without the manifest, too")
    func shardsAreRecords() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        var plan = fixture.plan(labels: [fixture.labels([ImportFixture.line("a/1.png", 1)])])
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        _ = try Importer(plan).run()
        let clips = try RecordClips(path: fixture.output + "/train")
        #expect(clips.count == 1 && clips.clip(at: 0).labeledFrames == [1])
        #expect(clips.clip(at: 0).frames[2] == ImportFixture.frame(2))
    }

    @Test("An animated picture is a film with times")
    func readsAnimations() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        let frames = stacked((0..<5).map { ImportFixture.frame($0) }, axis: 0)
        try GIF.write(frames, to: fixture.input + "/b.gif", secondsPerFrame: 0.5)
        var plan = fixture.plan()
        plan.settings.rate = 1
        plan.settings.splits.test = 0
        _ = try Importer(plan).run()
        let set = try ImportedSet(at: fixture.output)
        let origins = (set.origins(.train) + set.origins(.validation))
        let animation = try #require(origins.first { $0.source.name == "b.gif" })
        #expect(animation.clip.frameCount == 3 && animation.clip.lastFrame == 4)
        #expect(animation.clip.lastTime == 2)
    }
}
