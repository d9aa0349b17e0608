import GestaltChecks
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// Masks of single frames from the motion that a predictor forecasts, without labels.
///
/// <!-- given: let predictor: any ClipPredictor = given() -->
/// ```swift
/// let fate = try CommonFate("correlation", on: predictor, samples: 8)
/// let val = try DataSet.open("robot-push", split: .validation)
/// let threshold = try fate.threshold(fittedTo: val, every: 15)
/// let report = try fate.report(on: set, threshold: threshold)
/// print(report.segmentation.perImage.iou)
/// ```
///
/// The one number that labels choose is the threshold of the strength of motion, and only on `val`.
public struct CommonFate: Sendable {
    /// The name of the method, as `correlation:8`.
    public let name: ComponentName
    public let method: any CommonFateMethod
    public let predictor: any ClipPredictor
    /// Futures of a frame: as many as were asked for, or the fewer that the method reads.
    public let samples: Int
    public let options: PredictionOptions
    public let seed: UInt64

    /// - Throws: `RegistryError` for an unknown method, `ConfigurationError` for a name that does
    ///   not fit or an option that the predictor lacks, `ModelInputError` for a predictor that is
    ///   not conditioned on frames alone.
    /// - Precondition: `samples` is positive.
    public init(
        _ name: ComponentName, on predictor: any ClipPredictor, samples: Int = 8,
        options: PredictionOptions = PredictionOptions(), seed: UInt64 = 0
    ) throws {
        require(samples > 0, "CommonFate: \(samples) samples")
        let sizes = predictor.clipSizes
        guard sizes.givenFrames > 0, sizes.givenFrames < sizes.frames else {
            throw ModelInputError(
                "common fate", expected: "a predictor conditioned on the first frames of a clip",
                found: "\(sizes.givenFrames) of \(sizes.frames) frames given")
        }
        method = try CommonFateMethods.method(named: name)
        self.samples = min(samples, method.usedSamples ?? samples)
        (self.name, self.predictor) = (name, predictor)
        (self.options, self.seed) = (options, seed)
        let blank = Tensor<Float>.zeros([1, sizes.givenFrames, sizes.height, sizes.width, 3])
        try predictor.check(PredictionInputs(frames: blank), samples: self.samples, options)
    }

    /// Returns the evidence in a frame of a clip.
    ///
    /// Before the first frame of a clip, that frame is repeated where the predictor takes several.
    /// - Parameter stream: the number of the random stream; frames of one number share theirs.
    /// - Throws: errors of the prediction; `NonFiniteScores` with the frame whose futures are not
    ///   finite.
    public func evidence(
        of frame: Int, in clip: Clip, stream: UInt64
    ) throws -> MotionEvidence {
        let given = predictor.clipSizes.givenFrames
        let pixels = stacked((0..<given).map { clip.frames[max(0, frame - given + 1 + $0)] })
        let random = RandomStream(seed: seed).split(stream)
        let (predictor, options) = (predictor, options)
        let scene = try ForecastScene(frames: pixels.centeredPixels(), samples: samples) {
            frames, samples in
            let inputs = PredictionInputs(frames: frames.reshaped(Shape([1] + frames.shape)))
            return try predictor.predict(
                inputs, samples: samples, options: options, random: random
            ).video[0]
        }
        guard scene.futures.scalars.allSatisfy(\.isFinite) else {
            throw NonFiniteScores(picture: "\(clip.name), frame \(frame)")
        }
        return try method.evidence(in: scene)
    }

    /// Returns the evidence in all scored frames of a split, with their masks. Clips are read once.
    /// - Parameter progress: called after each frame; an error it throws ends the work.
    func evidence(
        on data: DataSet, every interval: Int, progress: ProgressHandler?
    ) throws -> [FrameIndex: ScoredEvidence] {
        try data.requireSize(of: predictor.clipSizes)
        let frames = LabeledFrames.labeled(in: data, apart: interval)
        var result: [FrameIndex: ScoredEvidence] = [:]
        var read: (index: Int, clip: Clip)?
        for (done, index) in frames.enumerated() {
            let clip =
                try read.flatMap { $0.index == index.clip ? $0.clip : nil }
                ?? data.clip(at: index.clip)
            read = (index.clip, clip)
            result[index] = ScoredEvidence(
                evidence: try evidence(of: index.frame, in: clip, stream: UInt64(done)),
                mask: clip.masks?[index.frame])
            try progress?(WorkProgress(done: done + 1, total: frames.count, unit: "frames"))
        }
        return result
    }
}

/// The evidence in a scored frame, and its true mask.
struct ScoredEvidence {
    let evidence: MotionEvidence
    let mask: Tensor<UInt8>?
}

extension DataSet {
    /// - Throws: `ClipError.mismatchedShapes` for a clip of another size than the predictor's.
    fileprivate func requireSize(of sizes: ClipSizes) throws(ClipError) {
        for info in infos() where info.height != sizes.height || info.width != sizes.width {
            throw .mismatchedShapes(
                path: "\(name), \(info.name)",
                expected: "\(sizes.width) × \(sizes.height) pixels, the size of the predictor",
                found: "\(info.size)")
        }
    }
}
