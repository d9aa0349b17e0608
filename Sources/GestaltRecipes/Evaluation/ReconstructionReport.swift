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
    /// SSIM of each frame of a clip.
    public let ssimOfFrames: [Double]?
    /// The scores of what moves; nil for clips of one frame.
    public let moving: Moving?
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

    /// The scores of the pixels that differ from the first frame of the true clip by more than 24
    /// of 255 gray steps in a channel. Scores are nil where nothing moves, of the first frame
    /// always.
    public struct Moving: Sendable, Codable, Equatable {
        /// PSNR in decibels, of all such pixels together.
        public let psnr: Double?
        public let psnrOfFrames: [Double?]
        /// The mean over the windows with such a pixel in their middle; nil where not requested.
        public let ssim: Double?
        public let ssimOfFrames: [Double?]
        /// The share of such pixels in all, 0…1.
        public let share: Double

        init(_ fidelity: AreaFidelity) {
            (psnr, psnrOfFrames) = (fidelity.psnr, fidelity.psnrOfFrames)
            (ssim, ssimOfFrames) = (fidelity.ssim, fidelity.ssimOfFrames)
            share = fidelity.share
        }
    }

    /// Reconstructs every batch of one pass, decoded pixels clamped to their range.
    ///
    /// - Parameters:
    ///   - withSSIM: SSIM takes longer than small models do.
    ///   - progress: called after each batch; an error it throws ends the evaluation.
    /// - Throws: ``TokenizerError`` for clips whose lengths the tokenizer does not take, and what
    ///   `progress` throws.
    public init(
        of tokenizer: any VideoTokenizer, on batches: ClipBatches, withSSIM: Bool = true,
        progress: ProgressHandler? = nil
    ) throws {
        for size in batches.sizes {
            _ = try tokenizer.configuration.latentShape(
                time: batches.windows.length, height: size.height, width: size.width)
        }
        let unfit = batches.sizes.first {
            !StructuralSimilarity.fits(height: $0.height, width: $0.width)
        }
        var tally = ReconstructionTally(
            tokenizer, length: batches.windows.length, withSSIM: withSSIM && unfit == nil)
        for step in 0..<batches.stepsPerPass {
            try tally.add(try batches.batch(at: step).frames, tokenizer)
            try progress?(
                WorkProgress(done: tally.clipCount, total: batches.clips.count, unit: "clips"))
        }
        psnr = tally.fidelity.overSet
        psnrPerFrame = tally.fidelity.perImage
        psnrOfFrames = tally.fidelity.ofPlaces(period: batches.windows.length)
        ssim = tally.similarity?.mean
        ssimOfFrames = tally.similarity?.ofPlaces(period: batches.windows.length)
        moving = tally.moving.map(Moving.init)
        remarks = Self.remarks(psnr: psnr, tooSmall: withSSIM ? unfit : nil)
        perplexity = tally.usage.perplexity
        entropy = tally.usage.entropy
        codesUsed = tally.usage.usage
        clipCount = tally.clipCount
        length = batches.windows.length
    }

    /// - Parameter tooSmall: a frame size that is too small for SSIM.
    private static func remarks(psnr: Double, tooSmall: FrameSize?) -> [String] {
        var remarks: [String] = []
        if let size = tooSmall {
            let reason = FidelityError.belowWindow(
                height: size.height, width: size.width, side: StructuralSimilarity.windowSide)
            remarks.append("\(reason): SSIM is omitted.")
        }
        if psnr.isNaN {
            remarks.append(
                "Reconstructions contain values that are not finite: their scores are NaN.")
        }
        return remarks
    }

    public var metrics: [Metric] {
        let optional = [
            ("ssim", ssim), ("psnr_moving", moving?.psnr), ("ssim_moving", moving?.ssim),
        ]
        return [Metric("psnr", psnr)]
            + optional.compactMap { name, value in value.map { Metric(name, $0) } } + [
                Metric("perplexity", perplexity), Metric("code_entropy", entropy),
                Metric("codes_used", codesUsed),
            ]
    }
}

/// The scores of reconstructions while they are added up.
private struct ReconstructionTally {
    var fidelity = PeakSignalToNoise()
    /// Nil if not requested or not defined.
    var similarity: StructuralSimilarity?
    /// Nil for clips of one frame.
    var moving: AreaFidelity?
    var usage: CodeUsage
    var clipCount = 0

    init(_ tokenizer: any VideoTokenizer, length: Int, withSSIM: Bool) {
        similarity = withSSIM ? StructuralSimilarity() : nil
        moving = length > 1 ? AreaFidelity(frames: length, withSSIM: withSSIM) : nil
        usage = CodeUsage(codeCount: tokenizer.configuration.codeCount)
    }

    /// Adds clips `[B, T, H, W, 3]` and their reconstructions.
    mutating func add(_ clips: Tensor<Float>, _ tokenizer: any VideoTokenizer) throws {
        let codes = tokenizer.encode(clips)
        let decoded = tokenizer.decode(codes).clampedToPixels
        usage.add(codes)
        fidelity.add(prediction: decoded, truth: clips)
        try similarity?.add(prediction: decoded, truth: clips)
        if let area = MovingArea.areas(of: clips, given: 1) {
            moving?.add(prediction: decoded, truth: clips, area: area)
        }
        clipCount += clips.shape[0]
    }
}

extension Tensor<Float> {
    /// Pixels clamped to −0.5…0.5. Non-finite values become NaN, which shows in scores; clamping
    /// would turn infinity into an ordinary pixel.
    var clampedToPixels: Tensor { clamped(min: -0.5, max: 0.5) + self * 0 }
}
