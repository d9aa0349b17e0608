import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Masks with ids, an ignored rim and missing frames, from the shell.
@Suite struct LabelCommandTests {
    /// `train/`, `val/`, `test/` with 6 frames of 16 × 16, of which every second has a mask with
    /// stripes of ids 0, 1, 2 and 255.
    static func write(_ root: String, highest: UInt8 = 2) throws {
        let ids = (0..<256).map { place -> UInt8 in
            let column = place % 16
            return column % 5 == 4 ? 255 : column / 5 == 2 ? highest : UInt8(column / 5 % 3)
        }
        for split in ["train", "val", "test"] {
            for folder in ["c0", "masks/c0"] {
                try FileManager.default.createDirectory(
                    atPath: "\(root)/\(split)/\(folder)", withIntermediateDirectories: true)
            }
            for frame in 0..<6 {
                let pixels = ids.flatMap { id in (0..<3).map { UInt8($0 * 40) &+ id &* 60 } }
                try PNG.write(
                    Tensor(shape: [16, 16, 3], scalars: pixels),
                    to: "\(root)/\(split)/c0/\(frame).png")
                guard frame % 2 == 0 else { continue }
                try PNG.write(
                    Tensor(shape: [16, 16], scalars: ids),
                    to: "\(root)/\(split)/masks/c0/\(frame).png")
            }
        }
    }

    private func train(_ folder: TemporaryFolder, _ more: String...) throws -> Program.Result {
        try Program.run(
            list: [
                "train", "unet", "--data", folder.path, "--preset", "demo", "--steps", "2",
                "--batch", "2", "--output", folder.path + "/run",
            ] + more)
    }

    @Test func fewLabelsAnIgnoredRimAndAnAbsentClassFromTrainingToMasks() throws {
        let folder = TemporaryFolder()
        try Self.write(folder.path)
        let trained = try train(folder, "--classes", "4")
        #expect(trained.code == 0, "\(trained.error)")
        #expect(trained.error.contains("train: 3 of 6 frames labeled"), "\(trained.error)")
        #expect(trained.error.contains("label 255 is ignored: 19 %"))
        #expect(trained.error.contains("class 3 never occurs"))

        let model = folder.path + "/run"
        let json = try Program.run(
            "evaluate", "--model", model, "--data", folder.path, "--every", "1", "--json")
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(report["image_count"] as? Int == 3 && report["confidence"] is NSNull)
        let table = try Program.run("evaluate", "--model", model, "--data", folder.path)
        #expect(table.output.contains("iou_class_3") && table.output.contains("No interval"))

        let picture = folder.path + "/test/c0/0.png"
        let refused = try Program.run(
            "segment", picture, "--model", model, "--output", folder.path + "/out", "--threshold",
            "0.5")
        #expect(refused.code == 2 && refused.error.contains("chooses among 4 classes"))
        let segmented = try Program.run(
            "segment", picture, "--model", model, "--output", folder.path + "/out")
        #expect(segmented.code == 0, "\(segmented.error)")
        let mask = try PNG.readIndices(folder.path + "/out/masks/0.png")
        #expect(mask.shape == [16, 16, 1] && mask.scalars.allSatisfy { $0 < 4 })
    }

    /// Ids that are no class end with 1 and the file, unless they number objects.
    @Test func classes() throws {
        let folder = TemporaryFolder()
        try Self.write(folder.path, highest: 7)
        let refused = try train(folder, "--classes", "3")
        #expect(refused.code == 1, "\(refused.error)")
        #expect(
            refused.error.contains("train/masks/c0/0.png: label 7, expected ids from 0 to 2"),
            "\(refused.error)")
        let objects = try train(folder, "--classes", "3", "--instances", "--ignore", "255")
        #expect(objects.code == 0, "\(objects.error)")
        let recipe = try String(contentsOfFile: folder.path + "/run/recipe.json", encoding: .utf8)
        #expect(recipe.contains("\"instances\"") && recipe.contains("\"255\""))
    }

    @Test(arguments: ["256", "-1", "void"])
    func otherWordsForIgnoreAreWrongUsage(label: String) throws {
        let result = try Program.run("train", "unet", "--ignore=\(label)", "--output", "x")
        #expect(result.code == 2 && result.error.contains("--ignore"), "\(result.error)")
    }
}
