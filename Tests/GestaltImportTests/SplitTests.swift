import GestaltData
import GestaltImport
import TestSupport
import Testing

/// Splits that get too little.
struct SplitTests {
    @Test("A split whose films cannot be read is an error, also where that is skipped")
    func emptySplit() throws {
        let fixture = ImportFixture()
        for film in ["a", "b", "c"] { try fixture.film(film) }
        var plan = fixture.plan()
        _ = try Importer(plan).run()
        let set = try ImportedSet(at: fixture.output)
        plan.output = fixture.folder.path("other")
        plan.skipsBad = true
        for split in [Split.train, .validation, .test] {
            // The same films are dealt out again, one of them without a readable frame.
            let film = try #require(set.origins(split).first).source.name
            for number in 0..<4 {
                _ = fixture.folder.write([1, 2, 3], as: "films/\(film)/\(number).png")
            }
            #expect {
                try Importer(plan).run()
            } throws: { error in
                guard case ImportError.badInput(let report) = error else { return false }
                let reason = "the split \(split.folder) is empty: no frame of \(film) can be taken"
                return report.bad.count == 5 && report.bad[4].reason.hasPrefix(reason)
            }
            #expect(!ImportedSet.isOne(plan.output))
            try fixture.film(film)
        }
        #expect(try Importer(plan).run().splits.map(\.clipCount) == [1, 1, 1])
    }

    @Test("The blocks of an only source are divided among the frames that a stride takes")
    func blocksOfTakenFrames() throws {
        let fixture = ImportFixture()
        try fixture.film("a", frames: 20)
        var plan = fixture.plan()
        plan.settings.stride = 7
        #expect(try Importer(plan).run().splits.map(\.frameCount) == [1, 1, 1])
        plan.settings.stride = 10
        plan.startsAnew = true
        #expect(
            throws: ImportError.tooFewFrames(
                path: fixture.input + "/a", expected: 3, found: 2)
        ) { try Importer(plan).run() }
    }

    @Test("Films of which none has enough frames for blocks are an error")
    func blocksOfShortFilms() throws {
        let fixture = ImportFixture()
        for film in ["a", "b"] { try fixture.film(film, frames: 2) }
        var plan = fixture.plan()
        plan.settings.splits.unit = .frames
        #expect {
            try Importer(plan).run()
        } throws: { error in
            guard case ImportError.tooFewFrames(_, 3, 2) = error else { return false }
            return true
        }
        // One long film is enough.
        try fixture.film("b", frames: 5)
        #expect(try Importer(plan).run().splits.map(\.frameCount) == [5, 1, 1])
    }
}
