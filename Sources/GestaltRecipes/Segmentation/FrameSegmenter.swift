import GestaltChecks
import GestaltData
import GestaltMedia
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// Segments the frames of clips, for models of single frames and of clips.
///
/// A model of single frames receives the frames alone, one of clips (`tokenizer:LATENTS:clip`,
/// `prior:hidden:LAYER:frames=2`) the window around each frame, as in evaluation: at the ends of
/// the clip the first or last frame is repeated. Frames of other sizes than the model's are resized
/// for it, the masks back.
public struct FrameSegmenter {
    private let model: any SegmentationModel
    private let windows: LabeledFrameEncoder?

    /// - Precondition: a model that reads clips is a ``Segmenter``.
    public init(_ model: any SegmentationModel) {
        self.model = model
        guard model.readsClips else {
            windows = nil
            return
        }
        guard let segmenter = model as? Segmenter else {
            stop("FrameSegmenter: \(type(of: model)) reads clips and is no Segmenter")
        }
        let stride = segmenter.encoder.temporalStride
        let usual = LabeledFrameEncoder.usualWindow
        windows = LabeledFrameEncoder(
            segmenter.encoder,
            window: segmenter.encoder.clipLength ?? (usual + stride - 1) / stride * stride)
    }

    /// The number of frames that determine a mask; 1 for a model of single frames.
    public var window: Int { windows?.window ?? 1 }

    /// Returns the labels `[N, H, W]` of the frames `range` of a clip.
    ///
    /// - Parameter name: the name of a frame in errors, counted within `range`.
    /// - Throws: as `labels(ofFinite:threshold:name:)`.
    /// - Precondition: `range` is not empty and within the clip.
    public func labels(
        of range: Range<Int>, in clip: Clip, threshold: Float = 0.5,
        name: (Int) -> String = { "frame \($0)" }
    ) throws -> Tensor<UInt8> {
        require(
            !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= clip.frameCount,
            "FrameSegmenter: frames \(range) of \(clip.frameCount)")
        let scores = probabilities(of: range, in: clip)
            .resized(height: clip.height, width: clip.width)
        return try GestaltSegHeads.labels(ofFinite: scores, threshold: threshold, name: name)
    }

    /// Returns `[N, h, w, classes]` at the model's size.
    private func probabilities(of range: Range<Int>, in clip: Clip) -> Tensor<Float> {
        guard let windows else {
            return model.probabilities(
                fitted: model.fitted(clip.frames.sliced(range, axis: 0)))
        }
        // Each frame is resized once, although it is in several windows.
        let reach = windows.window
        let part = max(0, range.lowerBound - reach)..<min(clip.frameCount, range.upperBound + reach)
        let fitted = Clip(
            name: clip.name, frames: model.fitted(clip.frames.sliced(part, axis: 0)))
        let parts = stride(from: 0, to: range.count, by: Self.batch).map { start in
            let frames = range.dropFirst(start).prefix(Self.batch)
            return probabilities(frames.map { $0 - part.lowerBound }, of: fitted, windows)
        }
        return concatenated(parts, axis: 0)
    }

    private func probabilities(
        _ frames: [Int], of clip: Clip, _ windows: LabeledFrameEncoder
    ) -> Tensor<Float> {
        let inputs = frames.map { windows.window(of: $0, in: clip) }
        let scores = model.probabilities(
            stacked(inputs.map(\.pixels), axis: 0).centeredPixels())
        let slots = scores.shape[0] / inputs.count
        let rows = inputs.enumerated().map { Int32($0 * slots + $1.slot) }
        return scores.gathered(Tensor(rows), axis: 0)
    }

    /// The batch size of the model in windows.
    private static let batch = 4
}
