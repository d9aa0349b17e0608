import GestaltChecks
import GestaltTensor

/// PSNR and SSIM of an area of the frames of clips, over any number of batches.
///
/// PSNR is that of the mean squared error over all pixels of the area, SSIM the mean over the
/// positions of its window whose middle lies in the area. Scores are nil where the area is empty,
/// those of values that are not finite NaN.
public struct AreaFidelity: Sendable, Hashable, Codable {
    /// Sums over the area of one frame of all clips.
    private struct Sums: Sendable, Hashable, Codable {
        var squares = 0.0
        /// Color values, not pixels.
        var values = 0
        var similarities = 0.0
        var positions = 0

        mutating func add(_ other: Sums) {
            squares += other.squares
            values += other.values
            similarities += other.similarities
            positions += other.positions
        }
    }

    /// The range of the pixels and the cap of the ratios.
    private let meter: PeakSignalToNoise
    private let withSSIM: Bool
    private var frames: [Sums]
    private var allValues = 0

    /// - Parameters:
    ///   - frames: the number of frames of a clip.
    ///   - dataRange: the distance from the lowest to the highest possible value of a pixel.
    ///   - withSSIM: whether to compute SSIM, which takes longer.
    /// - Precondition: `frames` and `dataRange` are positive.
    public init(frames: Int, dataRange: Double = 1, withSSIM: Bool = true) {
        require(frames > 0, "AreaFidelity: \(frames) frames")
        meter = PeakSignalToNoise(dataRange: dataRange)
        self.withSSIM = withSSIM
        self.frames = Array(repeating: Sums(), count: frames)
    }

    /// Compares clips `[N, T, H, W, C]` in an area `[N, T, H, W]`.
    /// - Precondition: these shapes, T the number of frames; with SSIM, frames of at least its
    ///   window.
    public mutating func add(
        prediction: Tensor<Float>, truth: Tensor<Float>, area: Tensor<Bool>
    ) {
        let shape = truth.shape
        require(
            shape.rank == 5 && prediction.shape == shape && shape[1] == frames.count
                && area.shape == Shape(shape.dropLast())
                && (!withSSIM || StructuralSimilarity.fits(height: shape[2], width: shape[3])),
            "AreaFidelity.add: \(prediction.shape) against \(shape), area \(area.shape), "
                + "\(frames.count) frames")
        allValues += truth.count
        for (image, sums) in sums(prediction, truth, area).enumerated() {
            frames[image % frames.count].add(sums)
        }
    }

    /// Adds the clips of another part of the data.
    /// - Precondition: the same frames, range and scores.
    public mutating func merge(_ other: AreaFidelity) {
        require(
            other.frames.count == frames.count && other.withSSIM == withSSIM
                && other.meter.dataRange == meter.dataRange,
            "AreaFidelity.merge: \(frames.count) frames against \(other.frames.count)")
        for place in frames.indices { frames[place].add(other.frames[place]) }
        allValues += other.allValues
    }

    private func sums(
        _ prediction: Tensor<Float>, _ truth: Tensor<Float>, _ area: Tensor<Bool>
    ) -> [Sums] {
        let (height, width, channels) = (truth.shape[2], truth.shape[3], truth.shape[4])
        let comparison = PictureComparison(
            height: height, width: width, channels: channels, dataRange: meter.dataRange)
        let (count, pixels) = (truth.shape[0] * truth.shape[1], height * width)
        var sums = [Sums](repeating: Sums(), count: count)
        sums.withUnsafeMutableBufferPointer { sums in
            prediction.withScalars { predicted in
                truth.withScalars { actual in
                    area.withScalars { area in
                        nonisolated(unsafe) let (sums, predicted, actual, area) = (
                            sums, predicted, actual, area
                        )
                        parallelFor(count) { image in
                            let values =
                                (image * pixels * channels)..<((image + 1) * pixels * channels)
                            sums[image] = self.sums(
                                UnsafeBufferPointer(rebasing: predicted[values]),
                                UnsafeBufferPointer(rebasing: actual[values]),
                                UnsafeBufferPointer(
                                    rebasing: area[(image * pixels)..<((image + 1) * pixels)]),
                                comparison)
                        }
                    }
                }
            }
        }
        return sums
    }

    private func sums(
        _ predicted: UnsafeBufferPointer<Float>, _ actual: UnsafeBufferPointer<Float>,
        _ area: UnsafeBufferPointer<Bool>, _ comparison: PictureComparison
    ) -> Sums {
        var sums = Sums()
        for pixel in area.indices where area[pixel] {
            for index in (pixel * comparison.channels)..<((pixel + 1) * comparison.channels) {
                let difference = Double(predicted[index]) - Double(actual[index])
                sums.squares += difference * difference
                sums.values += 1
            }
        }
        guard withSSIM, sums.values > 0 else { return sums }
        let margin = StructuralSimilarity.windowSide / 2
        let narrow = comparison.width - 2 * margin
        for (place, value) in comparison.similarities(predicted, actual).enumerated() {
            let (row, column) = (place / narrow + margin, place % narrow + margin)
            guard area[row * comparison.width + column] else { continue }
            sums.similarities += value
            sums.positions += 1
        }
        return sums
    }
}

extension AreaFidelity {
    private var total: Sums {
        frames.reduce(into: Sums()) { $0.add($1) }
    }

    /// The share of the area in all pixels, 0…1; NaN without clips.
    public var share: Double { Double(total.values) / Double(allValues) }

    /// The PSNR of the area in all frames, in decibels.
    public var psnr: Double? { psnr(total) }
    /// The PSNR of the area in each frame of a clip, the first first.
    public var psnrOfFrames: [Double?] { frames.map(psnr) }

    /// The SSIM of the area in all frames; nil also without SSIM.
    public var ssim: Double? { ssim(total) }
    /// The SSIM of the area in each frame of a clip.
    public var ssimOfFrames: [Double?] { frames.map(ssim) }

    private func psnr(_ sums: Sums) -> Double? {
        sums.values > 0 ? meter.decibels(sums.squares / Double(sums.values)) : nil
    }

    private func ssim(_ sums: Sums) -> Double? {
        sums.positions > 0 ? sums.similarities / Double(sums.positions) : nil
    }
}
