import GestaltIO
import GestaltLabels
import GestaltMedia
import TestSupport
import Testing

/// Damaged files: every reader ends with labels or with its own error.
struct DamagedFileTests {
    private func attack(
        _ format: LabelFormat, _ written: String, entry: String, seed: UInt64
    ) throws -> [String] {
        let folder = TemporaryFolder()
        let write = try #require(format.write)
        _ = try write(SampleLabels.labels, folder.path(written))
        let whole = folder.bytes(of: entry)
        try #require(!whole.isEmpty)
        let options = LabelReadingOptions(
            categories: [LabeledCategory("a"), LabeledCategory("b"), LabeledCategory("c")],
            size: { _ in SampleLabels.size })
        return ReaderAttack(format.title, seed: seed, count: 600, [whole]).run(
            expecting: { $0 is LabelError || $0 is FileFailure }
        ) { bytes in
            let path = folder.write(bytes, as: "damaged")
            let reading = try format.read(path, options)
            for picture in reading.labels.pictures {
                guard let size = picture.size, size.pixelCount < 1 << 20 else { continue }
                for object in picture.objects { _ = object.region.runs(size: size) }
            }
        }
    }

    @Test("COCO") func coco() throws {
        #expect(try attack(.coco, "a.json", entry: "a.json", seed: 1) == [])
    }

    @Test("LabelMe") func labelMe() throws {
        #expect(try attack(.labelMe, "a", entry: "a/a 1.json", seed: 2) == [])
    }

    @Test("Label Studio") func labelStudio() throws {
        #expect(try attack(.labelStudio, "a.json", entry: "a.json", seed: 3) == [])
    }

    @Test("YOLO rows") func yolo() throws {
        let folder = TemporaryFolder()
        let write = try #require(LabelFormat.yolo.write)
        _ = try write(SampleLabels.labels, folder.path("set"))
        let whole = folder.bytes(of: "set/labels/train/a 1.txt")
        let options = LabelReadingOptions(
            categories: [LabeledCategory("a"), LabeledCategory("b"), LabeledCategory("c")],
            size: { _ in SampleLabels.size })
        // Rows that are wrong are omitted: no file as a whole is refused.
        let problems = ReaderAttack("YOLO", seed: 4, count: 600, [whole], leastRefused: 0).run(
            expecting: { $0 is LabelError || $0 is FileFailure }
        ) { bytes in
            _ = try LabelFormat.yolo.read(folder.write(bytes, as: "x.txt"), options)
        }
        #expect(problems == [])
    }
}
