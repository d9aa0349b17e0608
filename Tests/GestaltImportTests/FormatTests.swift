import Foundation
import GestaltData
import GestaltFiles
import GestaltImport
import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

/// The same labels as annotation tools write them, imported with the pictures that they are of.
struct FormatTests {
    /// A label file or folder, and the key of its expected masks.
    struct Case: CustomTestStringConvertible, Sendable {
        var file: String
        var expected: String
        var testDescription: String { file }

        init(_ file: String, _ expected: String) {
            self.file = file
            self.expected = expected
        }
    }

    private struct Manifest: Decodable {
        struct Entry: Decodable {
            var key: String
            var images: [Image]
        }
        struct Image: Decodable {
            var image: String
            var expected: String
            var expectedByGrid: String?
            var instances: [Instance]
        }
        struct Instance: Decodable {
            var bit: Int
            var category: String?
            var iscrowd: Int?
        }
        var labels: [Entry]
    }

    @Test(
        "Masks of a set are those of the label file",
        .tags(.peer),
        .enabled(if: OutsideFiles.fixtures.isThere, "\(OutsideFiles.fixtures.message)"),
        arguments: [
            Case("coco/rle-compressed.json", "coco-rle-compressed"),
            Case("coco/rle-uncompressed.json", "coco-rle-uncompressed"),
            Case("coco/polygons.json", "coco-polygons"), Case("labelme", "labelme"),
            Case("yolo/data.yaml", "yolo"),
        ])
    func masksAreThose(_ one: Case) throws {
        let labels = try #require(OutsideFiles.fixtures.file("labels"))
        let folder = TemporaryFolder()
        var plan = ImportPlan(
            [labels.appending(path: "scene/images").path],
            labels: [labels.appending(path: one.file).path], output: folder.path("set"))
        plan.settings.splits.validation = 0
        plan.settings.splits.test = 0
        plan.settings.categories = ["brick", "disc"]
        let report = try Importer(plan).run()
        #expect(report.bad.isEmpty, "\(report.bad)")

        let entry = try #require(
            JSONDecoder().decode(
                Manifest.self, from: Data(contentsOf: labels.appending(path: "manifest.json"))
            ).labels.first { $0.key == one.expected })
        let images = Dictionary(
            uniqueKeysWithValues: entry.images.filter { !$0.instances.isEmpty }.map {
                (URL(filePath: $0.image).lastPathComponent, $0)
            })
        let names = try FileManager.default.contentsOfDirectory(atPath: plan.inputs[0]).sorted()
        var compared = 0
        for clip in try ImportedSet(at: plan.output).dataSet(.train).clips {
            let numbers = clip.series[ImportedSet.numberSeries]?.scalars.map { Int($0) } ?? []
            for frame in clip.labeledFrames {
                let image = try #require(images[names[numbers[frame]]])
                let bits: Tensor<UInt8> = try NPY.read(
                    labels.appending(path: image.expectedByGrid ?? image.expected).path)
                let mask = try #require(clip.masks?[frame])
                for (id, set) in zip(mask.scalars, bits.scalars) {
                    let there = image.instances.filter { set >> UInt8($0.bit) & 1 == 1 }
                        .map { $0.iscrowd == 1 ? 255 : $0.category == "brick" ? UInt8(1) : 2 }
                    if there.isEmpty ? id != 0 : !there.contains(id) {
                        Issue.record("\(image.image): \(id) where \(there) are")
                        return
                    }
                }
                compared += 1
            }
        }
        #expect(compared == images.count && compared > 3)
    }
}
