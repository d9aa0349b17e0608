import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltModels
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// How well a tokenizer gives clips back, and how it uses its codes doing so.
public struct ReconstructionReport: Sendable, Codable, Equatable {
    /// Of all pixels together, in decibels, against a range of 1.
    public let psnr: Double
    /// Mean over frames.
    public let psnrPerFrame: Double
    /// Mean over frames; nil where it was not asked for, or where it has no value.
    public let ssim: Double?
    /// Sentences about scores that are missing or NaN, and why.
    public let remarks: [String]
    /// Effective number of codes: the exponential of the entropy of their use.
    public let perplexity: Double
    /// Share of the codes that occur at all, 0…1.
    public let codesUsed: Double
    public let clipCount: Int
    /// Frames of a clip.
    public let length: Int

    /// Sends every batch of one pass through the tokenizer, decoded pixels clamped to their range.
    ///
    /// - Parameters:
    ///   - withSSIM: SSIM takes longer than small models do.
    ///   - progress: called after each batch; an error it throws ends the evaluation.
    /// - Throws: ``TokenizerError/clip(axis:length:stride:)`` for clips whose lengths the strides do
    ///   not divide, and what `progress` throws.
    public init(
        of tokenizer: any VideoTokenizer, on batches: ClipBatches, withSSIM: Bool = true,
        progress: ProgressHandler? = nil
    ) throws {
        _ = try tokenizer.configuration.latentShape(
            time: batches.windows.length, height: batches.clips[0].height,
            width: batches.clips[0].width)
        var fidelity = PeakSignalToNoise()
        var similarity = StructuralSimilarity()
        var usage = CodeUsage(codeCount: tokenizer.configuration.codeCount)
        var clipCount = 0
        let (height, width) = (batches.clips[0].height, batches.clips[0].width)
        let fits = StructuralSimilarity.fits(height: height, width: width)
        for step in 0..<batches.stepsPerPass {
            let clips = batches.batch(at: step).frames
            let codes = tokenizer.encode(clips)
            let decoded = tokenizer.decode(codes).clampedToPixels
            usage.add(codes)
            fidelity.add(prediction: decoded, truth: clips)
            if withSSIM, fits { try similarity.add(prediction: decoded, truth: clips) }
            clipCount += clips.shape[0]
            try progress?(
                WorkProgress(done: clipCount, total: batches.clips.count, unit: "clips"))
        }
        psnr = fidelity.overSet
        psnrPerFrame = fidelity.perImage
        ssim = withSSIM && fits ? similarity.mean : nil
        var remarks: [String] = []
        if withSSIM, !fits {
            let reason = FidelityError.belowWindow(
                height: height, width: width, side: StructuralSimilarity.windowSide)
            remarks.append("\(reason): SSIM is left out.")
        }
        if fidelity.overSet.isNaN {
            remarks.append(
                "Reconstructions hold numbers that are not finite: their scores are NaN.")
        }
        self.remarks = remarks
        perplexity = usage.perplexity
        codesUsed = usage.usage
        self.clipCount = clipCount
        length = batches.windows.length
    }

    public var metrics: [Metric] {
        [Metric("psnr", psnr)] + (ssim.map { [Metric("ssim", $0)] } ?? []) + [
            Metric("perplexity", perplexity), Metric("codes_used", codesUsed),
        ]
    }
}

extension Tensor<Float> {
    /// Pixels held within −0.5…0.5. What is not finite becomes NaN, which scores show; clamping would
    /// make a pixel like any other of infinity.
    var clampedToPixels: Tensor { clamped(min: -0.5, max: 0.5) + self * 0 }
}
