import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltMetrics
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// How well sampled futures agree with the true ones, by their distance from the conditioning frames.
///
/// Of several samples of a clip each score counts once as their mean and once as the best of them.
/// The moving area is where a frame differs from the last conditioning frame, of a sample from its
/// own reconstruction of it, by more than 24 of 255 gray steps. Baselines are a future in which
/// nothing moves, and the true future of the next clip.
public struct FutureReport: Sendable, Codable, Equatable {
    /// The scores at one distance, means over clips.
    public struct Offset: Sendable, Codable, Equatable {
        /// Frames after the last conditioning frame, from 1.
        public let offset: Int
        /// PSNR in decibels, for a range of 1.
        public let psnr: SampleScore
        /// The PSNR of the last conditioning frame.
        public let stillPSNR: Double
        /// IoU of the moving area.
        public let movingIoU: SampleScore
        /// The IoU of a future in which nothing moves: 1 where nothing does, else 0.
        public let stillIoU: Double
        /// The IoU of the moving area of the next clip.
        public let otherIoU: Double

        private enum CodingKeys: String, CodingKey {
            case offset, psnr
            case stillPSNR = "still_psnr"
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

    public let offsets: [Offset]
    public let clipCount: Int
    /// Samples of each clip.
    public let sampleCount: Int

    private enum CodingKeys: String, CodingKey {
        case offsets
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
        var samples = 0
        let first = try truth(of: 0)
        var here = first
        for clip in 0..<set.count {
            let next = clip + 1 < set.count ? try truth(of: clip + 1) : first
            let conditioning = (here[..<given] - 0.5).reshaped(
                Shape([1, given] + here.shape.dimensions.dropFirst()))
            let drawn = try sampler(conditioning, random.split(UInt64(clip)))
            samples = drawn.shape[0]
            let pair = FuturePair(truth: here, other: next, samples: drawn, given: given)
            for place in tallies.indices { tallies[place].add(pair, at: place) }
            here = next
            try progress?(WorkProgress(done: clip + 1, total: set.count, unit: "clips"))
        }
        offsets = tallies.map(\.result)
        (clipCount, sampleCount) = (set.count, samples)
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
        try self.init(
            on: set, length: sizes.frames, given: sizes.givenFrames,
            random: RandomStream(seed: seed), progress: progress
        ) { frames, random in
            try model.predict(
                PredictionInputs(frames: frames), samples: samples, options: options,
                random: random, progress: nil
            ).video[0]
        }
    }

    /// The scores at the distances 1, 4, 8, 15 and the last, as far as there are such.
    public var metrics: [Metric] {
        let chosen = Set([1, 4, 8, 15, offsets.count])
        return offsets.filter { chosen.contains($0.offset) }.flatMap { score in
            [
                Metric("psnr+\(score.offset)", score.psnr.mean),
                Metric("psnr_best+\(score.offset)", score.psnr.best),
                Metric("psnr_still+\(score.offset)", score.stillPSNR),
                Metric("moving_iou+\(score.offset)", score.movingIoU.mean),
                Metric("moving_iou_best+\(score.offset)", score.movingIoU.best),
                Metric("moving_iou_still+\(score.offset)", score.stillIoU),
                Metric("moving_iou_other+\(score.offset)", score.otherIoU),
            ]
        }
    }
}

/// The true future of a clip, that of another one, and sampled ones.
private struct FuturePair {
    let truth: Tensor<Float>
    let samples: [Tensor<Float>]
    let given: Int
    let moving: MovingArea
    let otherMoving: MovingArea
    let sampledMoving: [MovingArea]

    init(truth: Tensor<Float>, other: Tensor<Float>, samples: Tensor<Float>, given: Int) {
        (self.truth, self.given) = (truth, given)
        self.samples = (0..<samples.shape[0]).map { samples[$0] }
        moving = MovingArea(of: truth, given: given)
        otherMoving = MovingArea(of: other, given: given)
        sampledMoving = self.samples.map { MovingArea(of: $0, given: given) }
    }
}

/// Sums of scores at one distance.
private struct FutureTally {
    let offset: Int
    private var psnr: [[Double]] = []
    private var moving: [[Double]] = []
    private var stillPSNR: [Double] = []
    private var stillIoU: [Double] = []
    private var otherIoU: [Double] = []

    init(offset: Int) { self.offset = offset }

    /// - Parameter place: the frame, from 0 after the conditioning frames.
    mutating func add(_ pair: FuturePair, at place: Int) {
        let frame = pair.given + place
        psnr.append(pair.samples.map { decibels($0[frame], pair.truth[frame]) })
        moving.append(pair.sampledMoving.map { $0.iou(with: pair.moving, at: place) })
        stillPSNR.append(decibels(pair.truth[pair.given - 1], pair.truth[frame]))
        stillIoU.append(pair.moving.stillIoU(at: place))
        otherIoU.append(pair.moving.iou(with: pair.otherMoving, at: place))
    }

    private func decibels(_ prediction: Tensor<Float>, _ truth: Tensor<Float>) -> Double {
        var meter = PeakSignalToNoise(dataRange: 1)
        let shape = Shape([1] + truth.shape.dimensions)
        meter.add(prediction: prediction.reshaped(shape), truth: truth.reshaped(shape))
        return meter.perImage
    }

    var result: FutureReport.Offset {
        func score(_ values: [[Double]]) -> FutureReport.SampleScore {
            .init(
                mean: mean(values.map(mean)), best: mean(values.map { $0.max() ?? .nan }))
        }
        return FutureReport.Offset(
            offset: offset, psnr: score(psnr), stillPSNR: mean(stillPSNR),
            movingIoU: score(moving), stillIoU: mean(stillIoU), otherIoU: mean(otherIoU))
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
}
