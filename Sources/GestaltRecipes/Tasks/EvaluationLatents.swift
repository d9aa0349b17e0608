import GestaltChecks
import GestaltData
import GestaltIO
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// Latents of the evaluated frames of a set, computed once by a frozen encoder: for encoders that
/// take long, such as those that sample futures.
struct EvaluationLatents: Sendable {
    private let latents: Latent
    /// The row of each frame.
    private let rows: [FrameIndex: Int]

    init(
        _ encoder: LabeledFrameEncoder, _ data: DataSet, every interval: Int,
        progress: ProgressHandler?
    ) throws {
        let frames = LabeledFrames.labeled(in: data, apart: interval)
        latents = try LatentBatches(
            encoder: encoder, clips: data, frames: frames, batchSize: 1, seed: 0, flip: 0,
            progress: progress
        ).latents
        rows = Dictionary(uniqueKeysWithValues: zip(frames, 0...))
    }

    /// Returns the labels `[N, H, W]` of frames by a model's head.
    /// - Throws: `NonFiniteScores` with the frame.
    func labels(_ frames: ArraySlice<FrameIndex>, by model: Segmenter) throws -> Tensor<UInt8> {
        let places = frames.map { frame -> Int in
            guard let row = rows[frame] else {
                stop("EvaluationLatents: \(frame) is not among the encoded frames")
            }
            return row
        }
        let scores = model.head(latents.selecting(places), .inference)
        let probabilities = model.classes == 1 ? scores.sigmoid() : scores.softmax(axis: -1)
        return try GestaltSegHeads.labels(ofFinite: probabilities) { picture in
            let index = frames[frames.startIndex + picture]
            return "clip \(index.clip), frame \(index.frame)"
        }
    }
}
