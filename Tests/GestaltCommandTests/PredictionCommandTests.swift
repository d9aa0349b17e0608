import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// The commands of a video model on one with random weights.
@Suite struct PredictionCommandTests {
    private let folder = TemporaryFolder()
    private let model: VideoPredictor

    init() throws {
        let tokenizer = VQVAEConfiguration(
            strides: .init(time: 2, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 8,
            codeCount: 16,
            blocks: 1, dataVariance: 0.06)
        let configuration = VideoPredictorConfiguration(
            tokenizer: tokenizer,
            prior: PriorConfiguration(
                latent: .init(time: 2, height: 2, width: 4), codeCount: 16, embeddingWidth: 8,
                width: 12,
                heads: 2, layers: 2,
                conditioning: FrameConditioning(
                    frames: 1, height: 8, width: 16,
                    encoder: FrameEncoderConfiguration(
                        width: 2, blocks: [1, 1, 1, 1], outputWidth: 6))))
        var random = RandomStream(seed: 4)
        var model = VideoPredictor(configuration, random: &random)
        model.prior.output = random.normal([12, 16])
        self.model = model
        try model.write(to: folder.path + "/model")
        let video: Tensor<Float> = random.uniform([2, 5, 8, 16, 3], in: -0.5..<0.5)
        try NPY.write(video, to: folder.path + "/video.npy")
    }

    private func expect(_ arguments: String...) throws {
        let result = try Program.run(
            list: arguments.map { $0.replacing("@", with: folder.path + "/") })
        #expect(result.code == 0, "\(arguments): \(result.error)")
    }

    @Test func arraysInArraysOutEqualToTheLibrarys() throws {
        let video = try NPY.read(folder.path + "/video.npy", as: Float.self)
            .sliced(0..<4, axis: 1)
        try expect("encode", "--model", "@model", "--input", "@video.npy", "--output", "@codes.npy")
        let codes = try NPY.read(folder.path + "/codes.npy", as: Int32.self)
        #expect(codes == model.tokenizer.encode(video))
        try expect("decode", "--model", "@model", "--input", "@codes.npy", "--output", "@back.npz")
        let back = try NPZFile(contentsOf: folder.path + "/back.npz").tensor(
            "video", as: Float.self)
        #expect(relativeDeviation(back, from: model.tokenizer.decode(codes)) < 1e-6)
        try expect(
            "logits", "--model", "@model", "--codes", "@codes.npy", "--frames", "@video.npy",
            "--output", "@logits.safetensors")
        let logits: Tensor<Float> = try SafeTensorsFile(
            contentsOf: folder.path + "/logits.safetensors"
        )
        .tensor("logits")
        let condition = model.prior.condition(frames: video.sliced(0..<1, axis: 1), .inference)
        #expect(relativeDeviation(logits, from: model.logits(codes, condition)) < 1e-5)
        for (source, shape) in [
            ("resnet:4", [2, 1, 2, 4, 6]), ("resnet:1", [2, 1, 8, 16, 2]),
            ("prior:hidden:1", [2, 2, 2, 4, 12]), ("tokenizer:quantized", [2, 2, 2, 4, 8]),
            ("tokenizer:codes", [2, 2, 2, 4]), ("tokenizer", [2, 2, 2, 4, 8]),
            ("tokenizer:features", [2, 2, 2, 4, 8]),
            ("prior:forecast", [2, 4, 8, 16, 3]),
        ] {
            try expect(
                "features", "--model", "@model", "--source", source, "--input", "@video.npy",
                "--output", "@features.npy")
            #expect(try NPY.info(folder.path + "/features.npy").shape == shape, "\(source)")
        }
    }

    /// Forecasts: the same seed gives the same samples, however many; pictures and rollouts.
    @Test func forecasts() throws {
        let common = ["predict", "--model", "@model", "--input", "@video.npy", "--seed", "3"]
        func predict(_ more: String...) throws {
            let result = try Program.run(
                list: (common + more).map { $0.replacing("@", with: folder.path + "/") })
            #expect(result.code == 0, "\(more): \(result.error)")
        }
        try predict("--clips", "1", "--samples", "1", "--output", "@one.npy")
        try predict("--clips", "1", "--samples", "3", "--top-k", "16", "--output", "@three.npy")
        let one = try NPY.read(folder.path + "/one.npy", as: Float.self)
        let three = try NPY.read(folder.path + "/three.npy", as: Float.self)
        #expect(three.shape == [1, 3, 4, 8, 16, 3])
        #expect(one == three.sliced(0..<1, axis: 1))
        #expect(one.min().scalar >= 0 && one.max().scalar <= 1)
        try predict("--samples", "2", "--output", "@sheet.gif")
        try predict("--greedy", "--output", "@sheet.png")
        try predict("--length", "9", "--samples", "2", "--output", "@long.npy")
        #expect(try NPY.info(folder.path + "/long.npy").shape == [2, 2, 9, 8, 16, 3])
        try predict("--best-of", "3", "--bfloat16", "--output", "@best.npy")
        #expect(try NPY.info(folder.path + "/best.npy").shape == [2, 1, 4, 8, 16, 3])
    }

    @Test func thereAndBackThroughVideoGPTsNames() throws {
        try expect("convert", "@model", "@theirs.safetensors", "--to", "videogpt", "--with-masks")
        try expect("convert", "@theirs.safetensors", "@again")
        let again = try VideoPredictor(folder: folder.path + "/again")
        #expect(again.configuration == model.configuration)
        for (one, other) in zip(again.state, model.state)
        where !one.path.hasSuffix("isInitialized") {
            #expect(one.value == other.value, "\(one.path)")
        }
        for name in ["model", "theirs.safetensors"] {
            let twice = try Program.run(
                "encode", "--model", folder.path + "/" + name, "--set", "heads=2", "--set",
                "heads=4", "--input", "x.npy", "--output", "y.npy")
            #expect(twice.code == 2 && twice.error.contains("heads is given twice"), "\(twice)")
        }
    }

    @Test func anEndingThatNothingIsWrittenByIsWrongUsage() throws {
        let result = try Program.run(
            "encode", "--model", folder.path + "/model", "--input", folder.path + "/video.npy",
            "--output", folder.path + "/x.txt")
        #expect(result.code == 2 && result.error.contains(".npy"), "\(result)")
    }

    @Test(arguments: [
        (
            [
                "encode", "--model", "@model", "--input", "@video.npy", "--frames", "3",
                "--output", "@x.npy",
            ], "stride"
        ),
        (
            ["logits", "--model", "@model", "--codes", "@video.npy", "--output", "@x.npy"],
            "values"
        ),
        (
            ["decode", "--model", "@nothing.ckpt", "--input", "@x.npy", "--output", "@y.npy"],
            "nothing"
        ),
        (
            [
                "predict", "--model", "@model", "--input", "@video.npy", "--class", "1",
                "--output", "@x.npy",
            ], "class"
        ),
        (["predict", "--model", "@model", "--output", "@x.npy"], "--input"),
        (
            [
                "features", "--model", "@model", "--source", "prior:hidden:9", "--input",
                "@video.npy",
                "--output", "@x.npy",
            ], "layer"
        ),
        (["convert", "@model", "@model"], "without a model"),
    ])
    func whatDoesNotFitEndsWith1AndSaysWhatWasExpected(arguments: [String], named: String) throws {
        let result = try Program.run(
            list: arguments.map { $0.replacing("@", with: folder.path + "/") })
        #expect(result.code == 1, "\(result)")
        #expect(result.error.contains(named), "\(result.error)")
    }
}
