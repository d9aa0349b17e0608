import GestaltChecks
import GestaltTensor

/// Single frames with their masks.
public struct FrameBatch: Sendable {
    /// `[N, H, W, 3]`, −0.5…0.5.
    public var frames: Tensor<Float>
    /// `[N, H, W]`, ids as in ``Clip/masks``; nil when the clips have none.
    public var masks: Tensor<UInt8>?
    /// Where the frames come from, `N` of them.
    public var indices: [FrameIndex]
}

/// Batches of chosen frames of clips, augmented.
public struct FrameBatches: BatchSource {
    public let clips: [Clip]
    public let frames: [FrameIndex]
    public let batchSize: Int
    public let order: BatchOrder
    public let augmentation: Augmentation
    private let hasMasks: Bool
    private let medians = ClipMedians()

    /// - Parameter frames: which frames; see ``LabeledFrames``.
    /// - Precondition: there are frames, all within the clips; clips are of one picture size;
    ///   `batchSize` is positive.
    public init(
        _ clips: [Clip], frames: [FrameIndex], batchSize: Int, order: BatchOrder,
        augmentation: Augmentation = .none
    ) {
        require(
            batchSize > 0 && !frames.isEmpty,
            "FrameBatches: batches of \(batchSize) out of \(frames.count) frames")
        for index in frames {
            require(
                clips.indices.contains(index.clip)
                    && (0..<clips[index.clip].frameCount).contains(index.frame),
                "FrameBatches: no frame \(index.frame) of clip \(index.clip)")
        }
        requireOneSize(clips, "FrameBatches")
        self.clips = clips
        self.frames = frames
        self.batchSize = batchSize
        self.order = order
        self.augmentation = augmentation
        hasMasks = frames.allSatisfy { clips[$0.clip].masks != nil }
    }

    public var stepsPerPass: Int {
        order.stepsPerPass(batchSize: batchSize, count: frames.count)
    }

    public var stepCount: Int? { order == .once ? stepsPerPass : nil }

    public func batch(at step: Int) -> FrameBatch {
        let indices = order.items(step: step, batchSize: batchSize, count: frames.count)
            .map { frames[$0] }
        let pieces = indices.map { clips[$0.clip].window($0.frame..<($0.frame + 1)) }
        let (pixels, masks) = assembleMixed(
            pieces, order: order, firstPosition: step * batchSize, augmentation: augmentation,
            withMasks: hasMasks
        ) { place in medians.median(of: indices[place].clip) { clips[indices[place].clip] } }
        let shape = pixels.shape
        return FrameBatch(
            frames: pixels.reshaped([shape[0], shape[2], shape[3], 3]),
            masks: masks?.reshaped([shape[0], shape[2], shape[3]]), indices: indices)
    }
}
