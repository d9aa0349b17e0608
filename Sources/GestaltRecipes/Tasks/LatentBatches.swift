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
    ///   - store: where the latents are kept for other trainings; nil computes them.
    ///   - progress: called after each batch of frames, mirror images counted; an error it throws
    ///     ends the encoding.
    /// - Throws: what `progress`, `store` and reading clips throw.
    /// - Precondition: the frames have masks and one size; `batchSize` is positive.
    public init(
        encoder: LabeledFrameEncoder, clips: some ClipSource, frames: [FrameIndex], batchSize: Int,
        seed: UInt64, flip: Float = 0.5, store: (any LatentStore)? = nil,
        progress: ProgressHandler? = nil
    ) throws {
        require(
            batchSize > 0 && !frames.isEmpty && (0...1).contains(flip),
            "LatentBatches: \(frames.count) frames in batches of \(batchSize), flip \(flip)")
        let work = LabeledFrameWork(
            encoder: encoder, clips: clips, frames: frames, mirrors: flip > 0, progress: progress)
        latents =
            try store.map { store in
                try store.latents(try work.key()) { try work.latents() }
            } ?? work.latents()
        masks = try work.masks()
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

/// The encoding of labeled frames and of their mirror images.
private struct LabeledFrameWork<Clips: ClipSource> {
    let encoder: LabeledFrameEncoder
    let clips: Clips
    let frames: [FrameIndex]
    let mirrors: Bool
    let progress: ProgressHandler?

    /// The batch size of the encoder: enough to use all cores.
    private static var batch: Int { 16 }
    private var variants: [Bool] { mirrors ? [false, true] : [false] }

    /// Latents of the frames, then of their mirror images.
    func latents() throws -> Latent {
        var parts: [Latent] = []
        for isFlipped in variants {
            try forEachBatch { part, clips in
                parts.append(encoder.encode(part, of: clips, flipped: isFlipped))
                try progress?(
                    WorkProgress(
                        done: (isFlipped ? frames.count : 0) + part.endIndex,
                        total: variants.count * frames.count, unit: "frames"))
            }
        }
        return .concatenating(parts)
    }

    /// The masks of the frames, then of their mirror images.
    func masks() throws -> Tensor<UInt8> {
        var parts: [Tensor<UInt8>] = []
        for isFlipped in variants {
            try forEachBatch { part, clips in
                parts.append(encoder.masks(of: part, in: clips, flipped: isFlipped))
            }
        }
        return concatenated(parts, axis: 0)
    }

    func key() throws -> String {
        let name = try encoder.name()
        var key = LatentKey(
            encoder.encoder, named: "\(name), window \(encoder.window), mirrors \(mirrors)")
        try forEachBatch { part, clips in
            for (pixels, slot) in encoder.windows(of: part, in: clips) {
                key.add("slot \(slot) ")
                key.add(pixels)
            }
        }
        return key.hexadecimal
    }

    private func forEachBatch(
        _ body: (ArraySlice<FrameIndex>, [Int: Clip]) throws -> Void
    ) throws {
        for start in stride(from: 0, to: frames.count, by: Self.batch) {
            let part = frames[start..<min(start + Self.batch, frames.count)]
            try body(part, try clips.clips(at: part.map(\.clip)))
        }
    }
}
