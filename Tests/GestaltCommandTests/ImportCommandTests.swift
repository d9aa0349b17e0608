import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct ImportCommandTests {
    /// Two films of pictures, and labels in the format of COCO for a frame of each.
    private func made(_ folder: TemporaryFolder) throws -> (films: String, labels: String) {
        let films = folder.path("films")
        for film in ["a", "b"] {
            try FileManager.default.createDirectory(
                atPath: films + "/" + film, withIntermediateDirectories: true)
            for number in 0..<3 {
                let frame = Tensor(
                    repeating: UInt8(60 * number), shape: [16, 24, 3])
                try PNG.write(frame, to: "\(films)/\(film)/\(number).png")
            }
        }
        let labels = """
            {"images": [
              {"id": 1, "file_name": "a/1.png", "height": 16, "width": 24},
              {"id": 2, "file_name": "b/2.png", "height": 16, "width": 24}],
            "categories": [{"id": 1, "name": "thing"}],
            "annotations": [
              {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "area": 24,
               "bbox": [2, 3, 6, 4], "segmentation": [[2, 3, 8, 3, 8, 7, 2, 7]]},
              {"id": 2, "image_id": 2, "category_id": 1, "iscrowd": 0, "area": 24,
               "bbox": [2, 3, 6, 4], "segmentation": [[2, 3, 8, 3, 8, 7, 2, 7]]}]}
            """
        return (films, folder.write(Array(labels.utf8), as: "labels.json"))
    }

    @Test("Pictures and a label file become a set that is inspected and trained on")
    func importsAndTrains() throws {
        let folder = TemporaryFolder()
        let (films, labels) = try made(folder)
        let set = folder.path("set")
        let imported = try Program.run("import", films, "--labels", labels, "--output", set)
        #expect(imported.code == 0, "\(imported.error)")
        #expect(imported.output.contains("2 sources, 2 read, 2 of 2 labeled pictures found"))
        #expect(imported.output.contains("categories: background, thing"))
        let inspected = try Program.run("inspect", set)
        #expect(inspected.code == 0 && inspected.output.contains("an imported set, 2 clips"))
        let trained = try Program.run(
            "train", "unet", "--data", set, "--classes", "2", "--preset", "demo", "--steps", "1",
            "--batch", "1", "--output", folder.path("run"), "--quiet")
        #expect(trained.code == 0, "\(trained.error)")
        let again = try Program.run("import", films, "--labels", labels, "--output", set)
        #expect(again.output.contains("2 sources, 0 read"))
        let other = try Program.run(
            "import", films, "--labels", labels, "--stride", "2", "--output", set)
        #expect(other.code == 1 && other.error.contains("--stride is 1 there and 2 here"))
        let next = folder.path("next")
        let suggested = try Program.run(
            "suggest", set, "--model", folder.path("run"), "--count", "1", "--output", next)
        #expect(suggested.code == 0 && suggested.output.contains("1 pictures"), "\(suggested)")
        let pictures = FileManager.default.subpaths(atPath: next + "/images") ?? []
        #expect(pictures.contains { ["a/0.png", "a/2.png", "b/0.png", "b/1.png"].contains($0) })
        let taken = try Program.run(
            "import", films, "--labels", labels, "--labels", next + "/annotations.json",
            "--output", set)
        #expect(taken.code == 0 && taken.output.contains("labeled pictures found"), "\(taken)")
    }

    @Test("Settings out of range are wrong usage")
    func settingsOutOfRange() throws {
        let result = try Program.run(
            "import", "f", "--output", "/proc/none", "--validation", "0.6", "--test", "0.6")
        #expect(result.code == 2 && result.error.contains("--validation, --test"), "\(result)")
    }

    @Test("What is wrong is listed with exit code 1, and left out with --skip-bad")
    func listsWhatIsWrong() throws {
        let folder = TemporaryFolder()
        let (films, labels) = try made(folder)
        _ = folder.write([1, 2, 3], as: "films/a/2.png")
        let set = folder.path("set")
        let dry = try Program.run(
            "import", films, "--labels", labels, "--output", set, "--dry-run")
        #expect(dry.code == 0 && !folder.names.contains("set"), "\(dry.error)")
        let refused = try Program.run("import", films, "--labels", labels, "--output", set)
        #expect(refused.code == 1 && refused.error.contains("1 thing is wrong"))
        #expect(refused.error.contains("a/2.png") && !refused.error.contains("Error:"))
        let skipped = try Program.run(
            "import", films, "--labels", labels, "--output", set, "--skip-bad", "--json")
        #expect(skipped.code == 0, "\(skipped.error)")
        let json = try JSONSerialization.jsonObject(with: Data(skipped.output.utf8))
        #expect((json as? [String: Any])?["is_written"] as? Bool == true)
    }
}
