import GestaltIO
import GestaltLabels
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Damaged files in folders of labels: every reader ends with labels or with its own error.
struct DamagedFolderTests {
    private let folder = TemporaryFolder()
    private let isExpected: (any Error) -> Bool = { $0 is LabelError || $0 is FileFailure }

    private func attack(
        _ name: String, _ whole: [UInt8], seed: UInt64, leastRefused: Double = 0.05,
        _ read: ([UInt8]) throws -> Void
    ) -> [String] {
        let attack = ReaderAttack(
            name, seed: seed, count: 300, [whole], leastRefused: leastRefused)
        return attack.run(expecting: isExpected, read)
    }

    private var picture: [UInt8] {
        get throws {
            let ids = Tensor<UInt8>(shape: [6, 8], scalars: (0..<48).map { UInt8($0 / 9) })
            return try PNG.encodeIndices(ids)
        }
    }

    @Test("Label pictures and masks")
    func pictures() throws {
        let problems = attack("label pictures", try picture, seed: 51) { bytes in
            let path = folder.write(bytes, as: "a.png")
            _ = try LabelFormat.png.recognizes(path)
            _ = try LabelFormat.png.read(path, LabelReadingOptions())
        }
        #expect(problems == [])
        // A bad picture of a folder is omitted.
        let omitted = attack("folders", try picture, seed: 52, leastRefused: 0) { bytes in
            _ = folder.write(bytes, as: "a.png")
            _ = try LabelFormat.masks.read(folder.path, LabelReadingOptions())
        }
        #expect(omitted == [])
    }

    @Test("Tables of labels")
    func tables() throws {
        _ = folder.write(try picture, as: "a.png")
        let text = "# label\nbackground:0,0,0::\ncat:1,2,3:head:\nvoid:224,224,192::\n"
        let problems = attack("tables", Array(text.utf8), seed: 53) { bytes in
            _ = folder.write(bytes, as: "labelmap.txt")
            _ = try LabelFormat.png.read(folder.path, LabelReadingOptions())
        }
        #expect(problems == [])
    }

    @Test("The meta.json of YouTube-VOS")
    func meta() throws {
        let object = LabeledObject(
            category: 0, region: .polygons([SampleLabels.triangle]), instance: 1)
        let labels = LabelSet(
            categories: [LabeledCategory("a")],
            pictures: [
                LabeledPicture(
                    name: "film.mp4", frame: 0, size: SampleLabels.size, objects: [object])
            ])
        let write = try #require(LabelFormat.youTubeVOS.write)
        _ = try write(labels, folder.path("set"))
        let problems = attack("meta.json", folder.bytes(of: "set/meta.json"), seed: 54) { bytes in
            _ = folder.write(bytes, as: "set/meta.json")
            _ = try LabelFormat.youTubeVOS.recognizes(folder.path("set"))
            _ = try LabelFormat.youTubeVOS.read(folder.path("set"), LabelReadingOptions())
        }
        #expect(problems == [])
    }

    @Test("A film of SA-V")
    func film() {
        let mask = SampleLabels.holed.compressed.replacing("\\", with: "\\\\")
        let text = """
            {"video_id":"sav_1","video_frame_count":8.0,"video_height":48.0,"video_width":64.0,
            "masklet":[[{"size":[48,64],"counts":"\(mask)"},null],[null,null]],"masklet_id":[0,5]}
            """
        let problems = attack("SA-V", Array(text.utf8), seed: 55) { bytes in
            let path = folder.write(bytes, as: "film.json")
            _ = try LabelFormat.sav.recognizes(path)
            _ = try LabelFormat.sav.read(path, LabelReadingOptions())
        }
        #expect(problems == [])
    }
}
