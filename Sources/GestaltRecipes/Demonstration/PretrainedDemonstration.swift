import GestaltData
import GestaltIO
import GestaltMedia
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// The results of the package's models on one clip: the mask of a frame and sampled futures.
///
/// Writes `picture.png`, the frame; `foreground.png`, the frame and its foreground, enlarged;
/// `future.gif`, the true clip next to samples of its future, drawn from the first frame alone.
public struct PretrainedDemonstration: Sendable {
    /// The number of sampled futures.
    public static let samples = 3

    private let network: any SegmentationModel
    private let predictor: any ClipPredictor
    private let names: (segmentation: String, prediction: String)
    private let clip: Clip

    /// - Parameter data: clips, of which the first is used.
    /// - Throws: ``PretrainedModelError``; errors in reading the models.
    public init(_ data: DataSet) throws {
        let segmentation = try OpenedModel(at: PretrainedModels.usualSet, for: .segmentation)
        let prediction = try OpenedModel(at: PretrainedModels.usualSet, for: .prediction)
        network = try segmentation.segmentation()
        predictor = try prediction.clipPredictor()
        names = (segmentation.path, prediction.path)
        clip = try data.clip(at: 0)
    }

    /// Writes the images to a folder that exists.
    /// - Parameter show: called with a line for each, with the time it took.
    /// - Throws: errors of the predictor for clips that do not fit, and of writing.
    public func write(to folder: String, show: (String) -> Void) throws {
        let clock = ContinuousClock()
        let frame = clip.frames[clip.frameCount / 2]
        var mask = Tensor<UInt8>.zeros([0])
        let seconds = clock.measure { mask = network.segment(image: frame) } / .seconds(1)
        try PNG.write(frame, to: folder + "/picture.png")
        var sheet = ContactSheet(magnification: 4)
        sheet.columnTitles = ["frame", "foreground"]
        try PNG.write(
            sheet.drawn([[frame, frame.overlaid(mask: mask)]]), to: folder + "/foreground.png")
        show(
            "\(folder)/foreground.png: the arm and the objects in \(folder)/picture.png, by "
                + "\(names.segmentation) in \(Int((seconds * 1e3).rounded(.up))) ms.")
        let begin = clock.now
        let futures = try futures()
        try GIF.write(animation(of: futures), to: folder + "/future.gif", secondsPerFrame: 0.15)
        show(
            "\(folder)/future.gif: a clip and \(Self.samples) futures of its first frame, sampled by "
                + "\(names.prediction) in \(ProgressBar.time((clock.now - begin) / .seconds(1))).")
    }

    /// Returns the scores of the segmentation model.
    func report(on data: DataSet) throws -> SegmentationReport {
        try SegmentationReport(of: network, on: data)
    }

    /// Returns sampled futures of the clip's first frames, `[samples, T, H, W, 3]` as bytes.
    private func futures() throws -> Tensor<UInt8> {
        let given = predictor.clipSizes.givenFrames
        let frames = clip.frames.sliced(0..<given, axis: 0).centeredPixels().expanded(axis: 0)
        var options = PredictionOptions()
        options.set(.topP, to: Float(0.9))
        let forecast = try predictor.predict(
            PredictionInputs(frames: given > 0 ? frames : nil), samples: Self.samples,
            options: options, random: RandomStream(seed: 0))
        return (forecast.video.squeezed(axis: 0) - 0.5).pixelBytes()
    }

    private func animation(of futures: Tensor<UInt8>) -> Tensor<UInt8> {
        var sheet = ContactSheet(magnification: 2)
        sheet.columnTitles = ["true"] + (1...Self.samples).map { "sample \($0)" }
        let frames = (0..<futures.shape[1]).map { time in
            let row = (0..<Self.samples).map { futures[$0][time] }
            return sheet.drawn([[clip.frames[min(time, clip.frameCount - 1)]] + row])
        }
        return stacked(frames, axis: 0)
    }
}
