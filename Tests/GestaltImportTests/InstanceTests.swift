import GestaltData
import GestaltIO
import GestaltImport
import GestaltLabels
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Objects that are told apart, from label files to the clips that are trained on.
struct InstanceTests {
    /// A rectangle of a picture in a COCO file.
    private struct Box {
        var frame: Int
        var category: Int
        var corner: (x: Int, y: Int)
        var track: Int?
    }

    private static let side = 4

    /// Writes a COCO file of the film `a`, of squares and circles.
    private func coco(_ boxes: [Box], _ fixture: ImportFixture) -> String {
        let images = Set(boxes.map(\.frame)).sorted().map {
            #"{"id": \#($0 + 1), "file_name": "a/\#($0).png", "height": 16, "width": 24}"#
        }
        let annotations = boxes.enumerated().map { number, box in
            let (left, top) = box.corner
            let (right, bottom) = (left + Self.side, top + Self.side)
            let track = box.track.map { #", "track_id": \#($0)"# } ?? ""
            return #"{"id": \#(number + 1), "image_id": \#(box.frame + 1), "category_id": "#
                + #"\#(box.category), "iscrowd": 0, "area": \#(Self.side * Self.side), "bbox": "#
                + "[\(left), \(top), \(Self.side), \(Self.side)], \"segmentation\": "
                + "[[\(left), \(top), \(right), \(top), \(right), \(bottom), \(left), \(bottom)]]"
                + track + "}"
        }
        let text =
            #"{"images": ["# + images.joined(separator: ", ") + #"], "annotations": ["#
            + annotations.joined(separator: ", ") + #"], "categories": [{"id": 1, "name": "#
            + #""square"}, {"id": 2, "name": "circle"}]}"#
        return fixture.folder.write(Array(text.utf8), as: "coco.json")
    }

    /// Imports the film `a` with all frames for training.
    private func imported(_ fixture: ImportFixture, labels: String) throws -> ImportedSet {
        try fixture.film("a")
        var plan = fixture.plan(labels: [labels])
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        let report = try Importer(plan).run()
        #expect(report.bad.isEmpty, "\(report.bad)")
        return try ImportedSet(at: fixture.output)
    }

    private func instances(_ set: ImportedSet) throws -> DataSet {
        var options = ClipOptions(masks: .required)
        options.labelMeaning = .instances
        return try set.dataSet(.train, options: options)
    }

    /// The id at the middle of a box.
    private func id(_ box: Box, in clip: Clip) throws -> UInt8 {
        let masks = try #require(clip.masks)
        return masks[box.frame].scalars[(box.corner.y + 2) * clip.width + box.corner.x + 2]
    }

    @Test func objectsOfOneCategoryAreApartAndTracksKeepTheirIds() throws {
        let fixture = ImportFixture()
        let boxes = [
            Box(frame: 0, category: 1, corner: (0, 0), track: 7),
            Box(frame: 0, category: 1, corner: (6, 0), track: 9),
            Box(frame: 0, category: 2, corner: (12, 0)),
            Box(frame: 0, category: 2, corner: (18, 0)),
            Box(frame: 2, category: 1, corner: (0, 8), track: 9),
            Box(frame: 2, category: 2, corner: (12, 8)),
        ]
        let set = try imported(fixture, labels: coco(boxes, fixture))
        #expect(set.manifest.tellsInstances)
        let data = try instances(set)
        #expect(data.labelMeaning == .instances)
        let clip = try data.clip(at: 0)
        #expect(clip.labeledFrames == [0, 2])
        let ids = try boxes.map { try id($0, in: clip) }
        #expect(Set(ids[..<4]).count == 4 && !ids.contains(0), "\(ids)")
        #expect(ids[4] == ids[1] && ids[5] == ids[2], "\(ids)")
        #expect(ids.map { clip.categories?[$0] } == boxes.map { UInt8($0.category) })
        let counts = try data.categorized(into: 3).clip(at: 0).annotation(of: 0)?.instances
        #expect(counts?.count == 4 && counts?.allSatisfy { $0.pixelCount > 8 } == true)

        // The same set as one of categories.
        let classes = try set.dataSet(.train)
        #expect(classes.labelMeaning == .classes)
        let plain = try classes.clip(at: 0)
        #expect(plain.categories == nil)
        #expect(try boxes.map { try id($0, in: plain) } == boxes.map { UInt8($0.category) })
    }

    @Test func labelsOfObjectsGoBackAsObjects() throws {
        let fixture = ImportFixture()
        let boxes = [0, 6, 12].map { Box(frame: 1, category: 1, corner: ($0, 4)) }
        let set = try imported(fixture, labels: coco(boxes, fixture))
        let name: (Int, Int) -> String? = { "\($0)/\($1).png" }
        let apart = try instances(set).labels(named: name)
        #expect(apart.pictures.map(\.objects.count) == [3])
        #expect(try set.dataSet(.train).labels(named: name).pictures.map(\.objects.count) == [1])
    }

    @Test func masksOfCategoriesAloneAreRefusedByTheirFormat() throws {
        let fixture = ImportFixture()
        var ids = Tensor<UInt8>.zeros([16, 24])
        ids.withMutableScalars { ($0[30], $0[200]) = (1, 2) }
        try OutputFolder.make(fixture.folder.path("ids/a"))
        try PNG.writeIndices(ids, to: fixture.folder.path("ids/a/1.png"))
        let set = try imported(fixture, labels: fixture.folder.path("ids"))
        #expect(!set.manifest.tellsInstances)
        #expect {
            try instances(set)
        } throws: { error in
            guard case ImportError.withoutInstances(let path, let formats) = error else {
                return false
            }
            return path == fixture.output && formats == ["png"]
        }
    }

    @Test func moreObjectsThanIdsAreANote() throws {
        let fixture = ImportFixture()
        let places = (0..<260).map { ($0 % 20, $0 / 20) }
        let boxes = places.map { Box(frame: 0, category: 1, corner: $0) }
        let set = try imported(fixture, labels: coco(boxes, fixture))
        let notes = set.manifest.sources[0].problems.map(\.reason)
        #expect(notes.contains { $0.hasPrefix("more than 254 objects") && $0.contains("6 are") })
        #expect(try instances(set).clip(at: 0).categories?.count == 254)
    }
}
