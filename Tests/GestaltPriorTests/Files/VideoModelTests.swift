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

private func predictor(
    attention: PriorConfiguration.Attention = .full, classes: Int? = nil, frames: Int = 1
) throws -> VideoPredictor {
    let tokenizer = VQVAEConfiguration(
        strides: .init(time: 2, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 8,
        codeCount: 16, blocks: 1,
        dataVariance: 0.06)
    let configuration = VideoPredictorConfiguration(
        tokenizer: tokenizer,
        prior: PriorConfiguration(
            latent: .init(time: 2, height: 4, width: 8), codeCount: 16, embeddingWidth: 8,
            width: 12,
            heads: 2, layers: 2, attention: attention,
            conditioning: frames == 0
                ? nil
                : FrameConditioning(
                    frames: frames, height: 16, width: 32,
                    encoder: FrameEncoderConfiguration(
                        width: 2, blocks: [2, 1, 1, 1], outputWidth: 6)), classes: classes))
    try configuration.validate()
    var random = RandomStream(seed: 2)
    return VideoPredictor(configuration, random: &random)
}

private func expectSame(_ a: VideoPredictor, _ b: VideoPredictor) {
    #expect(a.configuration == b.configuration)
    for (one, other) in zip(a.state, b.state) where !one.path.hasSuffix("isInitialized") {
        #expect(one.path == other.path && one.value == other.value, "\(one.path)")
    }
}

@Suite struct VideoModelTests {
    @Test(arguments: [true, false])
    func whatIsWrittenForPyTorchOpensAsItWas(withMasks: Bool) throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/model.safetensors"
        for model in [
            try predictor(), try predictor(attention: .sparse, frames: 0),
            try predictor(classes: 3, frames: 2),
        ] {
            try VideoModel(model).write(videoGPT: path, withMasks: withMasks)
            expectSame(try #require(try VideoModel(at: path).predictor), model)
            let file = try SafeTensorsFile(contentsOf: path)
            let masks = file.names.filter { $0.hasSuffix(".mask") }
            let isMasked = withMasks && model.configuration.prior.attention == .full
            #expect(masks.count == (isMasked ? 2 : 0))
            #expect(file.names.contains("vqvae.encoder.res_stack.1.num_batches_tracked"))
        }
    }

    @Test func aModelFolderOpensByItsPathASegmentersDoesNot() throws {
        let folder = TemporaryFolder()
        let model = try predictor()
        try model.write(to: folder.path + "/predictor")
        expectSame(try #require(try VideoModel(at: folder.path + "/predictor").predictor), model)
        try model.tokenizer.write(to: folder.path + "/tokenizer")
        let tokenizer = try VideoModel(at: folder.path + "/tokenizer")
        #expect(tokenizer.predictor == nil)
        #expect(
            AnyTokenizerConfiguration(tokenizer.tokenizer.configuration)
                == model.configuration.tokenizer)
        #expect(throws: VideoGPTError.self) {
            try VideoModel(at: folder.path + "/predictor", settings: ["heads": "2"])
        }
        #expect(throws: FileError.self) { try VideoModel(at: folder.path + "/nothing.ckpt") }
    }

    /// An unknown kind of tokenizer or model is named with the file and the kinds there are.
    @Test func unknownKinds() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/predictor/config.json"
        func error(_ kind: String, _ other: String) throws -> (any Error)? {
            try predictor().write(to: folder.path + "/predictor")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let changed = text.replacing("\"kind\" : \"\(kind)\"", with: "\"kind\" : \"\(other)\"")
            #expect(changed != text)
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            return #expect(throws: (any Error).self) {
                try VideoModel(at: folder.path + "/predictor")
            }
        }
        let tokenizer = try #require(try error("vqvae", "vqvea") as? ConfigurationError)
        #expect(tokenizer.path == path && tokenizer.key == "tokenizer.kind")
        #expect(
            "\(tokenizer)".hasPrefix("\(path): “tokenizer.kind” should be one of vqvae")
                && "\(tokenizer)".hasSuffix("found “vqvea”"), "\(tokenizer)")
        // A kind that is known, but no tokenizer's.
        let other = try #require(try error("vqvae", "predictor") as? ConfigurationError)
        #expect(other.key == "tokenizer.kind")
        #expect("\(other)".hasSuffix("found “predictor”"), "\(other)")
        let model = try #require(try error("predictor", "predicter") as? ModelFolderError)
        #expect(
            "\(model)".hasPrefix(path) && "\(model)".contains("“vqvae”, “predictor”")
                && "\(model)".hasSuffix("found “predicter”"), "\(model)")
    }

    @Test func whatABareStateDoesNotTellIsListedAndCanBeSet() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/bare.safetensors"
        let model = try predictor()
        let sizes = try #require(model.configuration.tokenizer.as(VQVAEConfiguration.self))
        let state =
            KeyMap(videoGPT: sizes).below(key: "vqvae.", path: "tokenizer.")
            .filter { $0.path != nil }.map(\.key)
        #expect(!state.isEmpty)
        try VideoModel(model).write(videoGPT: path)
        let file = try SafeTensorsFile(contentsOf: path)
        var tensors: [(name: String, tensor: AnyTensor)] = []
        for name in file.names { tensors.append((name, try file.anyTensor(name))) }
        try SafeTensors.write(tensors, to: path)
        do {
            _ = try VideoModel(at: path)
            Issue.record("opened without strides, heads and the kind of attention")
        } catch let VideoGPTError.missingSettings(_, settings) {
            #expect(
                settings.map { $0.prefix { $0 != "=" } } == ["downsample", "heads", "attn_type"])
        }
        let told = ["downsample": "2,4,4", "heads": "2", "attn_type": "full"]
        expectSame(try #require(try VideoModel(at: path, settings: told).predictor), model)
        for (name, value) in [
            ("heads", "0"), ("heads", "two"), ("downsample", "2,2,2"), ("downsample", "3,4,4"),
            ("attn_type", "dense"), ("frobnicate", "1"),
        ] {
            var wrong = told
            wrong[name] = value
            #expect(throws: VideoGPTError.self, "\(name)=\(value)") {
                try VideoModel(at: path, settings: wrong)
            }
        }
        var heads = told
        heads["heads"] = "5"
        #expect(throws: ConfigurationError.self) { try VideoModel(at: path, settings: heads) }
    }

    @Test func everythingMissingUnexpectedOrMisShapedStandsInOneReport() throws {
        var model = try predictor().prior
        let names = KeyMap(videoGPT: model.configuration)
        var tensors = Dictionary(
            uniqueKeysWithValues: names.entries.compactMap { entry in
                entry.path.map { path in
                    (
                        entry.key,
                        entry.arrangement.toTheirs(
                            model.state.first { $0.path == path }!.value)
                    )
                }
            })
        tensors["fc_in.weight"] = nil
        tensors["norm.g"] = .zeros([5])
        tensors["stranger"] = .zeros([1])
        do {
            try model.load(videoGPT: TensorTable(tensors, path: "here"))
            Issue.record("loaded")
        } catch let error as StateMismatch {
            let (path, problems) = (error.path, error.problems)
            #expect(path == "here")
            #expect(
                Set(problems) == [
                    "missing: fc_in.weight", "norm.g: expected [12], found [5]",
                    "unexpected: stranger",
                ])
        }
    }

    @Test(
        .tags(.peer),
        .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES to compare with VideoGPT"),
        arguments: ["lightning2", "lightning133"])
    func checkpointsOfTheOriginalOpenToTheSameCodesAndLogits(of trainer: String) throws {
        let tokenizers = try VideoGPTFixture("checkpoints/expected-tokenizer.safetensors")
        let folder = VideoGPTFixture.folder! + "checkpoints/"
        let tokenizer = try VideoModel(at: folder + "tokenizer-\(trainer).ckpt").tokenizer
        let ids = tokenizer.encode(try tokenizers.clips("x_u8"))
        #expect(ids == (try tokenizers.integers("ids")))
        #expect(
            relativeDeviation(tokenizer.decode(ids), from: try tokenizers.channelsLast("decoded"))
                <= 1e-5)
        let priors = try VideoGPTFixture("checkpoints/expected-prior.safetensors")
        let model = try #require(try VideoModel(at: folder + "prior-\(trainer).ckpt").predictor)
        let codes = model.tokenizer.encode(try priors.clips("x_u8"))
        #expect(codes == (try priors.integers("ids")))
        #expect(
            relativeDeviation(model.logits(codes, .none), from: try priors.raw("logits")) <= 1e-5)
        #expect(model.configuration.prior.dropout == 0.2)
    }

    @Test(
        .tags(.peer),
        .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES to compare with VideoGPT"),
        arguments: ["bare-zip.pt", "legacy-nonzip.pt"])
    func bareStatesOpenWhenTheyAreToldTheStrides(name: String) throws {
        let path = VideoGPTFixture.folder! + "checkpoints/" + name
        #expect(throws: VideoGPTError.self) { try VideoModel(at: path) }
        let tokenizer = try VideoModel(at: path, settings: ["downsample": "4,4,4"]).tokenizer
        let expected = try VideoGPTFixture("checkpoints/expected-tokenizer.safetensors")
        #expect(tokenizer.encode(try expected.clips("x_u8")) == (try expected.integers("ids")))
    }

    @Test(
        .tags(.peer),
        .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES for the original's files"),
        arguments: ["prior-lightning2.ckpt", "tokenizer-lightning133.ckpt"])
    func brokenCheckpointsGiveTypedErrors(name: String) throws {
        let whole = Array(
            try Data(contentsOf: URL(filePath: VideoGPTFixture.folder! + "checkpoints/" + name)))
        let folder = TemporaryFolder()
        let path = folder.path + "/broken.ckpt"
        let attack = ReaderAttack(name, seed: 21, count: 200, [whole])
        let problems = attack.run(
            expecting: { $0 is FileError || $0 is VideoGPTError || $0 is ConfigurationError },
            { bytes in
                try Data(bytes).write(to: URL(filePath: path))
                _ = try VideoModel(at: path)
            })
        #expect(problems.isEmpty, "\(problems.prefix(5))")
    }
}
