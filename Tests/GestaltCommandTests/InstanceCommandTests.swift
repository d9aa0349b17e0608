import Foundation
import GestaltMedia
import GestaltModels
import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

/// `train instances`, and what `evaluate` and `segment` make of the model.
@Suite struct InstanceCommandTests {
    private struct Report: Decodable {
        struct Class: Decodable { let label: Int, instanceCount: Int }
        let mean: [String: Double?]
        let classes: [Class]
    }

    private struct COCO: Decodable {
        struct Segmentation: Decodable { let size: [Int], counts: String }
        struct Annotation: Decodable {
            let categoryId: Int, segmentation: Segmentation, score: Double?
        }
        struct Picture: Decodable { let fileName: String }
        let images: [Picture], annotations: [Annotation]
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    @Test func fromTrainingToMasks() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        let trained = try Program.run(
            "train", "instances", "--data", "synthetic:2", "--labels", "4", "--classes", "3",
            "--encoder", "dense:4", "--head", "query:8:1", "--steps", "2", "--batch", "2",
            "--output", run, "--quiet")
        #expect(trained.code == 0, "\(trained)")
        #expect(trained.output.contains("ap50") && trained.output.contains("pq"), "\(trained)")
        let resumed = try Program.run("train", "resume", run, "--quiet")
        #expect(resumed.code == 0 && resumed.output.contains("instances, 2 steps"), "\(resumed)")

        let evaluated = try Program.run(
            "evaluate", "--model", run, "--data", "synthetic:2", "--every", "15", "--json",
            "--quiet")
        #expect(evaluated.code == 0, "\(evaluated)")
        let report = try Self.decoder.decode(Report.self, from: Data(evaluated.output.utf8))
        #expect(report.classes.map(\.label) == [1, 2])
        #expect(report.mean.keys.contains("ap50") && report.mean.keys.contains("pq"))

        // Above all scores no instance is left, but the ranking is the same.
        let strict = try Program.run(
            "evaluate", "--model", run, "--data", "synthetic:2", "--every", "15", "--threshold",
            "1.1", "--json", "--quiet")
        #expect(strict.code == 0, "\(strict)")
        let none = try Self.decoder.decode(Report.self, from: Data(strict.output.utf8))
        #expect(none.mean["pq"] == 0 && none.mean["ap50"] == report.mean["ap50"])
        let other = try Program.run(
            "evaluate", "--model", "robot-push-small/foreground", "--data", "synthetic:2",
            "--threshold", "0.5", "--quiet")
        #expect(other.code == 2 && other.error.contains("--threshold"), "\(other)")

        var random = RandomStream(seed: 3)
        let values: Tensor<Float> = random.uniform([40, 60, 3], in: -0.5..<0.5)
        try Image.write(values.pixelBytes(), to: folder.path("a.jpg"))
        let segmented = try Program.run(
            "segment", folder.path("a.jpg"), "--model", run, "--threshold", "0", "--output",
            folder.path("out"), "--quiet")
        #expect(segmented.code == 0, "\(segmented)")
        let mask = try Image.readLabels(folder.path("out/masks/a.png"))
        #expect(mask.height == 40 && mask.width == 60)
        let file = try Self.decoder.decode(
            COCO.self, from: Data(contentsOf: URL(filePath: folder.path("out/coco.json"))))
        #expect(file.images.map(\.fileName) == ["a.jpg"], "the picture's name, not its mask's")
        let ids = Set(try mask.bytes().scalars).subtracting([0])
        #expect(file.annotations.count == ids.count)
        #expect(file.annotations.allSatisfy { $0.segmentation.size == [40, 60] })
        #expect(file.annotations.allSatisfy { (1...2).contains($0.categoryId) })
    }

    @Test func wrongUsage() throws {
        let folder = TemporaryFolder()
        let head = try Program.run(
            "train", "instances", "--head", "query:0", "--output", folder.path("a"))
        #expect(head.code == 2 && head.error.contains("query[:QUERIES[:BLOCKS]]"), "\(head)")
        let classes = try Program.run(
            "train", "instances", "--data", "synthetic:1", "--classes", "1", "--output",
            folder.path("b"))
        #expect(classes.code != 0 && classes.error.contains("2 to 255"), "\(classes)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("b")))
    }
}
