import Foundation
import GestaltData
import GestaltMAGVIT
import GestaltMedia
import GestaltModels
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import Testing

/// The reports that compare both families of models.
@Suite struct FamilyReportTests {
    private let set: DataSet

    init() throws { set = try DataChoice("synthetic:2").open(.train, masks: .ignored) }

    private func sequential(height: Int = 64) throws -> VideoPredictor {
        var random = RandomStream(seed: 4)
        var sizes = VQVAEConfiguration(
            strides: Extent3(time: 4, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 4,
            codeCount: 16, blocks: 1)
        sizes.dataVariance = 0.06
        let configuration = try VideoPredictorConfiguration(
            .tiny, tokenizer: sizes, frames: 4, height: height, width: 64)
        return VideoPredictor(configuration, random: &random)
    }

    private func masked() throws -> MaskedPredictor {
        var random = RandomStream(seed: 5)
        let tokenizer = MagvitConfiguration(
            width: 4, multipliers: [1, 1, 2], groups: 2,
            quantizer: FiniteScalarQuantizer.Configuration(levels: [4, 3]))
        var sizes = try MaskedPredictorConfiguration(
            .tiny, tokenizer: tokenizer, frames: 5, height: 64, width: 64)
        sizes.prior.layers = 1
        return MaskedPredictor(sizes, random: &random)
    }

    /// A fresh prior of VideoGPT's has an output of zeros: every code costs ln K.
    @Test func bitsOfAUniformPrior() throws {
        let report = try PriorReport(of: sequential(), on: set)
        #expect(abs(report.nll - report.uniformNLL) < 1e-5)
        #expect(report.windowCount == 4 && report.tokenCount == 4 * 256)
        // 256 codes of 4 bits; 3 frames follow the given one.
        #expect(abs(report.bitsPerClip - 1024) < 1e-2)
        #expect(abs(report.bitsPerPixel - 1024.0 / (3 * 64 * 64)) < 1e-5)
        #expect(report.method.hasPrefix("exact") && report.details.isEmpty)
    }

    @Test func bitsOfAMaskedPrior() throws {
        let model = try masked()
        let report = try PriorReport(of: model, on: set)
        // The first slice is given: one of two slices of 16 × 16 cells is predicted.
        #expect(report.windowCount == 4 && report.tokenCount == 4 * 256)
        #expect(abs(report.nll - report.uniformNLL) < 0.2, "near uniform before training")
        #expect(abs(report.bitsPerClip - report.nll * 256 / log(2)) < 1e-6)
        #expect(abs(report.bitsPerPixel - report.bitsPerClip / (4 * 64 * 64)) < 1e-9)
        #expect(report.method.contains("upper bound") && report.method.contains("12 steps"))
        let names = report.metrics.map(\.name)
        #expect(Set(names).isSuperset(of: ["nll", "bits_per_clip", "masked_nll_at_75"]))
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(PriorReport.self, from: data) == report)
        let scores = try model.evaluation.scores(on: set)
        #expect(scores.metrics == report.metrics && scores.remarks[0].contains("random order"))
    }

    @Test func movingPixelsOfReconstructions() throws {
        let batches = try ClipBatches(set, length: 5, batchSize: 2, order: .once)
        let report = try ReconstructionReport(of: try masked().tokenizer, on: batches)
        let moving = try #require(report.moving)
        #expect(report.ssimOfFrames?.count == 5 && report.psnrOfFrames.count == 5)
        #expect(moving.psnrOfFrames[0] == nil && moving.ssimOfFrames[0] == nil)
        #expect(moving.share > 0 && moving.share < 0.5)
        // An untrained tokenizer gives gray; what moves is of strong contrast.
        #expect(try #require(moving.psnr) != report.psnr && moving.ssim != nil)
        let names = report.metrics.map(\.name)
        #expect(names == ["psnr", "ssim", "psnr_moving", "ssim_moving"] + names.suffix(3))
        let still = try ReconstructionReport(
            of: try masked().tokenizer,
            on: ClipBatches(set, length: 1, batchSize: 2, order: .once))
        #expect(still.moving == nil && still.ssim != nil)
    }

    @Test func futuresOfBothFamiliesHaveTimes() throws {
        let models: [any ClipPredictor] = [try sequential(), try masked()]
        for model in models {
            var options = PredictionOptions()
            options.set(.topK, to: 2)
            let report = try FutureReport(
                of: model, on: set, samples: 2, options: options.limited(to: model))
            #expect(report.offsets.count == model.clipSizes.frames - 1)
            #expect(report.offsets.allSatisfy { $0.ssim != nil && $0.stillSSIM != nil })
            #expect(report.sampling.runs == 2 && report.sampling.threads == Runtime.threads)
            #expect(report.sampling.secondsPerSample > 0)
            #expect(try #require(report.sampling.secondsOfOne) > 0)
            let names = report.metrics.map(\.name)
            #expect(names.contains("ssim_best+1") && names.last == "seconds_of_one")
        }
        var longer = PredictionOptions()
        longer.set(.length, to: 9)
        #expect(throws: ModelInputError.self) {
            try FutureReport(of: try sequential(), on: set, samples: 1, options: longer)
        }
    }

    @Test func predictorsSideBySide() throws {
        let (one, other) = (try sequential(), try masked())
        let comparison = try PredictorComparison([("a", one), ("b", other)])
        #expect(try comparison.length() == 4)
        let clip = try set.clip(at: 0).window(0..<1).frames.centeredPixels().expanded(axis: 0)
        var options = PredictionOptions()
        options.set(.steps, to: 2)
        let random = RandomStream(seed: 3)
        let videos = try comparison.predict(
            PredictionInputs(frames: clip), samples: 2, options: options, random: random)
        #expect(
            videos.map { $0.shape.dimensions } == [[1, 2, 4, 64, 64, 3], [1, 2, 4, 64, 64, 3]])
        let alone = try other.predict(
            PredictionInputs(frames: clip), samples: 2, options: options, random: random)
        #expect(videos[1] == alone.video[0..., 0..., 0..<4])
    }

    @Test func predictorsThatCannotBeCompared() throws {
        let (one, other) = (try sequential(), try masked())
        let error = #expect(throws: ModelInputError.self) {
            try PredictorComparison([("a", one), ("b", try sequential(height: 32))])
        }
        #expect(error.map { "\($0)" }?.contains("32 × 64") == true, "\(String(describing: error))")
        #expect(error.map { "\($0)" }?.contains("as a") == true)
        let comparison = try PredictorComparison([("a", one), ("b", other)])
        var unknown = PredictionOptions()
        unknown.set(PredictionOption("flow", about: "none"), to: 1)
        let frames = Tensor<Float>.zeros([1, 1, 64, 64, 3])
        #expect(throws: ConfigurationError.self) {
            try comparison.check(PredictionInputs(frames: frames), unknown)
        }
        #expect(throws: ModelInputError.self) {
            try comparison.check(PredictionInputs(frames: .zeros([1, 1, 32, 64, 3])))
        }
    }
}
