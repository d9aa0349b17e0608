import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

/// The labels of one scene in files of the real tools, against the masks of these tools.
struct ManifestTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let key: String
        let format: String
        var pictures: String?

        var testDescription: String { key }
    }

    static let cases = [
        Case(key: "coco-polygons", format: "coco", pictures: "scene/images"),
        Case(key: "coco-rle-compressed", format: "coco", pictures: "scene/images"),
        Case(key: "coco-rle-uncompressed", format: "coco"),
        Case(key: "coco-datumaro", format: "coco", pictures: "scene/images"),
        Case(key: "coco-supervision", format: "coco"),
        Case(key: "labelme", format: "labelme"),
        Case(key: "labelstudio", format: "labelstudio", pictures: "scene/images"),
        Case(key: "yolo", format: "yolo"),
        Case(key: "yolo-supervision", format: "yolo", pictures: "scene/images"),
    ]

    @Test(
        "Masks are those of the tools that wrote the files", .tags(.peer),
        .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"), arguments: cases)
    func masks(_ row: Case) throws {
        let entry = try #require(Manifest.entry(row.key))
        var options = LabelReadingOptions()
        if let folder = row.pictures {
            options.pictures = try PictureFolder(LabelFixtures.path(folder))
        }
        // YAML files of YOLO are read by their folder as well.
        let path = LabelFixtures.path(entry.file)
        let detected = try LabelFormat.detect(path)
        #expect(detected.name == row.format)
        let reading = try detected.format.read(path, options)
        for expected in entry.images {
            let picture = try #require(
                reading.labels.pictures.first {
                    ($0.name.split(separator: "/").last ?? "") == expected.name
                }, "\(expected.name)")
            #expect(picture.size == PictureSize(height: expected.height, width: expected.width))
            try compare(picture, with: expected, reading.labels)
        }
        #expect(reading.labels.pictures.count == entry.images.count)
    }

    private func compare(
        _ picture: LabeledPicture, with expected: Manifest.Picture, _ labels: LabelSet
    ) throws {
        let masks = try ExpectedMasks(
            LabelFixtures.path(expected.expectedByGrid ?? expected.expected))
        // What no tool fills is no object.
        let instances = expected.instances.filter { $0.pixels > 0 }
        #expect(picture.objects.count == instances.count, "\(expected.name)")
        for (index, instance) in instances.enumerated() {
            let byNumber = picture.objects.first { object in
                object.number != nil && object.number == instance.annotation
            }
            guard let object = byNumber ?? picture.objects.dropFirst(index).first else { continue }
            let comment = "\(expected.name), instance \(instance.bit), \(instance.kind ?? "")"
            let category = labels.categories[object.category].name
            #expect(category == instance.category, "\(comment)")
            #expect(object.isCrowd == (instance.iscrowd == 1), "\(comment)")
            let found = object.region.runs(size: masks.size)
            let mask = masks.mask(instance.bit)
            #expect(mask.area == instance.pixelsByGrid ?? instance.pixels, "\(comment)")
            if ["rectanglelabels", "ellipselabels"].contains(instance.kind) {
                #expect(pixelsBesideOutline(found, mask) == 0, "\(comment)")
            } else {
                #expect(found == mask, "\(comment)")
            }
        }
    }
}
