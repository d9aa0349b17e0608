import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltModels
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// The fidelity of a tokenizer's reconstructions, and its usage of codes.
public struct ReconstructionReport: Sendable, Codable, Equatable {
    /// PSNR of all pixels together, in decibels, for a range of 1.
    public let psnr: Double
    /// Mean PSNR over frames.
    public let psnrPerFrame: Double
    /// PSNR of each frame of a clip, the first first.
    public let psnrOfFrames: [Double]
    /// Mean over frames; nil where not requested or undefined.
    public let ssim: Double?
    /// Sentences about missing or NaN scores, with the reason.
    public let remarks: [String]
    /// Effective number of codes: the exponential of their entropy.
    public let perplexity: Double
    /// Entropy of the codes' frequencies, in nats.
    public let entropy: Double
    /// Fraction of the codes that occur at least once, 0…1.
    public let codesUsed: Double
    public let clipCount: Int
    /// Frames of a clip.
    public let length: Int

    /// Reconstructs every batch of one pass, decoded pixels clamped to their range.
    ///
    /// - Parameters:
    ///   - withSSIM: SSIM takes longer than small models do.
    ///   - progress: called after each batch; an error it throws ends the evaluation.
    /// - Throws: ``TokenizerError`` for clips whose lengths the tokenizer does not take, and what `progress` throws.
    public init(
        of tokenizer: any VideoTokenizer, on batches: ClipBatches, withSSIM: Bool = true,
        progress: ProgressHandler? = nil
    ) throws {
        for size in batches.sizes {
            _ = try tokenizer.configuration.latentShape(
                time: batches.windows.length, height: size.height, width: size.width)
        }
        var fidelity = PeakSignalToNoise()
        var similarity = StructuralSimilarity()
        var usage = CodeUsage(codeCount: tokenizer.configuration.codeCount)
        var clipCount = 0
        let unfit = batches.sizes.first {
            !StructuralSimilarity.fits(height: $0.height, width: $0.width)
        }
        for step in 0..<batches.stepsPerPass {
            let clips = try batches.batch(at: step).frames
            let codes = tokenizer.encode(clips)
            let decoded = tokenizer.decode(codes).clampedToPixels
            usage.add(codes)
            fidelity.add(prediction: decoded, truth: clips)
            if withSSIM, unfit == nil { try similarity.add(prediction: decoded, truth: clips) }
            clipCount += clips.shape[0]
            try progress?(
                WorkProgress(done: clipCount, total: batches.clips.count, unit: "clips"))
        }
        psnr = fidelity.overSet
        psnrPerFrame = fidelity.perImage
        psnrOfFrames = fidelity.ofPlaces(period: batches.windows.length)
        ssim = withSSIM && unfit == nil ? similarity.mean : nil
        var remarks: [String] = []
        if withSSIM, let unfit {
            let reason = FidelityError.belowWindow(
                height: unfit.height, width: unfit.width, side: StructuralSimilarity.windowSide)
            remarks.append("\(reason): SSIM is omitted.")
        }
        if fidelity.overSet.isNaN {
            remarks.append(
                "Reconstructions contain values that are not finite: their scores are NaN.")
        }
        self.remarks = remarks
        perplexity = usage.perplexity
        entropy = usage.entropy
        codesUsed = usage.usage
        self.clipCount = clipCount
        length = batches.windows.length
    }

    public var metrics: [Metric] {
        [Metric("psnr", psnr)] + (ssim.map { [Metric("ssim", $0)] } ?? []) + [
            Metric("perplexity", perplexity), Metric("code_entropy", entropy),
            Metric("codes_used", codesUsed),
        ]
    }
}

extension Tensor<Float> {
    /// Pixels clamped to −0.5…0.5. Non-finite values become NaN, which shows in scores; clamping
    /// would turn infinity into an ordinary pixel.
    var clampedToPixels: Tensor { clamped(min: -0.5, max: 0.5) + self * 0 }
}
