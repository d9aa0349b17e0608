import GestaltLabels
import GestaltMedia
import TestSupport
import Testing

/// Labels that are written and read again.
struct RoundTripTests {
    private let options = LabelReadingOptions(size: { _ in SampleLabels.size })

    private func again(
        _ labels: LabelSet, as format: LabelFormat, name: String
    ) throws -> (labels: LabelSet, losses: [String], problems: [LabelProblem]) {
        let folder = TemporaryFolder()
        let path = folder.path(name)
        let write = try #require(format.write)
        let losses = try write(labels, path)
        let detected = try LabelFormat.detect(path)
        #expect(detected.format.title == format.title)
        let reading = try format.read(path, options)
        return (reading.labels, losses.map(\.message), reading.problems)
    }

    /// The masks of the objects of a picture with the names of their categories.
    private func masks(_ labels: LabelSet, _ picture: Int) -> [[String]] {
        labels.pictures[picture].objects.map {
            [
                labels.categories[$0.category].name,
                $0.region.runs(size: SampleLabels.size).compressed,
            ]
        }
    }

    @Test func whatCOCOHasBesidesIsReportedUnlessItIsBlank() throws {
        let folder = TemporaryFolder()
        func places(info: String, license: Int) throws -> [String] {
            let text = """
                {"info": {"description": "\(info)", "year": 0},
                 "licenses": [{"id": \(license), "name": "\(info)", "url": ""}],
                 "images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 4,
                             "license": \(license), "coco_url": ""}],
                 "annotations": [], "categories": []}
                """
            let reading = try LabelFormat.coco.read(folder.write(text, as: "a.json"), options)
            #expect(reading.problems.allSatisfy { $0.outcome == .ignored })
            return reading.problems.map(\.place)
        }
        #expect(try places(info: "", license: 0) == [])
        #expect(try places(info: "street", license: 3) == ["images", "info", "licenses"])
    }

    @Test("COCO keeps everything that it has a place for")
    func coco() throws {
        let labels = SampleLabels.labels
        let result = try again(labels, as: .coco, name: "labels.json")
        #expect(result.losses == [])
        #expect(result.problems == [])
        #expect(result.labels.categories == labels.categories)
        #expect(result.labels.pictures.map(\.name) == labels.pictures.map(\.name))
        #expect(result.labels.pictures.map(\.number) == [12, 3])
        #expect(masks(result.labels, 0) == masks(labels, 0))
        let objects = result.labels.pictures[0].objects
        #expect(objects.map(\.isCrowd) == labels.pictures[0].objects.map(\.isCrowd))
        #expect(objects.map(\.instance) == labels.pictures[0].objects.map(\.instance))
        #expect(objects.map(\.score) == labels.pictures[0].objects.map(\.score))
        #expect(objects.map(\.number) == [100, 4, 5, 101, 102, 103, 104])
        #expect(objects[0].region == labels.pictures[0].objects[0].region)
        #expect(objects[1].region == labels.pictures[0].objects[1].region)
        #expect(objects[2].region == labels.pictures[0].objects[2].region)
    }

    @Test("COCO written twice is the same file")
    func cocoIsStable() throws {
        let folder = TemporaryFolder()
        let write = try #require(LabelFormat.coco.write)
        _ = try write(SampleLabels.labels, folder.path("a.json"))
        let labels = try LabelFormat.coco.read(folder.path("a.json"), options).labels
        _ = try write(labels, folder.path("b.json"))
        #expect(folder.bytes(of: "a.json") == folder.bytes(of: "b.json"))
    }

    @Test("LabelMe keeps regions and instances, and says what it cannot keep")
    func labelMe() throws {
        let labels = SampleLabels.labels
        let result = try again(labels, as: .labelMe, name: "labels")
        #expect(result.problems == [])
        #expect(result.labels.pictures.map(\.name) == labels.pictures.map(\.name))
        #expect(masks(result.labels, 0) == masks(labels, 0))
        #expect(result.labels.pictures[0].objects[2].instance == 3)
        #expect(result.labels.pictures[1].objects == [])
        for loss in ["colors", "without objects", "groups of categories", "crowds", "scores"] {
            #expect(result.losses.contains { $0.contains(loss) }, "\(loss)")
        }
        #expect(result.labels.pictures[0].objects[0].region == .polygons([SampleLabels.triangle]))
    }

    @Test("Label Studio keeps regions, scores and numbers of pictures")
    func labelStudio() throws {
        let labels = SampleLabels.labels
        let result = try again(labels, as: .labelStudio, name: "labels.json")
        #expect(result.problems == [])
        #expect(result.labels.pictures.map(\.name) == labels.pictures.map(\.name))
        #expect(result.labels.pictures.map(\.number) == [12, 3])
        let objects = result.labels.pictures[0].objects
        #expect(objects.map(\.score) == labels.pictures[0].objects.map(\.score))
        for (index, pair) in zip(masks(result.labels, 0), masks(labels, 0)).enumerated() {
            // Turned boxes and ellipses go through percent: one pixel along the outline.
            #expect(pair.0[0] == pair.1[0])
            let found = objects[index].region.runs(size: SampleLabels.size)
            let expected = labels.pictures[0].objects[index].region.runs(size: SampleLabels.size)
            #expect(pixelsBesideOutline(found, expected) == 0, "\(index)")
            if ![3, 4, 5].contains(index) { #expect(found == expected, "\(index)") }
        }
        guard case .box(let center, _, _, let degrees) = objects[3].region else {
            Issue.record("no box")
            return
        }
        #expect(abs(center.x - 30) < 1e-9 && abs(center.y - 20) < 1e-9 && degrees == 30)
    }

    @Test("YOLO keeps masks by bridges, and omits crowds")
    func yolo() throws {
        let labels = SampleLabels.labels
        let result = try again(labels, as: .yolo, name: "set")
        #expect(result.problems == [])
        #expect(result.labels.categories.map(\.name) == labels.categories.map(\.name))
        #expect(result.labels.pictures.map(\.name) == ["images/train/a 1", "images/val/b"])
        let expected = labels.pictures[0].objects.dropLast()
        #expect(result.labels.pictures[0].objects.count == expected.count)
        for (found, object) in zip(result.labels.pictures[0].objects, expected) {
            let mask = found.region.runs(size: SampleLabels.size)
            #expect(mask == object.region.runs(size: SampleLabels.size))
        }
        #expect(result.losses.contains { $0.contains("crowd") })
    }

    @Test("Frames of a film get names of their own")
    func frames() throws {
        let labels = LabelSet(
            categories: [LabeledCategory("a")],
            pictures: (0..<3).map {
                LabeledPicture(name: "films/push.mp4", frame: $0, size: SampleLabels.size)
            })
        let result = try again(labels, as: .coco, name: "x.json")
        #expect(
            result.labels.pictures.map(\.name) == [
                "films/push/000000.png", "films/push/000001.png", "films/push/000002.png",
            ])
    }

    @Test("Labels of one format survive the way through all others")
    func chain() throws {
        let start = LabelSet(
            categories: [LabeledCategory("a"), LabeledCategory("b")],
            pictures: [
                LabeledPicture(
                    name: "p.png", size: SampleLabels.size,
                    objects: [
                        LabeledObject(category: 0, region: .runs(SampleLabels.holed)),
                        LabeledObject(category: 1, region: .polygons([SampleLabels.triangle])),
                    ])
            ])
        let formats: [(LabelFormat, String)] = [
            (.coco, "a.json"), (.labelMe, "b"), (.labelStudio, "c.json"), (.yolo, "d"),
        ]
        var labels = start
        for (format, name) in formats {
            labels = try again(labels, as: format, name: name).labels
            #expect(masks(labels, 0) == masks(start, 0), "\(format.title)")
        }
    }
}
