import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltMetrics
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// How well sampled futures agree with the true ones, by their distance from the conditioning
/// frames.
///
/// Of several samples of a clip each score counts once as their mean and once as the best of them.
/// The moving area is where a frame differs from the last conditioning frame, of a sample from its
/// own reconstruction of it, by more than 24 of 255 gray steps. Baselines are a future in which
/// nothing moves, and the true future of the next clip.
///
/// Futures of any kinds of predictors are compared at equal distances; clips must be as long as the
/// predicted ones.
public struct FutureReport: Sendable, Codable, Equatable {
    /// The scores at one distance, means over clips.
    public struct Offset: Sendable, Codable, Equatable {
        /// Frames after the last conditioning frame, from 1.
        public let offset: Int
        /// PSNR in decibels, for a range of 1.
        public let psnr: SampleScore
        /// The PSNR of the last conditioning frame.
        public let stillPSNR: Double
        /// SSIM; nil for frames smaller than its window.
        public let ssim: SampleScore?
        /// The SSIM of the last conditioning frame.
        public let stillSSIM: Double?
        /// IoU of the moving area.
        public let movingIoU: SampleScore
        /// The IoU of a future in which nothing moves: 1 where nothing does, else 0.
        public let stillIoU: Double
        /// The IoU of the moving area of the next clip.
        public let otherIoU: Double

        private enum CodingKeys: String, CodingKey {
            case offset, psnr, ssim
            case stillPSNR = "still_psnr"
            case stillSSIM = "still_ssim"
            case movingIoU = "moving_iou"
            case stillIoU = "still_iou"
            case otherIoU = "other_iou"
        }
    }

    /// A score of several samples.
    public struct SampleScore: Sendable, Codable, Equatable {
        public let mean: Double
        /// The best sample of each clip, chosen for this score and distance.
        public let best: Double
    }

    /// The time that sampling takes, in seconds, with the reading of clips left out.
    public struct Sampling: Sendable, Codable, Equatable {
        /// Seconds for the samples of a clip over their number, the median over clips.
        public let secondsPerSample: Double
        /// Seconds for a clip of which one sample is drawn, the median of ``runs``; nil where that
        /// was not measured.
        public internal(set) var secondsOfOne: Double?
        /// The number of clips of which one sample was drawn.
        public internal(set) var runs: Int
        /// Compute threads.
        public let threads: Int

        private enum CodingKeys: String, CodingKey {
            case runs, threads
            case secondsPerSample = "seconds_per_sample"
            case secondsOfOne = "seconds_of_one"
        }
    }

    public let offsets: [Offset]
    public let clipCount: Int
    /// Samples of each clip.
    public let sampleCount: Int
    public private(set) var sampling: Sampling

    private enum CodingKeys: String, CodingKey {
        case offsets, sampling
        case clipCount = "clip_count"
        case sampleCount = "sample_count"
    }

    /// Draws the samples of a clip: from conditioning frames `[1, n, H, W, 3]` in −0.5…0.5 and
    /// random numbers to `[S, T, H, W, 3]` in 0…1, conditioning frames included.
    public typealias Sampler = (Tensor<Float>, RandomStream) throws -> Tensor<Float>

    /// Compares futures of the first window of each clip with the truth.
    ///
    /// - Parameters:
    ///   - length: the number of frames of a window, conditioning frames included.
    ///   - given: the number of conditioning frames.
    ///   - progress: called after each clip; an error it throws ends the evaluation.
    /// - Throws: `ClipError` for clips too short; errors of the sampler and of `progress`.
    /// - Precondition: `0 < given < length`.
    public init(
        on set: DataSet, length: Int, given: Int, random: RandomStream,
        progress: ProgressHandler? = nil, sampler: Sampler
    ) throws {
        require(given > 0 && given < length, "FutureReport: \(given) of \(length) frames given")
        let windows = try ClipWindows(set.infos(), length: length)
        func truth(of clip: Int) throws -> Tensor<Float> {
            try set.clip(at: clip).window(windows.first(of: clip).frames).frames.centeredPixels()
                + 0.5
        }
        var tallies = (given..<length).map { FutureTally(offset: $0 - given + 1) }
        var (samples, times) = (0, [Double]())
        let first = try truth(of: 0)
        var here = first
        for clip in 0..<set.count {
            let next = clip + 1 < set.count ? try truth(of: clip + 1) : first
            let conditioning = (here[..<given] - 0.5).reshaped(
                Shape([1, given] + here.shape.dimensions.dropFirst()))
            let (drawn, seconds) = try timed {
                try sampler(conditioning, random.split(UInt64(clip)))
            }
            samples = drawn.shape[0]
            times.append(seconds / Double(samples))
            let scores = FutureScores(truth: here, other: next, samples: drawn, given: given)
            for place in tallies.indices { tallies[place].add(scores, at: place) }
            here = next
            try progress?(WorkProgress(done: clip + 1, total: set.count, unit: "clips"))
        }
        offsets = tallies.map(\.result)
        (clipCount, sampleCount) = (set.count, samples)
        sampling = Sampling(
            secondsPerSample: median(times), secondsOfOne: nil, runs: 0, threads: Runtime.threads)
    }

    /// Compares futures that a model draws; see ``init(on:length:given:random:progress:sampler:)``.
    ///
    /// - Parameter samples: the number for each clip.
    /// - Throws: also `ModelInputError` for a model that is not conditioned on frames alone, and
    ///   errors of its predictions.
    public init(
        of model: any ClipPredictor, on set: DataSet, samples: Int = 8,
        options: PredictionOptions = PredictionOptions(), seed: UInt64 = 0,
        progress: ProgressHandler? = nil
    ) throws {
        let sizes = model.clipSizes
        guard sizes.givenFrames > 0, sizes.givenFrames < sizes.frames else {
            throw ModelInputError(
                "futures", expected: "a predictor conditioned on the first frames of a clip",
                found: "\(sizes.givenFrames) of \(sizes.frames) frames given")
        }
        let length = try model.predictedLength(options)
        guard length == sizes.frames else {
            throw ModelInputError(
                "futures", expected: "the \(sizes.frames) frames of a clip",
                found: "\(length) requested")
        }
        func draw(
            _ frames: Tensor<Float>, _ samples: Int, _ random: RandomStream
        ) throws -> Tensor<Float> {
            try model.predict(
                PredictionInputs(frames: frames), samples: samples, options: options,
                random: random, progress: nil
            ).video[0]
        }
        try self.init(
            on: set, length: sizes.frames, given: sizes.givenFrames,
            random: RandomStream(seed: seed), progress: progress
        ) { try draw($0, samples, $1) }
        // After the evaluation everything is warm.
        let times = try (0..<min(Self.timedClips, set.count)).map { index in
            let frames = try set.clip(at: index).window(0..<sizes.givenFrames).frames
            let given = frames.centeredPixels().expanded(axis: 0)
            return try timed { try draw(given, 1, RandomStream(seed: seed)) }.seconds
        }
        (sampling.secondsOfOne, sampling.runs) = (median(times), times.count)
    }

    /// The number of clips of which one sample is drawn for its time.
    private static let timedClips = 5

    /// The scores at the distances 1, 4, 8, 15 and the last, as far as there are such.
    public var metrics: [Metric] {
        let chosen = Set([1, 4, 8, 15, offsets.count])
        let scores = offsets.filter { chosen.contains($0.offset) }.flatMap(\.metrics)
        return scores + [Metric("seconds_per_sample", sampling.secondsPerSample)]
            + (sampling.secondsOfOne.map { [Metric("seconds_of_one", $0)] } ?? [])
    }
}

extension FutureReport.Offset {
    fileprivate var metrics: [Metric] {
        let values: [(String, Double?)] = [
            ("psnr", psnr.mean), ("psnr_best", psnr.best), ("psnr_still", stillPSNR),
            ("ssim", ssim?.mean), ("ssim_best", ssim?.best), ("ssim_still", stillSSIM),
            ("moving_iou", movingIoU.mean), ("moving_iou_best", movingIoU.best),
            ("moving_iou_still", stillIoU), ("moving_iou_other", otherIoU),
        ]
        return values.compactMap { name, value in value.map { Metric("\(name)+\(offset)", $0) } }
    }
}

/// Returns a result and the seconds that it took.
private func timed<Result>(_ body: () throws -> Result) rethrows -> (value: Result, seconds: Double)
{
    let clock = ContinuousClock()
    let start = clock.now
    let value = try body()
    return (value, (clock.now - start) / .seconds(1))
}

/// Returns the median, of an even number of values the upper one; NaN without values.
private func median(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.sorted()[values.count / 2]
}
