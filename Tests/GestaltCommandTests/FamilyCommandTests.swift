import Foundation
import GestaltFiles
import GestaltMAGVIT
import GestaltMedia
import GestaltModels
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Both families of tokenizers and priors by one set of commands.
@Suite struct FamilyCommandTests {
    struct Family: Sendable, CustomTestStringConvertible {
        let tokenizer: String
        /// The kind of recipe that `train prior` chooses.
        let prior: String
        let frames: Int
        /// Slots of codes of a clip.
        let slots: Int
        let encoder: String
        /// Options of predictions, its own and those of the other family.
        let own: [String]
        let others: [[String]]
        var testDescription: String { tokenizer }

        static let all = [
            Family(
                tokenizer: "vqvae", prior: "prior", frames: 4, slots: 1,
                encoder: "prior:hidden:1", own: ["--top-k", "5"],
                others: [["--steps", "3"], ["--guidance", "1"], ["--schedule", "exp"]]),
            Family(
                tokenizer: "magvit", prior: "masked-prior", frames: 5, slots: 2,
                encoder: "magvit:hidden:1", own: ["--steps", "2", "--schedule", "uniform"],
                others: [["--greedy"], ["--length", "9"], ["--best-of", "2"], ["--bfloat16"]]),
        ]
    }

    /// The commands of one family, one after the other, on a clip and models in a folder.
    private struct Commands {
        let family: Family
        private let folder = TemporaryFolder()
        private var tokenizer: String { folder.path("tokenizer") }
        private var prior: String { folder.path("prior") }
        private var clip: String { folder.path("clip.npy") }
        private var length: String { "\(family.frames)" }

        init(_ family: Family) throws {
            self.family = family
            try ArrayFile.write(
                Tensor<Float>.sample([1, family.frames, 64, 64, 3], in: -0.5...0.5), name: "video",
                to: clip)
        }

        /// The models with their kinds.
        var models: [(path: String, kind: String)] { [(tokenizer, "tokenizer"), (prior, "prior")] }

        private func run(list: [String], contains text: String) throws {
            let result = try Program.run(list: list)
            #expect(result.code == 0, "\(list): \(result.error)")
            #expect(result.output.contains(text), "\(list): \(result.output)")
        }

        private func run(_ arguments: String..., contains text: String) throws {
            try run(list: arguments, contains: text)
        }

        func train() throws {
            try run(
                "train", "tokenizer", "--kind", family.tokenizer, "--preset", "tiny", "--data",
                "synthetic:2", "--steps", "1", "--batch", "2", "--clip-length", length, "--output",
                tokenizer, contains: "1 steps")
            try run(
                "train", "prior", "--model", tokenizer, "--preset", "tiny", "--data",
                "synthetic:2", "--steps", "1", "--batch", "2", "--clip-length", length, "--output",
                prior, contains: "\(family.prior), 1 steps")
        }

        func encodeAndDecode(_ model: String) throws {
            let codes = folder.path("codes.safetensors")
            try run(
                "encode", "--model", model, "--input", clip, "--output", codes,
                contains: "[1, \(family.slots), 16, 16]")
            try run(
                "decode", "--model", model, "--input", codes, "--output", folder.path("back.npy"),
                contains: "[1, \(length), 64, 64, 3]")
            try run(
                "features", "--model", model, "--source", "tokenizer:codes", "--input", clip,
                "--output", folder.path("features.npy"), contains: "[1, \(family.slots), 16, 16]")
            try run(
                "reconstruct", "--model", model, "--data", "synthetic:2", "--split", "train",
                "--clips", "1", "--clip-length", length, "--output", folder.path("pictures"),
                contains: "dB")
        }

        func describe(_ model: String, kind: String) throws {
            try run("inspect", model, contains: kind)
            try run(
                "evaluate", "--model", model, "--data", "synthetic:2", "--json",
                contains: kind == "tokenizer" ? "\"ssim_of_frames\"" : "\"bits_per_clip\"")
        }

        func predict() throws {
            try run(
                list: ["predict", "--model", prior, "--input", clip, "--samples", "2", "--output"]
                    + [folder.path("forecast.npy")] + family.own,
                contains: "[1, 2, \(length), 64, 64, 3]")
            try run(
                list: [
                    "evaluate", "--model", prior, "--data", "synthetic:2", "--limit", "1",
                    "--futures", "1", "--json",
                ] + family.own, contains: "\"seconds_of_one\"")
            try run(
                "features", "--model", prior, "--source", family.encoder, "--input", clip,
                "--output", folder.path("features.npy"), contains: "float32 [1, ")
        }

        func refuseOptionsOfTheOtherFamily() throws {
            for options in family.others {
                let result = try Program.run(
                    list: ["predict", "--model", prior, "--input", clip, "--output"]
                        + [folder.path("none.npy")] + options)
                #expect(result.code == 1 && result.error.contains(options[0]), "\(result.error)")
                #expect(result.error.contains("takes temperature"), "\(result.error)")
            }
        }
    }

    @Test(
        "one set of commands trains, predicts, encodes, scores and describes", arguments: Family.all
    )
    func allCommands(family: Family) throws {
        let commands = try Commands(family)
        try commands.train()
        for (model, kind) in commands.models {
            try commands.encodeAndDecode(model)
            try commands.describe(model, kind: kind)
        }
        try commands.predict()
        try commands.refuseOptionsOfTheOtherFamily()
    }

    /// Writes clips, a predictor, and masked predictors of its size and of another.
    private static func writeModels(to folder: TemporaryFolder) throws {
        for (name, frames) in [("clip", 5), ("short", 3)] {
            try ArrayFile.write(
                Tensor<Float>.sample([1, frames, 16, 16, 3], in: -0.5...0.5), name: "video",
                to: folder.path(name + ".npy"))
        }
        var random = RandomStream(seed: 1)
        for (name, side) in [("masked", 16), ("large", 32)] {
            try MaskedPredictor(
                try MaskedPredictorConfiguration(
                    .tiny, tokenizer: MagvitConfiguration.tiny, frames: 5, height: side,
                    width: side), random: &random
            ).write(to: folder.path(name))
        }
        try VideoPredictor(
            try VideoPredictorConfiguration(
                .tiny, tokenizer: VQVAEConfiguration.tiny, frames: 4, height: 16, width: 16),
            random: &random
        ).write(to: folder.path("sequential"))
    }

    @Test("one picture shows the truth and both families; what does not fit is refused")
    func sideBySide() throws {
        let folder = TemporaryFolder()
        try Self.writeModels(to: folder)
        func predict(
            _ input: String, against other: String, _ output: String, _ more: String...
        ) throws -> Program.Result {
            try Program.run(
                list: [
                    "predict", "--model", folder.path("sequential"), "--input", folder.path(input),
                    "--against", folder.path(other), "--output", folder.path(output),
                ] + more)
        }
        let sheet = try predict("clip.npy", against: "masked", "sheet.gif", "--steps", "2")
        #expect(sheet.code == 0, "\(sheet)")
        #expect(sheet.output.contains("1 clips, 1 samples each of 2 models"), "\(sheet)")
        #expect(try GIF.read(folder.path("sheet.gif")).frames.shape[0] == 4)
        for (result, code, text) in [
            (try predict("clip.npy", against: "large", "x.gif"), 1, "32 × 32"),
            (try predict("short.npy", against: "masked", "x.gif"), 1, "clips of 4 frames"),
            (try predict("clip.npy", against: "masked", "x.npy"), 2, "--output must end in .gif"),
        ] as [(Program.Result, Int32, String)] {
            #expect(result.code == code && result.error.contains(text), "\(result)")
        }
        let scored = try Program.run(
            "evaluate", "--model", folder.path("masked"), "--steps", "3")
        #expect(scored.code == 2 && scored.error.contains("--steps requires --futures"))
    }

    @Test(
        "options of the other kind of prior are refused",
        arguments: [
            ("magvit", ["--aligned"], "--aligned"),
            ("vqvae", ["--condition", "still"], "--condition"),
            ("magvit", ["--kind", "flow"], "prior, masked-prior"),
            ("magvit", ["--preset", "publicBAIR"], "tiny"),
        ])
    func otherOptions(tokenizer: String, options: [String], message: String) throws {
        let folder = TemporaryFolder()
        try Self.write(tokenizer, to: folder.path("tokenizer"))
        let result = try Program.run(
            list: [
                "train", "prior", "--data", "synthetic:2", "--model", folder.path("tokenizer"),
                "--output", folder.path("prior"),
            ] + options)
        #expect(result.code == 2 && result.error.contains(message), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("prior")))
    }

    @Test(
        "inputs that cannot be are named, and nothing is written", arguments: ["magvit", "vqvae"])
    func badInputs(kind: String) throws {
        let folder = TemporaryFolder()
        let (model, clip, output) = (
            folder.path("tokenizer"), folder.path("clip.npy"), folder.path("new/out.npy")
        )
        try Self.write(kind, to: model)
        try ArrayFile.write(
            Tensor<Float>.sample([1, 18, 16, 16, 3], in: -0.5...0.5), name: "video", to: clip)
        try ArrayFile.write(
            Tensor<Int32>([0, 1000]).reshaped([1, 1, 1, 2]), name: "codes",
            to: folder.path("codes.npy"))
        func expect(_ arguments: String..., contains texts: [String], code: Int32 = 1) throws {
            let result = try Program.run(list: arguments + ["--output", output])
            #expect(result.code == code, "\(arguments): \(result)")
            for text in texts {
                #expect(result.error.contains(text), "\(arguments): \(result.error)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
        }
        try expect(
            "encode", "--model", model, "--input", clip,
            contains: kind == "magvit" ? ["crop to 17 or pad to 21", "--pad-frames"] : ["stride"])
        try expect(
            "decode", "--model", model, "--input", folder.path("codes.npy"),
            contains: ["--input", "numbers from 0 to", "1000"])
        try expect(
            "predict", "--model", model, "--input", clip,
            contains: ["a video tokenizer", "train prior"])
        try expect(
            "predict", "--model", model, "--input", clip, "--steps", "0", contains: ["--steps"],
            code: 2)
        try expect(
            "train", "tokenizer", "--quantizer", "fsq:5,1", contains: ["--quantizer", "levels"],
            code: 2)
    }

    private static func write(_ kind: String, to path: String) throws {
        var random = RandomStream(seed: 1)
        let model: any StoredModel =
            kind == MagvitConfiguration.kind
            ? MagvitTokenizer(.tiny, random: &random) : VQVAE(.tiny, random: &random)
        try model.write(to: path)
    }
}
