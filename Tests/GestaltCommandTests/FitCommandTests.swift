import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// From frames to a fitted model, its masks and the frames to label next, as a user types them.
@Suite struct FitCommandTests {
    private let folder = TemporaryFolder()

    private func run(_ arguments: String...) throws -> Program.Result {
        try run(list: arguments)
    }

    private func run(list arguments: [String]) throws -> Program.Result {
        try Program.run(list: arguments.map { $0.replacing("@", with: folder.path + "/") })
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.path(path))
    }

    @Test(.tags(.slow)) func fromFramesToMasksAndSuggestions() throws {
        let size = ["--minutes", "0.02", "--labels", "4", "--size", "32x32", "--width", "4"]
        let plan = try Program.run(
            list: ["fit", "synthetic:2", "--output", folder.path("mine"), "--dry-run"] + size)
        #expect(plan.code == 0 && plan.output.contains("MiB of memory"), "\(plan)")
        #expect(!exists("mine"))
        let fit = try Program.run(
            list: ["fit", "synthetic:2", "--output", folder.path("mine")] + size)
        #expect(fit.code == 0, "\(fit)")
        #expect(fit.output.contains("arm: IoU") && fit.output.contains("object: "), "\(fit)")
        #expect(fit.error.contains("frames of 32 × 32"), "the plan comes first: \(fit)")
        for name in ["model.safetensors", "card.json", "categories.json", "report.json"] {
            #expect(exists("mine/" + name), "\(name)")
        }
        #expect(try run("fit", "synthetic:2", "--output", "@mine").code == 1, "a fit is there")
        let resumed = try run("fit", "--resume", "--output", "@mine", "--json", "--quiet")
        #expect(resumed.code == 0 && resumed.output.contains("\"held_out\""), "\(resumed)")

        try PNG.write(Tensor<UInt8>.zeros([30, 50, 3]), to: folder.path("a.png"))
        let masks = try run("segment", "@a.png", "--model", "@mine", "--output", "@out")
        #expect(masks.code == 0 && exists("out/masks/a.png"), "\(masks)")
        let films = try run(
            "segment", "@a.png", "--model", "@mine", "--output", "@out", "--every", "2")
        #expect(films.code == 2 && films.error.contains("--every"), "\(films)")

        let export = try run(
            "data", "export", "--data", "synthetic:2", "--masks-every", "10", "--output", "@set")
        #expect(export.code == 0, "\(export)")
        let next = try run(
            "suggest", "@set", "--model", "@mine", "--count", "3", "--output", "@next")
        #expect(next.code == 0 && next.output.contains("3 pictures"), "\(next)")
        #expect(exists("next/annotations.json") && exists("next/suggestions.json"))
        let again = try run("suggest", "@set", "--model", "@mine", "--output", "@next")
        #expect(again.code == 1 && again.error.contains("next: "), "labels may be there: \(again)")
    }

    @Test func nothingOfAnotherOriginIsReplaced() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("project"), withIntermediateDirectories: true)
        _ = folder.write(Array("mine".utf8), as: "project/README.md")
        for command in [["fit", "sample"], ["suggest", "sample", "--model", "none"]] {
            let result = try run(list: command + ["--output", "@project"])
            #expect(result.code == 1 && result.error.contains("is not empty"), "\(result)")
        }
        #expect(folder.bytes(of: "project/README.md") == Array("mine".utf8))
    }

    @Test(.tags(.slow)) func aFitOfObjectsPrintsTheirScores() throws {
        let fit = try run(
            "fit", "synthetic:2", "--instances", "--minutes", "0.02", "--labels", "4", "--size",
            "32x32", "--width", "4", "--output", "@objects")
        #expect(fit.code == 0, "\(fit)")
        #expect(fit.output.contains("arm: AP50") && fit.output.contains("PQ"), "\(fit)")
        #expect(fit.error.contains("objects of 2 categories"), "the plan comes first: \(fit)")
        #expect(exists("objects/instances/model.safetensors") && !exists("objects/teacher"))
        _ = try run(
            "data", "export", "--data", "synthetic:2", "--masks-every", "10", "--output", "@set")
        let next = try run(
            "suggest", "@set", "--model", "@objects", "--count", "3", "--output", "@next")
        #expect(next.code == 0 && next.output.contains("3 pictures"), "\(next)")
        let sheet = try run(
            "data", "sheet", "--data", "synthetic:2", "--model", "@objects", "--clips", "1",
            "--output", "@sheet.png")
        #expect(sheet.code == 0 && exists("sheet.png"), "\(sheet)")
        let classes = try run(
            "fit", "synthetic:2", "--instances", "--classes", "1", "--output", "@no")
        #expect(classes.code != 0 && classes.error.contains("2 to 255"), "\(classes)")
    }

    @Test(arguments: [
        (["fit", "--output", "x"], "the data are needed"),
        (["fit", "sample", "--resume", "--output", "x"], "leave it out"),
        (["fit", "sample", "--output", "x", "--minutes", "0"], "--minutes"),
        (["fit", "sample", "--output", "x", "--holdout", "1"], "--holdout"),
        (["fit", "sample", "--output", "x", "--minutes", "200000"], "--minutes: expected"),
        (["fit", "sample", "--output", "x", "--width", "5000"], "--width: expected 1 to 1024"),
        (["fit", "sample", "--output", "x", "--classes", "0"], "--classes"),
        (["fit", "sample", "--output", "x", "--crop", "32x32"], "--crop: the model will"),
        (["fit", "--resume", "--output", "x", "--minutes", "5"], "--minutes: --resume"),
        (["fit", "a", "--from", "y", "--output", "x", "--size", "8x8"], "--size: --from keeps"),
        (["suggest", "sample", "--model", "m", "--format", "nothing"], "--format: "),
        (["segment", "a.mp4", "--output", "x", "--masks-only", "--formats", "coco"], "both"),
        (["segment", "a.mp4", "--output", "x", "--formats", ""], "--formats names no result"),
        (["segment", "a.mp4", "--output", "x", "--frame-rate", "inf"], "--frame-rate"),
        (["segment", "films", "--output", "./films"], "both input and output"),
        (["segment", "a.mp4", "--output", "x", "--from", "2:00", "--to", "1:30"], "before --to"),
        (["segment", "a.mp4", "--output", "x", "--formats", "mask"], "there are masks"),
        (["segment", "a.mp4", "--output", "x", "--from", "1:75"], "--from"),
    ])
    func wrongUsageIsNamed(_ arguments: [String], _ message: String) throws {
        let result = try Program.run(list: arguments)
        #expect(result.code == 2 && result.error.contains(message), "\(arguments): \(result)")
    }
}
