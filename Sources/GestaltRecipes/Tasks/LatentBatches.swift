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
        (latents, masks) = try work.examples(keptIn: store)
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

    /// Returns latents and masks of the frames, then those of their mirror images.
    ///
    /// Clips are read once, and once more where a store lacks the latents.
    /// - Parameter store: the latents of other trainings; not used for an encoder without a name
    ///   that determines its output.
    func examples(
        keptIn store: (any LatentStore)?
    ) throws -> (latents: Latent, masks: Tensor<UInt8>) {
        let name = try encoder.name()
        var masks = VariantParts<Tensor<UInt8>>()
        guard let store, let name else {
            var latents = VariantParts<Latent>()
            try forEachBatch { part, clips in
                masks.append(variants.map { encoder.masks(of: part, in: clips, flipped: $0) })
                latents.append(try encoded(part, clips))
            }
            return (.concatenating(latents.all), concatenated(masks.all, axis: 0))
        }
        var key = LatentKey(
            encoder.encoder, named: "\(name), window \(encoder.window), mirrors \(mirrors)")
        try forEachBatch { part, clips in
            masks.append(variants.map { encoder.masks(of: part, in: clips, flipped: $0) })
            for (pixels, slot) in encoder.windows(of: part, in: clips) {
                key.add("slot \(slot) ")
                key.add(pixels)
            }
        }
        let latents = try store.latents(key.hexadecimal) {
            var latents = VariantParts<Latent>()
            try forEachBatch { latents.append(try encoded($0, $1)) }
            return .concatenating(latents.all)
        }
        return (latents, concatenated(masks.all, axis: 0))
    }

    /// Returns the latents of frames, and of their mirror images.
    private func encoded(
        _ part: ArraySlice<FrameIndex>, _ clips: [Int: Clip]
    ) throws -> [Latent] {
        try variants.enumerated().map { place, isFlipped in
            let latents = try encoder.encode(part, of: clips, flipped: isFlipped)
            try progress?(
                WorkProgress(
                    done: part.startIndex * variants.count + (place + 1) * part.count,
                    total: variants.count * frames.count, unit: "frames"))
            return latents
        }
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

/// The results of batches of frames and, where they are mirrored, of their mirror images.
private struct VariantParts<Part> {
    private var plain: [Part] = []
    private var mirrored: [Part] = []

    /// - Parameter variants: of one batch, the mirrored one second.
    mutating func append(_ variants: [Part]) {
        plain.append(variants[0])
        mirrored += variants.dropFirst()
    }

    /// Those of all frames, then those of all mirror images.
    var all: [Part] { plain + mirrored }
}
