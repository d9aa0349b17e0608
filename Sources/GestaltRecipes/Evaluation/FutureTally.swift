import GestaltMetrics
import GestaltTensor

/// The scores of the samples of one clip, by frame after the conditioning ones.
struct FutureScores {
    let moving: MovingArea
    let otherMoving: MovingArea
    let sampledMoving: [MovingArea]
    /// Of each sample, and of the last conditioning frame.
    let psnr: [[Double]]
    let stillPSNR: [Double]
    /// Nil for frames smaller than the window of SSIM.
    let ssim: [[Double]]?
    let stillSSIM: [Double]?

    /// - Parameters:
    ///   - truth: `[T, H, W, 3]`, values of a range of 1, like the following.
    ///   - other: another clip of the same shape.
    ///   - samples: `[S, T, H, W, 3]`.
    init(truth: Tensor<Float>, other: Tensor<Float>, samples: Tensor<Float>, given: Int) {
        let samples = (0..<samples.shape[0]).map { samples[$0] }
        moving = MovingArea(of: truth, given: given)
        otherMoving = MovingArea(of: other, given: given)
        sampledMoving = samples.map { MovingArea(of: $0, given: given) }
        let future = truth[given...]
        let still = truth[given - 1..<given].broadcast(to: future.shape).contiguous()
        func decibels(_ prediction: Tensor<Float>) -> [Double] {
            var meter = PeakSignalToNoise()
            meter.add(prediction: prediction, truth: future)
            return meter.ofPlaces(period: future.shape[0])
        }
        func similarities(_ prediction: Tensor<Float>) -> [Double]? {
            var meter = StructuralSimilarity()
            // The only error is a size below the window.
            guard (try? meter.add(prediction: prediction, truth: future)) != nil else { return nil }
            return meter.values
        }
        psnr = samples.map { decibels($0[given...]) }
        stillPSNR = decibels(still)
        stillSSIM = similarities(still)
        ssim = stillSSIM == nil ? nil : samples.compactMap { similarities($0[given...]) }
    }
}

/// Sums of scores at one distance.
struct FutureTally {
    let offset: Int
    private var psnr: [[Double]] = []
    private var ssim: [[Double]] = []
    private var moving: [[Double]] = []
    private var stillPSNR: [Double] = []
    private var stillSSIM: [Double] = []
    private var stillIoU: [Double] = []
    private var otherIoU: [Double] = []

    init(offset: Int) { self.offset = offset }

    /// - Parameter place: the frame, from 0 after the conditioning frames.
    mutating func add(_ scores: FutureScores, at place: Int) {
        psnr.append(scores.psnr.map { $0[place] })
        moving.append(scores.sampledMoving.map { $0.iou(with: scores.moving, at: place) })
        stillPSNR.append(scores.stillPSNR[place])
        stillIoU.append(scores.moving.stillIoU(at: place))
        otherIoU.append(scores.moving.iou(with: scores.otherMoving, at: place))
        if let sampled = scores.ssim, let still = scores.stillSSIM {
            ssim.append(sampled.map { $0[place] })
            stillSSIM.append(still[place])
        }
    }

    var result: FutureReport.Offset {
        func score(_ values: [[Double]]) -> FutureReport.SampleScore {
            .init(mean: mean(values.map(mean)), best: mean(values.map { $0.max() ?? .nan }))
        }
        return FutureReport.Offset(
            offset: offset, psnr: score(psnr), stillPSNR: mean(stillPSNR),
            ssim: ssim.isEmpty ? nil : score(ssim),
            stillSSIM: stillSSIM.isEmpty ? nil : mean(stillSSIM), movingIoU: score(moving),
            stillIoU: mean(stillIoU), otherIoU: mean(otherIoU))
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
}
