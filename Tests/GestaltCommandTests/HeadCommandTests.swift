import Foundation
import GestaltMedia
import GestaltModels
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct HeadCommandTests {
    /// A predictor with random weights for frames of 64 × 64.
    static func predictor(in folder: String) throws {
        var random = RandomStream(seed: 1)
        let tokenizer = VQVAEConfiguration(
            strides: .init(time: 4, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 6,
            codeCount: 16,
            blocks: 1, dataVariance: 0.06)
        let prior = PriorConfiguration(
            latent: .init(time: 1, height: 16, width: 16), codeCount: 16, embeddingWidth: 6,
            width: 12,
            heads: 2, layers: 2,
            conditioning: FrameConditioning(
                frames: 1, height: 64, width: 64,
                encoder: FrameEncoderConfiguration(
                    width: 4, blocks: [1, 1, 1, 1], outputWidth: 12)))
        try VideoPredictor(
            VideoPredictorConfiguration(tokenizer: tokenizer, prior: prior), random: &random
        ).write(to: folder)
    }

    @Test(arguments: [
        ["--encoder", "prior:hidden:1:skips", "--unfreeze", "resnet"],
        ["--encoder", "resnet:4:skips", "--initial", "random"],
        ["--encoder", "tokenizer:features", "--unfreeze", "all", "--encoder-rate", "0.5"],
    ])
    func aHeadOnAPriorTrainEvaluateSegmentInspect(arguments: [String]) throws {
        let folder = TemporaryFolder()
        let (model, head) = (folder.path("predictor"), folder.path("head"))
        try Self.predictor(in: model)
        let trained = try Program.run(
            list: [
                "train", "head", "--data", "synthetic:2", "--model", model, "--labels", "4",
                "--steps", "2", "--batch", "2", "--head", "convolutional:16", "--output", head,
            ] + arguments)
        #expect(trained.code == 0, "\(trained.error)")
        let evaluated = try Program.run("evaluate", "--model", head, "--data", "synthetic:2")
        #expect(evaluated.code == 0 && evaluated.output.contains("iou"), "\(evaluated)")
        let inspected = try Program.run("inspect", head)
        #expect(inspected.output.contains("segmenter"), "\(inspected)")
        let expected = arguments[1].hasPrefix("tokenizer") ? "encoder.tokenizer" : "encoder.resnet"
        #expect(inspected.output.contains(expected), "\(inspected)")
        let picture = folder.path("picture.png")
        try PNG.write(Tensor<UInt8>.zeros([40, 60, 3]), to: picture)
        let masks = folder.path("masks")
        let segmented = try Program.run("segment", picture, "--model", head, "--output", masks)
        #expect(segmented.code == 0, "\(segmented.error)")
        #expect(try PNG.read(masks + "/masks/picture.png").shape[0] == 40)
        let resumed = try Program.run("train", "head", "--resume", "--output", head)
        #expect(resumed.code == 0, "\(resumed.error)")
    }

    @Test func aHeadInClosedFormIsAModelAndHasNoSteps() throws {
        let folder = TemporaryFolder()
        let probe = [
            "train", "head", "--data", "synthetic:2", "--encoder", "rgb", "--closed-form", "ridge",
            "--labels", "4", "--output", folder.path("probe"),
        ]
        let wrong = try Program.run(list: probe + ["--steps", "5", "--rate", "0.1"])
        #expect(wrong.code == 2 && wrong.error.contains("leave out --rate, --steps"), "\(wrong)")
        let fitted = try Program.run(list: probe)
        #expect(fitted.code == 0, "\(fitted.error)")
        let inspected = try Program.run("inspect", folder.path("probe"))
        #expect(inspected.output.contains("segmenter (head on rgb)"), "\(inspected)")
        // An encoder that trains by default is frozen.
        let dense = try Program.run(
            "train", "head", "--data", "synthetic:2", "--encoder", "dense:4", "--closed-form",
            "logistic", "--labels", "4", "--output", folder.path("dense"))
        #expect(dense.code == 0, "\(dense.error)")
    }

    @Test(arguments: [
        (["--encoder", "prior:2"], "prior:hidden:LAYER"),
        (["--encoder", "resnet:9"], "resnet:STAGE[:frames=N][:skips], STAGE 1 to 4"),
        (["--encoder", "tokenizer:continuous:skips"], "tokenizer[:LATENTS][:clip]"),
        (["--encoder", "unet"], "prior:hidden:LAYER"),
        (["--encoder", "resnet:4", "--head", "convolutional:0"], "WIDTH 1 to 4096"),
        (["--encoder", "resnet:4", "--unfreeze", "prior"], "resnet:4 has resnet"),
        (["--encoder", "resnet:4", "--encoder-rate", "resnet=x"], "encoder-rate"),
    ])
    func wrongEncodersEndWith2AndNameWhatIsWrong(arguments: [String], message: String) throws {
        let result = try Program.run(
            list: ["train", "head", "--model", "m", "--output", "x"] + arguments)
        #expect(result.code == 2 && result.error.contains(message), "\(result)")
    }
}
