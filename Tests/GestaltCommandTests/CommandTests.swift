import Foundation
import GestaltFiles
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct CommandTests {
    @Test(arguments: [
        ["frobnicate"], ["train", "unet"], ["train", "head", "--output", "x"],
        ["train", "tokenizer", "--preset", "huge", "--output", "x"],
        ["evaluate", "--model", "m", "--every", "0"], ["segment", "a.png", "--model", "m"],
        ["data", "sheet", "--split", "nowhere", "--output", "x.png"],
    ])
    func wrongUsageEndsWith2AndALineThatSaysWhatIsWrong(arguments: [String]) throws {
        let result = try Program.run(list: arguments)
        #expect(result.code == 2, "\(result)")
        #expect(result.error.contains("Error:") && result.output.isEmpty)
    }

    @Test(arguments: [
        (["evaluate", "--model", "/nowhere/model"], "/nowhere/model"),
        (
            ["segment", "/nowhere/a.png", "--model", "/nowhere/m", "--output", "/nowhere/o"],
            "/nowhere/m"
        ),
        (["inspect", "/nowhere/file.npy"], "/nowhere/file.npy"),
        (["inspect", "/nowhere/file.pickle"], "/nowhere/file.pickle"),
        (["train", "unet", "--data", "/nowhere/data", "--output", "OUT"], "/nowhere/data"),
        (["train", "unet", "--data", "synthetic:none", "--output", "OUT"], "synthetic:none"),
        (
            ["data", "sheet", "--data", "synthetic:1", "--output", "/proc/nothing/x.png"],
            "/proc/nothing"
        ),
    ])
    func whatTheWorldGotWrongEndsWith1AndNamesThePath(arguments: [String], named: String) throws {
        let folder = TemporaryFolder()
        let result = try Program.run(
            list: arguments.map { $0 == "OUT" ? folder.path + "/run" : $0 })
        #expect(result.code == 1, "\(result)")
        #expect(result.error.contains(named), "\(result.error)")
    }

    @Test func helpIsNoFailure() throws {
        let result = try Program.run("--help")
        #expect(result.code == 0 && result.output.contains("SUBCOMMANDS"))
    }

    @Test func trainEvaluateSegmentInspectTheWholeWayOnSyntheticClips() throws {
        let folder = TemporaryFolder()
        let (model, output) = (folder.path + "/unet", folder.path + "/out")
        let trained = try Program.run(
            "train", "unet", "--data", "synthetic:2", "--preset", "demo", "--labels", "4",
            "--steps", "3", "--batch", "2", "--output", model)
        #expect(trained.code == 0, "\(trained.error)")

        let again = try Program.run(
            "train", "unet", "--data", "synthetic:2", "--preset", "demo", "--output", model)
        #expect(again.code == 1 && again.error.contains("--resume"), "\(again.error)")

        let evaluated = try Program.run(
            "evaluate", "--model", model, "--data", "synthetic:2", "--every", "15", "--json")
        #expect(evaluated.code == 0, "\(evaluated.error)")
        let unread = try Program.run(
            "evaluate", "--model", model, "--data", "synthetic:2", "--clip-length", "4")
        #expect(unread.code == 2 && unread.error.contains("leave out --clip-length"), "\(unread)")
        let scores = model + "-scores.json"
        try Data(evaluated.output.utf8).write(to: URL(filePath: scores))
        let compared = try Program.run("compare", scores, "--against", scores)
        #expect(compared.output.contains("difference +0.0000"), "\(compared)")
        let report = try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8))
        #expect((report as? [String: Any])?["image_count"] as? Int == 4)

        let best = try Program.run(
            "evaluate", "--model", model + "/checkpoints/best.safetensors", "--data", "synthetic:2",
            "--every", "15", "--json")
        #expect(best.output == evaluated.output, "\(best.error)")
        let exported = try Program.run(
            "convert", model + "/checkpoints/best.safetensors", folder.path + "/exported")
        #expect(exported.output.contains("U-Net"), "\(exported.error)")
        let refused = try Program.run(
            "encode", "--model", model, "--input", "x.npy", "--output", "x.npz")
        #expect(refused.code == 1 && refused.error.contains("is a segmentation model (U-Net)"))
        #expect(refused.error.contains("gestalt train tokenizer"), "\(refused.error)")

        let picture = Tensor<UInt8>(
            shape: [60, 100, 3], scalars: (0..<18000).map { UInt8(truncatingIfNeeded: $0 * 7) })
        try PNG.write(picture, to: folder.path + "/odd.png")
        let segmented = try Program.run(
            "segment", folder.path + "/odd.png", "--model", model, "--output", output)
        #expect(segmented.code == 0, "\(segmented.error)")
        let mask = try PNG.read(output + "/masks/odd.png", as: .gray)
        #expect(mask.shape.dimensions.prefix(2) == [60, 100])
        #expect(try PNG.read(output + "/overlays/odd.png").shape == [60, 100, 3])

        let inspected = try Program.run("inspect", model)
        #expect(inspected.code == 0 && inspected.output.contains("tensors"), "\(inspected.error)")
    }

    @Test func aMaskedPriorsWayTrainPredictInspect() throws {
        let folder = TemporaryFolder()
        let (tokenizer, prior) = (folder.path("tokenizer"), folder.path("prior"))
        let first = try Program.run(
            "train", "tokenizer", "--kind", "magvit", "--data", "synthetic:3", "--preset", "tiny",
            "--steps", "2", "--batch", "2", "--clip-length", "5", "--output", tokenizer)
        #expect(first.code == 0, "\(first.error)")
        let trained = try Program.run(
            "train", "masked-prior", "--data", "synthetic:2", "--model", tokenizer, "--preset",
            "tiny", "--steps", "2", "--batch", "2", "--clip-length", "5", "--output", prior)
        #expect(trained.code == 0, "\(trained.error)")
        let inspected = try Program.run("inspect", prior)
        #expect(inspected.code == 0 && inspected.output.contains("masked"), "\(inspected.error)")
        let evaluated = try Program.run(
            "evaluate", "--model", prior, "--data", "synthetic:2", "--json")
        #expect(
            evaluated.code == 0 && evaluated.output.contains("masked_nll_at_50"),
            "\(evaluated.error)")
        let clip = folder.path("clips.npy")
        try ArrayFile.write(
            Tensor<Float>.sample([1, 5, 64, 64, 3], in: -0.5...0.5), name: "video", to: clip)
        let predicted = try Program.run(
            "predict", "--model", prior, "--input", clip, "--steps", "3", "--samples", "2",
            "--output", folder.path("forecast.npy"))
        #expect(predicted.code == 0, "\(predicted.error)")
        #expect(predicted.output.contains("[1, 2, 5, 64, 64, 3]"), "\(predicted.output)")
        for refused in [["--greedy"], ["--guidance", "1"], ["--steps", "0"]] {
            let result = try Program.run(
                list: [
                    "predict", "--model", prior, "--input", clip, "--output",
                    folder.path("none.npy"),
                ] + refused)
            #expect(result.code != 0 && result.error.contains(refused[0]), "\(result.error)")
        }
        let short = try Program.run(
            "encode", "--model", tokenizer, "--input", clip, "--frames", "4", "--output",
            folder.path("codes.npy"))
        #expect(short.code == 1 && short.error.contains("pad to 5"), "\(short.error)")
        let padded = try Program.run(
            "encode", "--model", tokenizer, "--input", clip, "--frames", "4", "--pad-frames",
            "--output", folder.path("codes.npy"))
        #expect(padded.code == 0 && padded.output.contains("[1, 2, 16, 16]"), "\(padded.error)")
    }

    /// Other quantizers, and the causal tokenizer, are trained, scored, shown and built upon alike.
    @Test(arguments: [
        ["--quantizer", "fsq:8,5,5,5"], ["--kind", "magvit", "--quantizer", "lfq:8"],
        ["--kind", "magvit", "--quantizer", "vq:64x4:unit", "--clip-length", "5"],
    ])
    func otherQuantizersAndTokenizersTrainEvaluateReconstructAHeadOnThem(choice: [String]) throws {
        let folder = TemporaryFolder()
        let model = folder.path("tokenizer")
        let trained = try Program.run(
            list: [
                "train", "tokenizer", "--data", "synthetic:3", "--preset", "tiny", "--steps", "2",
                "--batch", "2", "--output", model,
            ] + choice)
        #expect(trained.code == 0, "\(trained.error)")
        let evaluated = try Program.run("evaluate", "--model", model, "--data", "synthetic:2")
        #expect(
            evaluated.code == 0 && evaluated.output.contains("code_entropy")
                && evaluated.output.contains("PSNR of each frame"), "\(evaluated.error)")
        let decoded = try Program.run(
            "reconstruct", "--model", model, "--data", "synthetic:2", "--output",
            folder.path("pictures"))
        #expect(decoded.code == 0, "\(decoded.error)")
        let head = try Program.run(
            "train", "head", "--data", "synthetic:2", "--model", model, "--labels", "4", "--steps",
            "2", "--batch", "2", "--head", "convolutional:16", "--output", folder.path("head"))
        #expect(head.code == 0, "\(head.error)")
        let foreign = try Program.run(
            "convert", model, folder.path("theirs.safetensors"), "--to", "videogpt")
        #expect(
            foreign.code == 1 && foreign.error.contains("a model that VideoGPT knows"),
            "\(foreign.error)")
    }

    @Test func aTokenizersWayTrainEvaluateReconstructAHeadOnIt() throws {
        let folder = TemporaryFolder()
        let (model, head) = (folder.path + "/tokenizer", folder.path + "/head")
        let trained = try Program.run(
            "train", "tokenizer", "--data", "synthetic:3", "--preset", "tiny", "--steps", "2",
            "--batch", "2", "--output", model)
        #expect(trained.code == 0, "\(trained.error)")
        let evaluated = try Program.run(
            "evaluate", "--model", model, "--data", "synthetic:2", "--json")
        #expect(evaluated.code == 0 && evaluated.output.contains("psnr"), "\(evaluated.error)")
        let decoded = try Program.run(
            "reconstruct", "--model", model, "--data", "synthetic:2", "--output", folder.path + "/r"
        )
        #expect(decoded.code == 0, "\(decoded.error)")
        #expect(FileManager.default.fileExists(atPath: folder.path + "/r/reconstruction.gif"))
        let onLatents = try Program.run(
            "train", "head", "--data", "synthetic:2", "--model", model, "--labels", "4", "--steps",
            "2", "--batch", "2", "--head", "convolutional:16", "--output", head)
        #expect(onLatents.code == 0, "\(onLatents.error)")
        let short = try Program.run(
            "reconstruct", "--model", model, "--data", "sample", "--clip-length", "6", "--output",
            folder.path + "/r")
        #expect(short.code == 1 && short.error.contains("stride 4"), "\(short.error)")
        let resumed = try Program.run(
            "train", "tokenizer", "--resume", "--batch", "50", "--output", model)
        #expect(resumed.code == 2 && resumed.error.contains("--batch"), "\(resumed.error)")
        let wrong = try Program.run("segment", "x.png", "--model", model, "--output", folder.path)
        #expect(wrong.code == 1 && wrong.error.contains("is a video tokenizer"), "\(wrong.error)")
        #expect(wrong.error.contains("gestalt train head"), "\(wrong.error)")

        // Whatever names a model: a checkpoint of the run, the weights' file, VideoGPT's spelling.
        let theirs = folder.path + "/theirs.safetensors"
        let spelled = try Program.run("convert", model, theirs, "--to", "videogpt")
        #expect(spelled.code == 0, "\(spelled.error)")
        for name in [model + "/checkpoints/best.safetensors", model + "/model.safetensors", theirs]
        {
            let scored = try Program.run(
                "evaluate", "--model", name, "--data", "synthetic:2", "--json")
            #expect(scored.output == evaluated.output, "\(name): \(scored.error)")
            let shown = try Program.run(
                "reconstruct", "--model", name, "--data", "synthetic:2", "--output",
                folder.path + "/s")
            #expect(shown.code == 0, "\(name): \(shown.error)")
        }
    }
}
