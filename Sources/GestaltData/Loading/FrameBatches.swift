import GestaltChecks
import GestaltTensor

/// Single frames with their masks.
public struct FrameBatch: Sendable {
    /// `[N, H, W, 3]`, −0.5…0.5; with earlier frames clips `[N, T, H, W, 3]`, of which the last
    /// frame is the chosen one.
    public var frames: Tensor<Float>
    /// `[N, H, W]`, ids as in ``Clip/masks``; nil when the clips have none.
    public var masks: Tensor<UInt8>?
    /// The category of each id in the masks, for each of the `N` items, as in ``Clip/categories``.
    public var categories: [[UInt8: UInt8]?]
    /// The origin of each of the `N` items.
    public var indices: [FrameIndex]
}

/// Batches of chosen frames of clips, augmented. Frames of several sizes never share a batch.
public struct FrameBatches: BatchSource {
    public let clips: any ClipSource
    public let frames: [FrameIndex]
    public let batchSize: Int
    public let order: BatchOrder
    public let augmentation: Augmentation
    /// The number of frames before a chosen one that come with it, changed as it is; before its
    /// clip begins, the clip's first frame.
    public let preceding: Int
    private let places: GroupedOrder
    private let hasMasks: Bool
    private let medians = ClipMedians()

    /// - Parameter frames: which frames; see ``LabeledFrames``.
    /// - Precondition: there are frames, all within the clips; `batchSize` is positive.
    public init(
        _ clips: [Clip], frames: [FrameIndex], batchSize: Int, order: BatchOrder,
        augmentation: Augmentation = .none
    ) {
        self.init(
            ClipList(clips), infos: clips.map(ClipInfo.init), frames: frames, batchSize: batchSize,
            order: order, augmentation: augmentation)
    }

    /// Batches of clips that may be read only when their frames come up: a ``DataSet``, or
    /// ``CachedClips`` around any source.
    ///
    /// - Parameters:
    ///   - frames: which frames; see ``LabeledFrames``.
    ///   - preceding: the number of frames before a chosen one that come with it.
    /// - Throws: what reading clips throws, where the source does not know their sizes.
    /// - Precondition: there are frames, all within the clips; `batchSize` is positive; with
    ///   preceding frames the augmentation mixes no items.
    public init(
        _ clips: some ClipSource, frames: [FrameIndex], batchSize: Int, order: BatchOrder,
        augmentation: Augmentation = .none, preceding: Int = 0
    ) throws {
        self.init(
            clips, infos: try clips.infos(), frames: frames, batchSize: batchSize, order: order,
            augmentation: augmentation, preceding: preceding)
    }

    private init(
        _ clips: any ClipSource, infos: [ClipInfo], frames: [FrameIndex], batchSize: Int,
        order: BatchOrder, augmentation: Augmentation, preceding: Int = 0
    ) {
        require(
            batchSize > 0 && !frames.isEmpty,
            "FrameBatches: batches of \(batchSize) out of \(frames.count) frames")
        require(
            preceding == 0 || preceding > 0 && !augmentation.mixesItems,
            "FrameBatches: \(preceding) preceding frames; items with some are not mixed")
        for index in frames {
            require(
                infos.indices.contains(index.clip)
                    && (0..<infos[index.clip].frameCount).contains(index.frame),
                "FrameBatches: no frame \(index.frame) of clip \(index.clip)")
        }
        self.clips = clips
        self.frames = frames
        self.batchSize = batchSize
        self.order = order
        self.augmentation = augmentation
        self.preceding = preceding
        places = GroupedOrder(
            order, batchSize: batchSize, sizes: frames.map { infos[$0.clip].size })
        hasMasks = frames.allSatisfy { infos[$0.clip].hasMasks }
    }

    public var stepsPerPass: Int { places.stepsPerPass }

    public var stepCount: Int? { order == .once ? stepsPerPass : nil }

    /// - Throws: what reading the clips of the frames throws.
    public func batch(at step: Int) throws -> FrameBatch {
        let indices = places.items(step: step).map { frames[$0] }
        let windows = indices.map { index in
            let start = max(0, index.frame - preceding)
            return ClipWindow(clip: index.clip, start: start, length: index.frame - start + 1)
        }
        let pieces = try clips.frames(of: windows).map { $0.beginning(frames: preceding + 1) }
        let batch = try assembleMixed(
            pieces, order: order, firstPosition: step * batchSize, augmentation: augmentation,
            withMasks: hasMasks
        ) { place in
            try medians.median(of: indices[place].clip) { try clips.clip(at: indices[place].clip) }
        }
        let shape = batch.frames.shape
        return FrameBatch(
            frames: preceding == 0 ? batch.frames.squeezed(axis: 1) : batch.frames,
            masks: batch.masks?.selected(shape[1] - 1, axis: 1).contiguous(),
            categories: batch.categories, indices: indices)
    }
}

extension Clip {
    /// Returns the clip with its first frame repeated at the beginning, to a number of frames.
    fileprivate func beginning(frames count: Int) -> Clip {
        let missing = count - frameCount
        guard missing > 0 else { return self }
        let rows = Tensor((0..<count).map { Int32(max(0, $0 - missing)) })
        return Clip(
            name: name, frames: frames.gathered(rows, axis: 0),
            masks: masks?.gathered(rows, axis: 0), categories: categories)
    }
}
