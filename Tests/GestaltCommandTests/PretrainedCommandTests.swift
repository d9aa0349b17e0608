import Foundation
import GestaltCommand
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltTensor
import TestSupport
import Testing

/// Commands without `--model`: the pre-trained models of the package.
@Suite struct PretrainedCommandTests {
    private let folder = TemporaryFolder()

    private func picture(_ name: String, height: Int, width: Int) throws -> String {
        var random = RandomStream(seed: 4)
        let values: Tensor<Float> = random.uniform([height, width, 3], in: -0.5..<0.5)
        try Image.write(values.pixelBytes(), to: folder.path(name))
        return folder.path(name)
    }

    @Test("segment takes any picture, and names its model unless --quiet")
    func segment() throws {
        let input = try picture("a.png", height: 50, width: 70)
        let output = folder.path("out")
        let result = try Program.run("segment", input, "--output", output)
        #expect(result.code == 0, "\(result)")
        #expect(result.error.contains("model: robot-push-small/foreground, trained on"))
        let mask = try PNG.read(output + "/masks/a.png", as: .gray)
        #expect(mask.shape == [50, 70, 1] || mask.shape == [50, 70])
        let quiet = try Program.run("segment", input, "--output", output, "--quiet")
        #expect(quiet.code == 0 && quiet.error.isEmpty, "\(quiet)")
        let named = try Program.run(
            "segment", input, "--model", "robot-push-small", "--output", folder.path("named"))
        #expect(named.code == 0 && !named.error.contains("model:"), "\(named)")
        #expect(folder.bytes(of: "named/masks/a.png") == folder.bytes(of: "out/masks/a.png"))
        let parts = try Program.run(
            "segment", input, "--model", "robot-push-small/parts", "--output", folder.path("parts"))
        #expect(parts.code == 0, "\(parts)")
        #expect(
            try PNG.readIndices(folder.path("parts/masks/a.png")).scalars.allSatisfy { $0 < 3 })
    }

    @Test("features: the encoder by default, the predictor for its latents", .tags(.slow))
    func features() throws {
        let input = try picture("a.png", height: 64, width: 64)
        let output = folder.path("f.npy")
        let dense = try Program.run("features", "--input", input, "--output", output)
        #expect(dense.code == 0, "\(dense)")
        #expect(dense.error.contains("robot-push-small/encoder"))
        #expect(try NPY.read(output, as: Float.self).shape.dimensions.prefix(4) == [1, 1, 64, 64])
        let codes = try Program.run(
            "features", "--source", "tokenizer:codes", "--input", input, "--output", output)
        #expect(codes.code == 0, "\(codes)")
        #expect(codes.error.contains("robot-push-small/predictor"))
    }

    @Test("predict resizes any picture; forecast draws the sample", .tags(.slow))
    func predictAndForecast() throws {
        let input = try picture("a.png", height: 48, width: 80)
        let predicted = try Program.run(
            "predict", "--input", input, "--samples", "1", "--output", folder.path("f.gif"))
        #expect(predicted.code == 0, "\(predicted)")
        #expect(predicted.error.contains("robot-push-small/predictor"))
        #expect(folder.bytes(of: "f.gif").starts(with: Array("GIF89a".utf8)))
        let drawn = try Program.run("forecast", "--clips", "1", "--output", folder.path("f.png"))
        #expect(drawn.code == 0 && drawn.error.contains("robot-push-small/encoder"), "\(drawn)")
    }

    @Test("evaluation without training: forecast motion, and propagated labels", .tags(.slow))
    func trainingFree() throws {
        let sample = [
            "evaluate", "--model", "robot-push-small/predictor", "--data", "sample", "--limit", "1",
        ]
        let moved = try Program.run(
            list: sample + [
                "--common-fate", "change:4", "--futures", "1", "--temperature", "0.7", "--every",
                "30", "--threshold", "0.5",
            ])
        #expect(moved.code == 0 && moved.output.contains("fg_ari"), "\(moved)")
        let spread = try Program.run(list: sample + ["--propagate", "resnet:3", "--json"])
        #expect(spread.code == 0, "\(spread)")
        #expect(spread.output.contains("\"propagated\""), "\(spread)")
        for wrong in [["--common-fate", "gravity"], ["--propagate", "gravity"]] {
            let refused = try Program.run(list: sample + wrong)
            #expect(refused.code != 0 && refused.error.contains("gravity"), "\(refused)")
        }
        let both = try Program.run(
            list: sample + ["--common-fate", "flow", "--propagate", "dense"])
        #expect(both.code == 2, "\(both)")
    }

    @Test("features --pca draws latents as colors", .tags(.slow))
    func principalComponents() throws {
        let input = try picture("a.png", height: 64, width: 64)
        let result = try Program.run(
            "features", "--input", input, "--pca", folder.path("pca.png"))
        #expect(result.code == 0 && result.output.contains("of the variance"), "\(result)")
        #expect(try PNG.read(folder.path("pca.png")).shape.count == 3)
        let codes = try Program.run(
            "features", "--source", "tokenizer:codes", "--input", input, "--pca",
            folder.path("codes.png"))
        #expect(codes.code == 2 && codes.error.contains("--pca"), "\(codes)")
    }

    @Test("a model's name that is wrong, and settings without a model")
    func wrongNames() throws {
        let unknown = try Program.run(
            "segment", "a.png", "--model", "robot-push-large", "--output", folder.path("o"))
        #expect(unknown.code == 1 && unknown.error.contains("robot-push-small/parts"), "\(unknown)")
        let unclear = try Program.run("evaluate", "--model", "robot-push-small")
        #expect(unclear.code == 1 && unclear.error.contains("is a set of models"), "\(unclear)")
        let settings = try Program.run(
            "predict", "--set", "heads=2", "--input", "a.png", "--output", "o.gif")
        #expect(settings.code == 2 && settings.error.contains("--set"), "\(settings)")
        let source = try Program.run(
            "features", "--source", "flow", "--input", "a.png", "--output", "o.npy")
        #expect(source.code == 2 && source.error.contains("--source flow"), "\(source)")
    }

    @Test("convert --storage bfloat16 halves the file; VideoGPT's is float32 alone")
    func storage() throws {
        let model = "robot-push-small/foreground"
        for type in ["float32", "bfloat16"] {
            let result = try Program.run(
                "convert", model, folder.path(type), "--storage", type)
            #expect(result.code == 0, "\(result)")
        }
        let (whole, half) = (
            folder.bytes(of: "float32/model.safetensors").count,
            folder.bytes(of: "bfloat16/model.safetensors").count
        )
        #expect(whole > 0 && half < whole * 2 / 3, "\(half) of \(whole)")
        let refused = try Program.run(
            "convert", model, folder.path("x.safetensors"), "--to", "videogpt", "--storage",
            "bfloat16")
        #expect(refused.code == 2 && refused.error.contains("--storage"), "\(refused)")
    }

    /// A run that begins with a pre-trained model keeps its name, so that it resumes elsewhere.
    @Test("a recipe names a pre-trained model, not its folder", .tags(.slow))
    func recipe() throws {
        let run = folder.path("head")
        let result = try Program.run(
            "train", "head", "--data", "synthetic:2", "--encoder", "dense", "--model",
            "robot-push-small", "--labels", "2", "--steps", "1", "--batch", "1", "--output", run)
        #expect(result.code == 0, "\(result)")
        let recipe = String(decoding: folder.bytes(of: "head/recipe.json"), as: UTF8.self)
        #expect(recipe.contains("\"model\" : \"robot-push-small/encoder\""))
        let resumed = try Program.run("train", "resume", run, "--steps", "2")
        #expect(resumed.code == 0, "\(resumed)")
    }
}

/// A program of another package with the commands of this one.
@Suite struct EmbeddedProgramTests {
    @Test("usages and errors call the program by the name of its executable")
    func name() throws {
        let folder = TemporaryFolder()
        let own = folder.path("own")
        try FileManager.default.createSymbolicLink(
            atPath: own, withDestinationPath: Program.path)
        let wrong = try Program.run(list: ["segment"], executable: own)
        #expect(wrong.code == 2 && wrong.error.contains("Usage: own segment"), "\(wrong)")
        #expect(wrong.error.contains("See 'own segment --help'"), "\(wrong)")
        let slip = try Program.run(list: ["segmnt"], executable: own)
        #expect(slip.error.contains("own has no command 'segmnt'"), "\(slip)")
    }

    @Test("a kind that is registered twice ends the program with 1 and a message")
    func duplicate() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
        ) {
            let registry = Registry<Int>("kind", ["patches": 1])
            GestaltProgram.run { try registry.register(2, as: "patches") }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("Error: the kind “patches” is registered already"), "\(text)")
    }
}
