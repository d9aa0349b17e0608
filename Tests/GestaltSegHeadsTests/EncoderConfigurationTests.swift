import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct EncoderConfigurationTests {
    static let frames = FrameEncoderConfiguration(width: 4, blocks: [1, 1, 1, 1], outputWidth: 6)

    static let encoders: [any EncoderConfiguration] = [
        TokenizerEncoder.Configuration(
            tokenizer: VQVAEConfiguration.minute, source: "quantized"),
        ResNetEncoder.Configuration(sizes: frames, source: .init(stage: 4, skips: true)),
        PriorEncoder.Configuration(
            sizes: .minute(), source: .init(layer: 1, query: .start, skips: true)),
        PriorEncoder.Configuration(
            sizes: .minute(given: 2, hidesCodes: true),
            source: .init(layer: 2, query: .hidden, skips: true, joins: true)),
        DenseEncoderConfiguration(width: 4),
        DensePriorEncoder.Configuration(
            sizes: .minute(given: 2, hidesCodes: true, isDense: true),
            source: .init(layer: 1, query: .hidden)),
        PriorEncoder.Configuration(
            sizes: .minute(given: 2),
            source: .init(layer: 1, query: .start, refinements: 1, slots: .init(1), frames: 2)),
    ]

    /// Encoders without parts.
    static let whole: [any EncoderConfiguration] = [
        PriorSampleEncoder.Configuration(
            predictor: predictor.configuration, source: .init(layer: 1, draw: .init(samples: 2))),
        PriorTeacherEncoder.Configuration(
            predictor: predictor.configuration, source: .init(layer: 1)),
        FutureCodeEncoder.Configuration(predictor: anyPredictor, source: .init(.init(samples: 2))),
        FuturePixelEncoder.Configuration(predictor: anyPredictor, source: .init(.init(samples: 1))),
        FutureMotionEncoder.Configuration(
            predictor: anyPredictor, source: .init(.init(samples: 2))),
        NoiseEncoder.Configuration(channels: 3, stride: 4), PositionEncoder.Configuration(),
        PixelEncoder.Configuration(),
    ]
    static let all = encoders + whole
    private static let predictor = EncoderNameTests.predictor()
    private static let anyPredictor = AnyPredictorConfiguration(predictor)

    static func segmenter(_ encoder: any EncoderConfiguration) -> Segmenter {
        var random = RandomStream(seed: 8)
        return Segmenter(
            SegmenterConfiguration(
                encoder: encoder, head: .convolutional(width: 8),
                input: PictureInput(height: 32, width: 32)), random: &random)
    }

    @Test(arguments: all) func whatIsReadIsWhatWasWritten(
        _ encoder: any EncoderConfiguration
    ) throws {
        try StoredModelTests.withFolder { folder in
            let model = Self.segmenter(encoder)
            try model.write(to: folder)
            let read = try Segmenter(folder: folder)
            #expect(read.configuration == model.configuration)
            #expect(
                zip(read.state, model.state).allSatisfy {
                    $0.path == $1.path && $0.value == $1.value
                })
            guard !model.seesFuture else { return }
            let image = picture(height: 20, width: 30)
            #expect(read.probabilities(image: image) == model.probabilities(image: image))
            let found = try segmentationModel(folder: folder)
            #expect(found.segment(image: image).shape == [20, 30])
        }
    }

    @Test(arguments: all) func configurationsKnowWhetherClipsAreRead(
        _ configuration: any EncoderConfiguration
    ) {
        var random = RandomStream(seed: 8)
        #expect(configuration.encoder(random: &random).readsClips == configuration.readsClips)
    }

    /// Of every number in the configuration of every encoder: an error, or a model, but no end of
    /// the program.
    @Test func hugeNumbersAreErrors() async {
        await #expect(processExitsWith: .success) {
            try StoredModelTests.withFolder { folder in
                for encoder in EncoderConfigurationTests.all {
                    try EncoderConfigurationTests.segmenter(encoder).write(to: folder)
                    let path = folder + "/config.json"
                    let text = try String(contentsOfFile: path, encoding: .utf8)
                    for number in text.ranges(of: /[0-9]+(?=[,\s])/) {
                        let huge = text.replacingCharacters(in: number, with: "1000000000")
                        try huge.write(toFile: path, atomically: true, encoding: .utf8)
                        _ = try? Segmenter(folder: folder)
                    }
                }
            }
        }
    }

    /// A prior's segmenter holds a frame encoder and a prior, each once, and no tokenizer.
    @Test func partsStandByThemselves() {
        let paths = Self.segmenter(Self.encoders[2]).state.map(\.path)
        let parts = Set(
            paths.map { $0.split(separator: ".").prefix(2).joined(separator: ".") }
                .filter { $0.hasPrefix("encoder") })
        #expect(parts == ["encoder.resnet", "encoder.prior"])
        #expect(!paths.contains { $0.hasPrefix("encoder.prior.resnet") })
        #expect(Set(paths).count == paths.count)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let key: String
        let encoder: any EncoderConfiguration
        var testDescription: String { key }
    }

    static func prior(
        _ key: String, layer: Int = 1, query: VideoPrior.Query = .start, joins: Bool = false,
        stride: Int = 4, _ change: (inout PriorConfiguration) -> Void = { _ in }
    ) -> Refusal {
        var sizes = PriorConfiguration.minute(stride: stride)
        change(&sizes)
        return Refusal(
            key: "encoder." + key,
            encoder: PriorEncoder.Configuration(
                sizes: sizes, source: .init(layer: layer, query: query, joins: joins)))
    }

    static let refusals: [Refusal] = [
        prior("source.layer", layer: 3),
        prior("source.layer", layer: -1),
        prior("source.query", query: .hidden),
        prior("source.joins", joins: true, stride: 8),
        prior("sizes.width") { $0.width = 13 },
        prior("sizes.conditioning") { $0.conditioning = nil },
        prior("sizes.classes") { $0.classes = 3 },
        prior("sizes.actionWidth") {
            $0.actionWidth = 4
            $0.actionStride = 4
        },
        prior("sizes.latent") { $0.latent.height = 4 },
        prior("sizes.conditioning.encoder") {
            $0.conditioning?.encoder = DenseFrameEncoder.Configuration(width: 4, outputWidth: 6)
        },
        Refusal(
            key: "encoder.sizes.conditioning.encoder",
            encoder: DensePriorEncoder.Configuration(
                sizes: .minute(), source: .init(layer: 1, query: .start))),
        Refusal(
            key: "encoder.sizes.latent",
            encoder: DensePriorEncoder.Configuration(
                sizes: .minute(stride: 1, isDense: true),
                source: .init(layer: 1, query: .start))),
        Refusal(
            key: "encoder.source.stage",
            encoder: ResNetEncoder.Configuration(sizes: frames, source: .init(stage: 5))),
        Refusal(
            key: "encoder.source.frames",
            encoder: ResNetEncoder.Configuration(sizes: frames, source: .init(frames: 0))),
        Refusal(
            key: "encoder.sizes.blocks",
            encoder: ResNetEncoder.Configuration(
                sizes: FrameEncoderConfiguration(width: 4, blocks: [1], outputWidth: 6),
                source: .init())),
        Refusal(
            key: "encoder.source",
            encoder: TokenizerEncoder.Configuration(
                tokenizer: VQVAEConfiguration.minute, source: "codes")),
        Refusal(
            key: "encoder.tokenizer.strides",
            encoder: TokenizerEncoder.Configuration(
                tokenizer: VQVAEConfiguration(
                    strides: .init(time: 4, height: 4, width: 2), hiddenChannels: 8,
                    embeddingWidth: 6,
                    codeCount: 16, blocks: 1, dataVariance: 0.06))),
    ]

    @Test(arguments: refusals) func impossibleEncodersAreRefusedByKey(_ known: Refusal) throws {
        let configuration = SegmenterConfiguration(
            encoder: known.encoder, input: PictureInput(height: 32, width: 32))
        let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
        #expect(error?.key == known.key, "\(error.map { "\($0)" } ?? "none")")
    }

    @Test func picturesOfAnotherSizeAreRefused() {
        for encoder in Self.encoders where encoder.stride > 1 {
            let configuration = SegmenterConfiguration(
                encoder: encoder, input: PictureInput(height: 30, width: 32))
            let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
            #expect(error?.key == "input")
        }
    }

    @Test(arguments: [
        ("\"stage\" : 4", "\"stage\" : 9", "encoder.source.stage"),
        ("\"skips\" : true", "\"skips\" : true, \"skip\" : 1", "configuration"),
        ("\"resnet\"", "\"renset\"", "encoder"),
    ])
    func wrongKeysOfFilesAreNamed(_ old: String, _ new: String, _ key: String) throws {
        try StoredModelTests.withFolder { folder in
            try Self.segmenter(Self.encoders[1]).write(to: folder)
            let path = folder + "/config.json"
            try StoredModelTests.edit(path) { $0.replacingOccurrences(of: old, with: new) }
            let error = try #require(throws: ConfigurationError.self) {
                try Segmenter(folder: folder)
            }
            #expect(error.path == path && error.key.contains(key) || key == "configuration")
            #expect("\(error)".contains("config.json"), "\(error)")
        }
    }

    @Test func anotherKindIsRefusedWithPathAndBothKinds() throws {
        try StoredModelTests.withFolder { folder in
            var random = RandomStream(seed: 1)
            try VQVAE(.minute, random: &random).write(to: folder)
            #expect(
                throws: ModelFolderError.wrongKind(
                    path: folder + "/config.json", expected: "segmenter", found: "vqvae")
            ) { try Segmenter(folder: folder) }
        }
    }
}
