import GestaltData
import GestaltImport
import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

/// Labels of a set, written for other tools.
struct LabelExportTests {
    @Test("Labels of a set that are written as COCO are imported as the same masks")
    func returnsThroughCOCO() throws {
        let fixture = ImportFixture()
        try fixture.film("a")
        var plan = fixture.plan(labels: [
            fixture.labels([
                ImportFixture.line("a/0.png", 0), ImportFixture.line("a/3.png", 3, category: "b"),
            ])
        ])
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        _ = try Importer(plan).run()
        let set = try ImportedSet(at: fixture.output).dataSet(.train)
        let labels = try set.labels { _, frame in "a/\(frame).png" }
        #expect(labels.categories.map(\.name) == ["square", "b"])
        #expect(labels.pictures.map(\.name) == ["a/0.png", "a/3.png"])

        let path = fixture.folder.path("labels.json")
        let problems = try #require(try LabelFormat.coco.write?(labels, path))
        #expect(problems.isEmpty)
        plan.labels = [path]
        plan.output = fixture.folder.path("again")
        _ = try Importer(plan).run()
        let again = try ImportedSet(at: plan.output).dataSet(.train)
        #expect(try again.clip(at: 0).masks == set.clip(at: 0).masks)
        #expect(again.categories?.map(\.name) == set.categories?.map(\.name))
    }

    @Test("Ignored pixels are an object of an ignored category, instances keep their numbers")
    func ignoredPixels() throws {
        let masks = Tensor<UInt8>(shape: [1, 2, 3], scalars: [0, 7, 7, 255, 0, 9])
        let clip = Clip(
            name: "a", frames: Tensor(repeating: 0, shape: [1, 2, 3, 3]), masks: masks,
            categories: [7: 2, 9: 1])
        let labels = try DataSet(name: "a", clips: [clip]).labels { _, _ in "a.png" }
        #expect(labels.categories.map(\.name) == ["1", "2", "void"])
        #expect(labels.categories.map(\.isIgnored) == [false, false, true])
        let objects = labels.pictures[0].objects
        #expect(objects.map(\.category) == [1, 0, 2])
        #expect(objects.map(\.instance) == [7, 9, nil])
        let map = labels.classMap(of: 0)
        #expect(map.scalars == [0, 2, 2, 255, 0, 1])
    }
}
