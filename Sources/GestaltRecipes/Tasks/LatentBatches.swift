import GestaltChecks
import GestaltData
import GestaltIO
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// Latents of labeled frames with their masks.
public struct LatentBatch: Sendable {
    public var latent: Latent
    /// `[N, H, W]`, classes as in the clips' masks.
    public var masks: Tensor<UInt8>
}

/// Batches of latents computed once by a frozen encoder: of each labeled frame, and of its mirror
/// image where training may mirror.
public struct LatentBatches: BatchSource {
    /// Latents of the frames, then of their mirror images.
    public let latents: Latent
    /// `[frames, H, W]`, then their mirror images.
    public let masks: Tensor<UInt8>
    /// The number of labeled frames, without mirror images.
    public let count: Int
    public let batchSize: Int
    public let seed: UInt64
    /// The probability that a mirror image replaces its original.
    public let flip: Float

    /// Encodes all labeled frames.
    ///
    /// - Parameters:
    ///   - flip: 0…1; 0 encodes no mirror images, which halves time and memory.
    ///   - progress: called after each batch of frames, mirror images counted; an error it throws
    ///     ends the encoding.
    /// - Throws: what `progress` and reading clips throw.
    /// - Precondition: the frames have masks and one size; `batchSize` is positive.
    public init(
        encoder: LabeledFrameEncoder, clips: some ClipSource, frames: [FrameIndex], batchSize: Int,
        seed: UInt64, flip: Float = 0.5,
        progress: ProgressHandler? = nil
    ) throws {
        require(
            batchSize > 0 && !frames.isEmpty && (0...1).contains(flip),
            "LatentBatches: \(frames.count) frames in batches of \(batchSize), flip \(flip)")
        var parts: [Latent] = []
        var labels: [Tensor<UInt8>] = []
        let variants = flip > 0 ? [false, true] : [false]
        for isFlipped in variants {
            let before = isFlipped ? frames.count : 0
            for start in stride(from: 0, to: frames.count, by: Self.encodingBatch) {
                let part = frames[start..<min(start + Self.encodingBatch, frames.count)]
                let (latent, masks) = encoder.encode(
                    part, of: try clips.clips(at: part.map(\.clip)), flipped: isFlipped)
                parts.append(latent)
                labels.append(masks)
                try progress?(
                    WorkProgress(
                        done: before + start + part.count, total: variants.count * frames.count,
                        unit: "frames"))
            }
        }
        latents = .concatenating(parts)
        masks = concatenated(labels, axis: 0)
        count = frames.count
        self.batchSize = batchSize
        self.seed = seed
        self.flip = flip
    }

    /// Encodes all labeled frames of clips in memory.
    public init(
        encoder: LabeledFrameEncoder, clips: [Clip], frames: [FrameIndex], batchSize: Int,
        seed: UInt64, flip: Float = 0.5,
        progress: ProgressHandler? = nil
    ) throws {
        try self.init(
            encoder: encoder, clips: ClipList(clips), frames: frames, batchSize: batchSize,
            seed: seed, flip: flip, progress: progress)
    }

    /// The batch size of the encoder: enough to use all cores.
    private static let encodingBatch = 16

    public var stepsPerPass: Int { order.stepsPerPass(batchSize: batchSize, count: count) }
    public var stepCount: Int? { nil }
    private var order: BatchOrder { .shuffled(seed: seed) }

    public func batch(at step: Int) -> LatentBatch {
        let chosen = order.items(step: step, batchSize: batchSize, count: count)
        // A draw depends on its position alone, so that any batch can be computed independently.
        let draws = RandomStream(seed: seed).split(UInt64(step))
        let rows = chosen.enumerated().map { place, frame in
            var draw = draws.split(UInt64(place))
            return draw.number() < Double(flip) ? count + frame : frame
        }
        return LatentBatch(
            latent: latents.selecting(rows),
            masks: masks.gathered(Tensor(rows.map(Int32.init)), axis: 0))
    }
}
