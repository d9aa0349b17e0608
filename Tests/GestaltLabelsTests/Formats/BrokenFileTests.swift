import Foundation
import GestaltLabels
import TestSupport
import Testing

/// Files with one thing wrong each: what is read, and what is said.
struct BrokenFileTests {
    @Test(
        "Broken COCO files", .tags(.peer),
        .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"),
        arguments: BrokenFile.of("coco"))
    func coco(_ file: BrokenFile) throws {
        let options = LabelReadingOptions(
            pictures: try PictureFolder(LabelFixtures.path("broken/images")))
        #expect(file.problems(reading: .coco, options) == [])
        guard let expected = file.expected.map(LabelFixtures.path) else { return }
        let masks = try ExpectedMasks(expected)
        let labels = try LabelFormat.coco.read(LabelFixtures.path(file.file), options).labels
        let object = try #require(labels.pictures.first?.objects.first)
        let found = object.region.runs(size: masks.size)
        // One pixel along the outline where points were turned with a picture.
        #expect(pixelsBesideOutline(found, masks.mask(0)) == 0)
        if !file.file.contains("exif") { #expect(found == masks.mask(0)) }
    }

    @Test(
        "Broken LabelMe files", .tags(.peer),
        .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"),
        arguments: BrokenFile.of("labelme"))
    func labelMe(_ file: BrokenFile) throws {
        let images = try PictureFolder(LabelFixtures.path("broken/images")).files
        let options = LabelReadingOptions(
            pictures: PictureFolder(
                LabelFixtures.path("broken"), files: images.map { "images/" + $0 }))
        #expect(file.problems(reading: .labelMe, options) == [])
    }

    @Test(
        "Broken exports of Label Studio", .tags(.peer),
        .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"),
        arguments: BrokenFile.of("label-studio"))
    func labelStudio(_ file: BrokenFile) throws {
        let options = LabelReadingOptions(
            pictures: try PictureFolder(LabelFixtures.path("broken/images")))
        #expect(file.problems(reading: .labelStudio, options) == [])
    }

    @Test(
        "Broken YOLO files", .tags(.peer),
        .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"),
        arguments: BrokenFile.of("yolo-seg"))
    func yolo(_ file: BrokenFile) throws {
        let options = LabelReadingOptions(
            pictures: try PictureFolder(LabelFixtures.path("broken/images")),
            categories: (file.classes ?? ["disc", "brick"]).map { LabeledCategory($0) })
        #expect(file.problems(reading: .yolo, options) == [])
    }
}
