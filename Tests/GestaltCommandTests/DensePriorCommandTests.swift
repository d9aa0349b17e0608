import Foundation
import GestaltModels
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// The dense encoder of a prior as programs: taught, joined with the prior, used.
@Suite struct DensePriorCommandTests {
    private static func tokenizer(in folder: String) throws {
        var random = RandomStream(seed: 1)
        let configuration = VQVAEConfiguration(
            strides: .init(time: 4, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 6,
            codeCount: 16, blocks: 1, dataVariance: 0.06)
        try VQVAE(configuration, random: &random).write(to: folder)
    }

    @Test func fromAPretrainedEncoderToMasks() throws {
        let folder = TemporaryFolder()
        let (tokenizer, encoder) = (folder.path("tokenizer"), folder.path("encoder"))
        let (prior, head) = (folder.path("prior"), folder.path("head"))
        try Self.tokenizer(in: tokenizer)
        func run(_ arguments: [String]) throws -> Program.Result {
            let result = try Program.run(list: arguments)
            #expect(result.code == 0, "\(arguments): \(result.error)")
            return result
        }
        let data = ["--data", "synthetic:2", "--steps", "2", "--batch", "2"]
        _ = try run(["train", "encoder", "--width", "4", "--output", encoder] + data)
        _ = try run(
            ["train", "prior", "--model", tokenizer, "--preset", "tiny", "--clip-length", "4"]
                + ["--encoder", encoder, "--encoder-rate", "0.5", "--terms", "video,frame+4=0"]
                + ["--output", prior] + data)
        let recipe = try String(contentsOfFile: prior + "/recipe.json", encoding: .utf8)
        #expect(recipe.contains("\"encoderModel\" : \"\(encoder)\""), "\(recipe)")
        #expect(recipe.contains("\"encoderRate\" : 0.5") && recipe.contains("\"displaced\" : 1"))
        #expect(recipe.contains("\"frame+4\" : 0"), "\(recipe)")
        _ = try run(["train", "resume", prior, "--steps", "3"])
        let sheet = folder.path("forecast.png")
        _ = try run(
            ["forecast", "--model", prior, "--data", "synthetic:2", "--split", "train"]
                + ["--clips", "1", "--output", sheet])
        #expect(FileManager.default.fileExists(atPath: sheet))
        _ = try run(
            ["train", "head", "--model", prior, "--encoder", "dense+prior:hidden:1"]
                + ["--labels", "4", "--unfreeze", "trunk,prior", "--encoder-rate", "prior=0.1"]
                + ["--output", head] + data)
        let inspected = try run(["inspect", head])
        #expect(inspected.output.contains("dense+prior:hidden:1"), "\(inspected.output)")
        #expect(inspected.output.contains("encoder.trunk"), "\(inspected.output)")
        _ = try run(["evaluate", "--model", head, "--data", "synthetic:2"])
    }

    @Test(arguments: [
        (["--encoder", "dense:wide"], 1, "dense[:WIDTH]"),
        (["--encoder-rate", "2"], 2, "--encoder-rate"),
        (["--terms", "displaced"], 2, "--terms"),
        (["--terms", "displaced=1"], 1, "frame encoder with features at every pixel"),
        (["--encoder", "nowhere"], 1, "nowhere"),
    ])
    func whatDoesNotFitIsNamed(arguments: [String], code: Int32, message: String) throws {
        let folder = TemporaryFolder()
        try Self.tokenizer(in: folder.path("tokenizer"))
        let result = try Program.run(
            list: [
                "train", "prior", "--data", "synthetic:2", "--clip-length", "4", "--model",
                folder.path("tokenizer"), "--output", folder.path("prior"),
            ] + arguments)
        #expect(result.code == code && result.error.contains(message), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("prior")))
    }
}
