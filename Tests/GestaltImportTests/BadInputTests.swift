import GestaltData
import GestaltIO
import GestaltImport
import GestaltModels
import GestaltTensor
import TestSupport
import Testing

/// Inputs with something wrong: one report lists all of it.
struct BadInputTests {
    private func report(_ plan: ImportPlan) throws -> ImportReport {
        do {
            return try Importer(plan).run()
        } catch ImportError.badInput(let report) {
            return report
        }
    }

    @Test("All that is wrong is in one report, and nothing is written")
    func listsAll() throws {
        let fixture = ImportFixture()
        for film in ["a", "b", "c"] { try fixture.film(film) }
        _ = fixture.folder.write([1, 2, 3], as: "films/a/2.png")
        _ = fixture.folder.write([], as: "films/b/3.png")
        let labels = fixture.labels([
            ImportFixture.line("a/0.png", 0), ImportFixture.line("b/0.png", 0),
            ImportFixture.line("c/0.png", 0), ImportFixture.line("c/77.png", 0),
            ImportFixture.line("3.png", 0), ImportFixture.line("c/1.png", 1, size: "24x16"),
            ImportFixture.line("a/0.png", 3),
        ])
        let other = fixture.labels(
            [ImportFixture.line("b/0.png", 5)], as: "other.boxes")
        var plan = fixture.plan(labels: [labels, other])
        let found = try report(plan)
        #expect(!found.isWritten)
        let reasons = found.bad.map(\.description)
        for expected in [
            "a/2.png", "b/3.png", "c/77.png", "3.png", "c/1.png: labels of 24 × 16",
            "a/0.png: labeled twice", "b/0.png: disagrees with",
        ] {
            #expect(reasons.contains { $0.contains(expected) }, "\(expected) in \(reasons)")
        }
        #expect(found.bad.count == 7)
        #expect(!ImportedSet.isOne(fixture.output))
        #expect(try fixture.files().keys.sorted() == ["report.json"])
        let stored: ImportReport = try StrictJSON.decode(
            from: FileReader.bytes(path: fixture.output + "/report.json"))
        #expect(stored == found)

        plan.skipsBad = true
        let written = try report(plan)
        #expect(written.isWritten && written.bad.count == 7)
        #expect(written.splits.map(\.frameCount).reduce(0, +) == 10)
        #expect(written.splits.map(\.labeledCount).reduce(0, +) == 3)
        // The gap divides the clip of film a.
        let manifest = try ImportedSet(at: fixture.output).manifest
        let clips = manifest.sources[0].shards[0].clips
        #expect(clips.map(\.firstFrame) == [0, 3] && clips.map(\.lastFrame) == [1, 3])
    }

    @Test("Two files of different categories complete each other")
    func filesCompleteEachOther() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        let plan = {
            var plan = fixture.plan(labels: [
                fixture.labels([ImportFixture.line("a/0.png", 0)]),
                fixture.labels(
                    [ImportFixture.line("a/0.png", 8, category: "other")], as: "2.boxes"),
            ])
            plan.settings.splits.validation = 0
            plan.settings.splits.test = 0
            return plan
        }()
        let found = try report(plan)
        #expect(found.bad.isEmpty && !found.notes.contains { $0.reason.hasPrefix("covers") })
        let clip = try ImportedSet(at: fixture.output).dataSet(.train).clip(at: 0)
        #expect(Set(clip.masks?[0].scalars ?? []) == [0, 1, 2])
    }

    @Test("A file that hides the labels of another category says so")
    func filesThatHideEachOther() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        var plan = fixture.plan(labels: [
            fixture.labels([ImportFixture.line("a/0.png", 0)]),
            fixture.labels(
                [ImportFixture.line("a/0.png", 1, category: "other")], as: "2.boxes"),
        ])
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        let found = try report(plan)
        #expect(found.bad.isEmpty && found.isWritten)
        // Squares of 5 × 4 pixels, one pixel further right and down.
        #expect(
            found.notes.contains {
                $0.path.hasSuffix("2.boxes") && $0.reason.hasPrefix("covers 12 of 20 pixels")
            }, "\(found.notes)")
    }

    @Test("A mask of another size than its picture is bad, and its frame is unlabeled")
    func masksOfAnotherSize() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        let text = """
            {"images": [{"id": 1, "file_name": "a/0.png"}, {"id": 2, "file_name": "a/1.png"}],
             "categories": [{"id": 1, "name": "thing"}],
             "annotations": [
              {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0,
               "segmentation": {"size": [8, 8], "counts": [10, 4, 50]}},
              {"id": 2, "image_id": 2, "category_id": 1, "iscrowd": 0,
               "segmentation": {"size": [16, 24], "counts": [10, 4, 370]}}]}
            """
        var plan = fixture.plan(labels: [fixture.folder.write(Array(text.utf8), as: "a.json")])
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        plan.skipsBad = true
        let found = try report(plan)
        #expect(found.bad.count == 1 && found.isWritten, "\(found.bad)")
        let clip = try ImportedSet(at: fixture.output).dataSet(.train).clip(at: 0)
        #expect(clip.labeledFrames == [1])
        #expect(clip.masks?[1].scalars.count { $0 == 1 } == 4)
    }

    @Test("Too few labels are a typed error with what is needed")
    func tooFewLabels() throws {
        let fixture = ImportFixture()
        for film in ["a", "b", "c"] { try fixture.film(film) }
        let one = fixture.labels([ImportFixture.line("a/0.png", 0)])
        #expect {
            try Importer(fixture.plan(labels: [one])).run()
        } throws: { error in
            guard case ImportError.tooFewLabels(.validation, "2 films", 1, _) = error else {
                return false
            }
            return true
        }
        let alone = ImportFixture()
        try alone.film("a")
        let two = alone.labels((0..<2).map { ImportFixture.line("\($0).png", $0) })
        #expect {
            try Importer(alone.plan(labels: [two])).run()
        } throws: { error in
            guard case ImportError.tooFewLabels(_, "3 frames", 2, _) = error else {
                return false
            }
            return true
        }
    }

    @Test("Listed pictures without objects are unlabeled, or background where asked for")
    func emptyPictures() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        let labels = fixture.labels([
            ImportFixture.line("a/0.png", 0), "a/1.png|16x24||",
        ])
        var plan = fixture.plan(labels: [labels])
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        let first = try report(plan)
        #expect(first.splits.map(\.labeledCount) == [1])
        #expect(first.notes.contains { $0.reason.contains("without objects") })
        plan.settings.emptyPictures = .background
        plan.startsAnew = true
        #expect(try report(plan).splits.map(\.labeledCount) == [2])
    }

    @Test("Labeled frames that a stride passes over are counted in a note")
    func stridePassesLabels() throws {
        let fixture = ImportFixture()
        try fixture.film("a", frames: 6)
        var plan = fixture.plan(labels: [
            fixture.labels((0..<6).map { ImportFixture.line("a/\($0).png", $0) })
        ])
        plan.settings.stride = 2
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        let found = try report(plan)
        #expect(found.splits.map(\.labeledCount) == [3])
        #expect(found.notes.contains { $0.reason.hasPrefix("3 labeled frames not among") })
    }

    @Test("A check reads names and labels, and writes nothing")
    func checkWritesNothing() throws {
        let fixture = ImportFixture()
        for film in ["a", "b"] { try fixture.film(film) }
        let labels = fixture.labels([
            ImportFixture.line("a/0.png", 0), ImportFixture.line("b/0.png", 0),
            ImportFixture.line("b/9.png", 0),
        ])
        let found = try Importer(fixture.plan(labels: [labels])).check()
        #expect(found.bad.count == 1 && found.matchedCount == 2 && !found.isWritten)
        #expect(!fixture.folder.names.contains("set"))
    }

    @Test("Nothing to import is an error that says what was found")
    func nothing() throws {
        let fixture = ImportFixture()
        _ = fixture.folder.write([1], as: "x.txt")
        #expect(throws: ImportError.self) {
            try Importer(ImportPlan([fixture.folder.path], output: fixture.output)).run()
        }
        #expect(throws: ImportError.self) {
            try Importer(ImportPlan([fixture.folder.path("none")], output: fixture.output)).run()
        }
    }
}
