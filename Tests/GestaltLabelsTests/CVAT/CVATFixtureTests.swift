import GestaltLabels
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Files of CVAT's own exporter and of datumaro against the masks of their own code.
@Suite(.tags(.peer), .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"))
struct CVATFixtureTests {
    @Test("Images have the masks of CVAT", arguments: ["cvat-images", "cvat-datumaro"])
    func images(key: String) throws {
        let entry = try ManifestEntry.entry(key)
        #expect(try LabelFormat.cvat.recognizes(entry.path))
        let reading = try LabelFormat.cvat.read(entry.path, LabelReadingOptions())
        #expect(reading.problems == [])
        #expect(reading.labels.categories.map(\.name) == ["disc", "brick"])
        for picture in entry.images {
            let name = picture.image.split(separator: "/").last
            let labeled = try #require(
                reading.labels.pictures.first { $0.name == name ?? "" }, "\(picture.image)")
            try check(picture, labeled, reading.labels) { instance, object in
                object.place.hasSuffix(" \(instance.shape ?? -1)")
            }
        }
    }

    @Test("Frames of a film have the masks of CVAT's interpolation")
    func video() throws {
        let entry = try ManifestEntry.entry("cvat-video")
        let reading = try LabelFormat.cvat.read(entry.path, LabelReadingOptions())
        #expect(reading.problems == [])
        #expect(reading.labels.pictures.map(\.frame) == Array(0..<12))
        #expect(
            reading.labels.categories.map(\.color) == [.init(250, 50, 83), .init(250, 140, 83)])
        for (picture, labeled) in zip(entry.images, reading.labels.pictures) {
            try check(picture, labeled, reading.labels) { instance, object in
                instance.track == object.instance
            }
        }
    }

    private func check(
        _ picture: ManifestEntry.Picture, _ labeled: LabeledPicture, _ labels: LabelSet,
        _ isSame: (ManifestEntry.Instance, LabeledObject) -> Bool
    ) throws {
        let expected = try ExpectedMasks(LabelFixtures.path(picture.expected))
        #expect(labeled.size == expected.size)
        #expect(labeled.objects.count == picture.instances.count, "\(picture.image)")
        for instance in picture.instances {
            let object = try #require(labeled.objects.first { isSame(instance, $0) })
            let mask = object.region.runs(size: expected.size)
            let other = expected.mask(instance.bit)
            let name = "\(picture.image), \(object.place)"
            if ["rectangle", "ellipse"].contains(instance.kind) {
                #expect(pixelsBesideOutline(mask, other) == 0, "\(name)")
            } else {
                #expect(mask.difference(from: other) == 0, "\(name)")
            }
            #expect(labels.categories[object.category].name == instance.category)
            #expect(object.isCrowd == (instance.iscrowd == 1), "\(name)")
            if let group = instance.group {
                #expect(object.instance == (group == 0 ? nil : group), "\(name)")
            }
        }
    }

    /// A shape of CVAT's own interpolation.
    private struct Shape: Decodable {
        let track: Int
        let frame: Int
        let outside: Bool
        let type: String
        let points: [Double]
        let rotation: Double
    }

    // All shapes of tracks, those of another number of points too: the matching is CVAT's.
    @Test("Shapes between keyframes are those of CVAT to a millionth")
    func shapes() throws {
        let shapes = try #require(
            LabelFixtures.decode([Shape].self, "expected/cvat-video/shapes.json"))
        let path = try ManifestEntry.entry("cvat-video").path
        let labels = try LabelFormat.cvat.read(path, LabelReadingOptions()).labels
        for shape in shapes {
            let object = labels.pictures[shape.frame].objects.first { $0.instance == shape.track }
            let name = "track \(shape.track), frame \(shape.frame)"
            #expect((object == nil) == shape.outside, "\(name)")
            guard let object else { continue }
            let (points, degrees) = numbers(object.region)
            #expect(points.count == shape.points.count, "\(name)")
            for (number, expected) in zip(points, shape.points) {
                #expect(abs(number - expected) < 1e-6, "\(name): \(points)")
            }
            #expect(abs(degrees - shape.rotation) < 1e-6, "\(name)")
        }
    }

    /// The numbers of a region as CVAT keeps them.
    private func numbers(_ region: LabelRegion) -> ([Double], degrees: Double) {
        switch region {
        case .polygons(let outlines): (outlines[0].flatMap { [$0.x, $0.y] }, 0)
        case .box(let center, let width, let height, let degrees):
            (
                [
                    center.x - width / 2, center.y - height / 2, center.x + width / 2,
                    center.y + height / 2,
                ], degrees
            )
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            ([center.x, center.y, center.x + radiusX, center.y - radiusY], degrees)
        case .runs: ([], 0)
        }
    }

    @Test("A broken file is reported as it should be", arguments: BrokenLabels.of("cvat"))
    func broken(file: BrokenLabels) throws {
        let options = LabelReadingOptions(
            pictures: try PictureFolder(LabelFixtures.path("broken/images")))
        file.check { try LabelFormat.cvat.read(file.path, options) }
    }

    @Test("Labels of CVAT survive being written", arguments: ["cvat-images", "cvat-video"])
    func roundTrip(key: String) throws {
        let folder = TemporaryFolder()
        let labels = try LabelFormat.cvat.read(
            ManifestEntry.entry(key).path, LabelReadingOptions()
        ).labels
        let write = try #require(LabelFormat.cvat.write)
        #expect(try write(labels, folder.path("out.xml")) == [])
        let again = try LabelFormat.cvat.read(folder.path("out.xml"), LabelReadingOptions())
        #expect(again.problems == [])
        #expect(again.labels.categories == labels.categories)
        #expect(again.labels.pictures.map(\.name) == labels.pictures.map(\.name))
        for (picture, other) in zip(labels.pictures, again.labels.pictures) {
            #expect(picture.objects.map(\.region) == other.objects.map(\.region))
            #expect(picture.objects.map(\.category) == other.objects.map(\.category))
            #expect(picture.objects.map(\.instance) == other.objects.map(\.instance))
            #expect(picture.objects.map(\.isCrowd) == other.objects.map(\.isCrowd))
        }
    }
}
