import GestaltChecks
import GestaltTensor

/// Runs of frames with their masks.
public struct ClipBatch: Sendable {
    /// `[N, T, H, W, 3]`, −0.5…0.5.
    public var frames: Tensor<Float>
    /// `[N, T, H, W]`, ids as in ``Clip/masks``; nil when the clips have none.
    public var masks: Tensor<UInt8>?
    /// Where the frames come from, `N` of them.
    public var windows: [ClipWindow]
}

/// Batches of windows of clips, augmented: in shuffled order a window anywhere in the clip, drawn
/// anew each time the clip comes up; in plain order the clip's first frames.
public struct ClipBatches: BatchSource {
    public let clips: [Clip]
    public let windows: ClipWindows
    public let batchSize: Int
    public let order: BatchOrder
    public let augmentation: Augmentation
    private let hasMasks: Bool
    private let medians = ClipMedians()

    /// - Parameter length: frames in a window.
    /// - Throws: `ClipError.tooShort` for a clip with fewer frames than `length`.
    /// - Precondition: there are clips, of one picture size; `batchSize` and `length` are
    ///   positive.
    public init(
        _ clips: [Clip], length: Int, batchSize: Int, order: BatchOrder,
        augmentation: Augmentation = .none
    ) throws(ClipError) {
        require(
            batchSize > 0 && !clips.isEmpty,
            "ClipBatches: batches of \(batchSize) out of \(clips.count) clips")
        requireOneSize(clips, "ClipBatches")
        windows = try ClipWindows(clips, length: length)
        self.clips = clips
        self.batchSize = batchSize
        self.order = order
        self.augmentation = augmentation
        hasMasks = clips.allSatisfy { $0.masks != nil }
    }

    public var stepsPerPass: Int {
        order.stepsPerPass(batchSize: batchSize, count: clips.count)
    }

    public var stepCount: Int? { order == .once ? stepsPerPass : nil }

    public func batch(at step: Int) -> ClipBatch {
        let items = order.items(step: step, batchSize: batchSize, count: clips.count)
        let chosen = items.enumerated().map { place, clip in
            guard case .shuffled(let seed) = order else { return windows.first(of: clip) }
            var draws = SplitMix64(
                seed: seed &+ 0x5EED, index: UInt64(step * batchSize + place))
            return windows.random(of: clip, using: &draws)
        }
        let pieces = chosen.map { clips[$0.clip].window($0.frames) }
        let (frames, masks) = assembleMixed(
            pieces, order: order, firstPosition: step * batchSize, augmentation: augmentation,
            withMasks: hasMasks
        ) { place in medians.median(of: chosen[place].clip) { clips[chosen[place].clip] } }
        return ClipBatch(frames: frames, masks: masks, windows: chosen)
    }
}
