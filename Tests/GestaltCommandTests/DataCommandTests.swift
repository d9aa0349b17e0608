import Foundation
import GestaltFiles
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// What the commands do with data as people have them.
@Suite struct DataCommandTests {
    /// Clips of frames with a bright square, and masks of it.
    static func write(
        _ clips: [String], to root: String, frames: Int = 4, height: Int = 16, width: Int = 16,
        masks: Bool = true
    ) throws {
        for (number, clip) in clips.enumerated() {
            let parts = clip.split(separator: "/")
            let labels =
                ([root] + parts.dropLast().map(String.init) + ["masks"]).joined(
                    separator: "/") + "/" + parts.last!
            for folder in ["\(root)/\(clip)", labels] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true)
            }
            for frame in 0..<frames {
                let ids = (0..<height * width).map { place -> UInt8 in
                    (4..<10).contains(place / width)
                        && (2 + frame..<8 + frame).contains(place % width) ? 1 : 0
                }
                let pixels = ids.flatMap { id -> [UInt8] in [UInt8(40 * number + 30), id * 200, 60]
                }
                try PNG.write(
                    Tensor(shape: [height, width, 3], scalars: pixels),
                    to: "\(root)/\(clip)/\(frame).png")
                guard masks else { continue }
                try PNG.write(
                    Tensor(shape: [height, width], scalars: ids), to: "\(labels)/\(frame).png")
            }
        }
    }

    private func train(_ arguments: String...) throws -> Program.Result {
        try Program.run(
            list: ["train"] + arguments + ["--steps", "2", "--batch", "2"])
    }

    private func card(_ folder: String) throws -> String {
        try String(contentsOfFile: folder + "/README.md", encoding: .utf8)
    }

    @Test func trainAloneTrains() throws {
        let folder = TemporaryFolder()
        try Self.write(["train/a", "train/b"], to: folder.path("data"))
        let run = folder.path("run")
        let result = try train(
            "unet", "--preset", "demo", "--data", folder.path("data"), "--output", run)
        #expect(result.code == 0, "\(result.error)")
        #expect(result.error.contains("no split val, only train: the run is not evaluated"))
        #expect(try !card(run).contains("split:"))
        let evaluated = try Program.run(
            "evaluate", "--model", run, "--data", folder.path("data"))
        #expect(evaluated.code == 1 && evaluated.error.contains("no split test, only train"))
    }

    @Test func dataWithoutSplitsAreSaidToBe() throws {
        let folder = TemporaryFolder()
        try Self.write(["a", "b", "c"], to: folder.path("data"))
        let (run, held) = (folder.path("run"), folder.path("held"))
        let whole = try train(
            "unet", "--preset", "demo", "--data", folder.path("data"), "--output", run)
        #expect(whole.code == 0, "\(whole.error)")
        #expect(whole.error.contains("no split: scores are of the training frames"))
        #expect(try card(run).contains("On the training frames (the data have no split)"))
        let evaluated = try Program.run("evaluate", "--model", run, "--data", folder.path("data"))
        #expect(evaluated.code == 0, "\(evaluated.error)")
        #expect(evaluated.error.contains("no splits: all its clips are taken for --split test"))
        #expect(evaluated.output.contains("(no split, 3 clips)"))

        let out = try train(
            "unet", "--preset", "demo", "--data", folder.path("data"), "--output", held,
            "--holdout", "0.3")
        #expect(out.code == 0, "\(out.error)")
        #expect(out.error.contains("1 of 3 clips are held out of training"))
        #expect(try card(held).contains("On the clips held out of training"))
        let refused = try train(
            "unet", "--data", folder.path("data"), "--output", held, "--holdout", "1.5")
        #expect(refused.error.contains("--holdout"))
    }

    @Test func framesThatDoNotFitAreFitted() throws {
        let folder = TemporaryFolder()
        let data = folder.path("data")
        try Self.write(["train/a", "train/b"], to: data, frames: 4, height: 18, width: 22)
        try Self.write(["train/short"], to: data, frames: 3, height: 18, width: 22)
        let run = folder.path("run")
        let arguments = [
            "tokenizer", "--preset", "tiny", "--clip-length", "4", "--data", data, "--output", run,
        ]
        let refused = try Program.run(list: ["train"] + arguments + ["--steps", "2"])
        #expect(refused.code == 1)
        for text in ["18 × 22", "--fit crop (16 × 20)", "--fit pad (20 × 24)"] {
            #expect(refused.error.contains(text), "\(refused.error)")
        }
        try? FileManager.default.removeItem(atPath: run)
        let fitted = try Program.run(
            list: ["train"] + arguments + ["--steps", "2", "--batch", "2", "--fit", "crop"])
        #expect(fitted.code == 0, "\(fitted.error)")
        #expect(fitted.error.contains("frames of 18 × 22 become 16 × 20 (crop)"))
        #expect(fitted.error.contains("1 of 3 clips have fewer than 4 frames"))

        let codes = folder.path("codes.npy")
        let encoded = try Program.run(
            "encode", "--model", run, "--input", data + "/train/a", "--size", "32x16", "--output",
            codes)
        #expect(encoded.code == 0, "\(encoded.error)")
        #expect(encoded.error.contains("become 32 × 16 (resize)"))
        #expect(try NPY.info(codes).shape[2...] == [8, 4])

        let arrays = folder.path("arrays.npz")
        let dark = Tensor<Float>(repeating: 0.25, shape: [4, 3, 16, 20])
        try NPZ.write([(name: "left", tensor: dark), (name: "right", tensor: dark)], to: arrays)
        var words = ["encode", "--model", run, "--input", arrays, "--output", codes]
        for (missing, option) in [
            ("--key", ["--key", "left"]), ("--range", ["--range", "-1..1"]),
        ] {
            let result = try Program.run(list: words)
            #expect(result.code == 1 && result.error.contains(missing), "\(result.error)")
            words += option
        }
        let read = try Program.run(list: words)
        #expect(read.code == 0, "\(read.error)")
        #expect(read.error.contains("read as axes tchw, numbers -1..1"))
        #expect(try NPY.info(codes).shape == [1, 1, 4, 5])
    }

    @Test func inspectReportsWhatDataHold() throws {
        let folder = TemporaryFolder()
        let data = folder.path("data")
        try Self.write(["train/a"], to: data, frames: 3)
        try Self.write(["train/b"], to: data, frames: 2, height: 20, width: 24, masks: false)
        try Self.write(["test/c"], to: data, frames: 1)
        _ = folder.write([1], as: "data/train/film.mp4")
        let result = try Program.run("inspect", data)
        #expect(result.code == 0, "\(result.error)")
        #expect(result.output.contains("3 with 6 frames"))
        #expect(result.output.contains("16 × 16 (1), 20 × 24 (1)"), "\(result.output)")
        #expect(result.output.contains("0 (86 %) 1 (14 %)"), "\(result.output)")
        #expect(result.error.contains("skipped 1 file: mp4"), "\(result.error)")
        #expect(result.error.contains("3 of 5 frames labeled"), "\(result.error)")
    }
}
