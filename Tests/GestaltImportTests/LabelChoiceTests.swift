import GestaltData
import GestaltImport
import GestaltTensor
import TestSupport
import Testing

/// Label files and categories that are chosen, and labels that do not come into the set.
struct LabelChoiceTests {
    private func whole(_ labels: [String], in fixture: ImportFixture) -> ImportPlan {
        var plan = fixture.plan(labels: labels)
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        return plan
    }

    @Test("A label file that is not there is an error before films are read, whatever is skipped")
    func missingLabelFile() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        let labels = fixture.labels([ImportFixture.line("a/0.png", 0)])
        var plan = whole([labels, fixture.folder.path("typo.boxes")], in: fixture)
        for skipsBad in [false, true] {
            plan.skipsBad = skipsBad
            #expect {
                try Importer(plan).run { _ in Issue.record("frames are read") }
            } throws: { error in
                guard case ImportError.wrongPath(let path, _, "nothing") = error else {
                    return false
                }
                return path == fixture.folder.path("typo.boxes")
            }
        }
        #expect(!fixture.folder.names.contains("set"))
    }

    @Test("A label file of no known format is an error before films are read")
    func unknownLabelFile() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        let labels = fixture.labels([ImportFixture.line("a/0.png", 0)])
        let unknown = fixture.folder.write(Array("?".utf8), as: "unknown.txt")
        var plan = whole([labels, unknown], in: fixture)
        #expect {
            try Importer(plan).run { _ in Issue.record("frames are read") }
        } throws: { error in
            guard case ImportError.badInput(let report) = error else { return false }
            return report.bad.map(\.path) == [unknown]
        }
        #expect(try fixture.files().keys.sorted() == ["report.json"])
        plan.skipsBad = true
        #expect(try Importer(plan).run().splits.map(\.labeledCount) == [1])
        // Skipping all label files would make a set without labels.
        plan = whole([unknown], in: fixture)
        plan.skipsBad = true
        plan.startsAnew = true
        #expect(throws: ImportError.self) { try Importer(plan).run() }
    }

    /// A frame of a square and a stranger, one of a stranger alone.
    private func twoCategories(_ fixture: ImportFixture, _ chosen: [String]) throws -> ImportPlan {
        try fixture.film("a")
        let labels = fixture.labels([
            ImportFixture.line("a/0.png", 0),
            ImportFixture.line("a/1.png", 1, category: "stranger"),
        ])
        var plan = whole([labels], in: fixture)
        plan.settings.categories = chosen
        return plan
    }

    @Test("Objects of categories that are not chosen are left out, with a note of their number")
    func choosesCategories() throws {
        let fixture = ImportFixture()
        let report = try Importer(twoCategories(fixture, ["square"])).run()
        #expect(report.bad.isEmpty && report.isWritten, "\(report.problems)")
        #expect(
            report.notes.contains { $0.reason.hasPrefix("1 object of the category 'stranger'") })
        #expect(report.categories == ["background", "square"])
        let clip = try ImportedSet(at: fixture.output).dataSet(.train).clip(at: 0)
        #expect(clip.labeledFrames == [0, 1])
        #expect(clip.masks?[1].scalars.allSatisfy { $0 == 0 } == true)
    }

    @Test("A chosen category that no label has is bad, and an error where none has any")
    func unknownCategories() throws {
        let fixture = ImportFixture()
        var plan = try twoCategories(fixture, ["circle", "square"])
        plan.skipsBad = true
        let report = try Importer(plan).run()
        #expect(
            report.bad.map(\.reason) == [
                "no label has the category 'circle'; there are square, stranger"
            ])
        #expect(report.categories == ["background", "circle", "square"])
        plan.settings.categories = ["circle"]
        plan.startsAnew = true
        #expect(
            throws: ImportError.unknownCategories(names: ["circle"], found: ["square", "stranger"])
        ) { try Importer(plan).run() }
    }

    @Test("Labels of which a stride takes no frame are an error, before frames are read")
    func strideTakesNoLabel() throws {
        let fixture = ImportFixture()
        try fixture.film("a", frames: 6)
        try fixture.film("b", frames: 6)
        var plan = fixture.plan(labels: [
            fixture.labels(["a", "b"].map { ImportFixture.line("\($0)/3.png", 3) })
        ])
        plan.settings.stride = 2
        #expect {
            try Importer(plan).run { _ in Issue.record("frames are read") }
        } throws: { error in
            guard case ImportError.noLabelTaken(2, "frame 3 of a", _) = error else { return false }
            return "\(error)".contains("--stride")
        }
        #expect(!fixture.folder.names.contains("set"))
    }

    @Test("Labels of which no frame can be read are an error, also where that is skipped")
    func noLabeledFrameIsReadable() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        _ = fixture.folder.write([1, 2, 3], as: "films/a/2.png")
        var plan = whole([fixture.labels([ImportFixture.line("a/2.png", 2)])], in: fixture)
        plan.skipsBad = true
        #expect {
            try Importer(plan).run()
        } throws: { error in
            guard case ImportError.badInput(let report) = error else { return false }
            return report.bad.contains { $0.reason.hasPrefix("found 1 labeled frame") }
        }
        #expect(!ImportedSet.isOne(fixture.output))
    }
}
