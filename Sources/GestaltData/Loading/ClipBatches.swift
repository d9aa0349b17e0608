import GestaltChecks
import GestaltTensor

/// Runs of frames with their masks.
public struct ClipBatch: Sendable {
    /// `[N, T, H, W, 3]`, −0.5…0.5.
    public var frames: Tensor<Float>
    /// `[N, T, H, W]`, ids as in ``Clip/masks``; nil when the clips have none.
    public var masks: Tensor<UInt8>?
    /// The origin of each of the `N` items.
    public var windows: [ClipWindow]
}

/// Batches of windows of clips, augmented: in shuffled order a window anywhere in the clip, drawn
/// anew each time the clip comes up; in plain order the clip's first frames. Clips of several sizes
/// never share a batch.
public struct ClipBatches: BatchSource {
    public let clips: any ClipSource
    public let windows: ClipWindows
    /// Sizes that occur, those of the first clips first.
    public let sizes: [FrameSize]
    public let batchSize: Int
    public let order: BatchOrder
    public let augmentation: Augmentation
    private let places: GroupedOrder
    private let hasMasks: Bool
    private let medians = ClipMedians()

    /// - Parameter length: frames in a window.
    /// - Throws: `ClipError.tooShort` for a clip with fewer frames than `length`.
    /// - Precondition: there are clips; `batchSize` and `length` are positive.
    public init(
        _ clips: [Clip], length: Int, batchSize: Int, order: BatchOrder,
        augmentation: Augmentation = .none
    ) throws {
        try self.init(
            ClipList(clips), length: length, batchSize: batchSize, order: order,
            augmentation: augmentation)
    }

    /// Batches of clips that may be read only when they come up: a ``DataSet``, or ``CachedClips``
    /// around any source.
    ///
    /// - Parameter length: frames in a window.
    /// - Throws: `ClipError.tooShort` for a clip with fewer frames than `length`; what reading
    ///   clips throws, where the source does not know their sizes.
    /// - Precondition: there are clips; `batchSize` and `length` are positive.
    public init(
        _ clips: some ClipSource, length: Int, batchSize: Int, order: BatchOrder,
        augmentation: Augmentation = .none
    ) throws {
        require(
            batchSize > 0 && clips.count > 0,
            "ClipBatches: batches of \(batchSize) out of \(clips.count) clips")
        let infos = try clips.infos()
        windows = try ClipWindows(infos, length: length)
        var sizes: [FrameSize] = []
        for info in infos where !sizes.contains(info.size) { sizes.append(info.size) }
        self.sizes = sizes
        self.clips = clips
        self.batchSize = batchSize
        self.order = order
        self.augmentation = augmentation
        places = GroupedOrder(order, batchSize: batchSize, sizes: infos.map(\.size))
        hasMasks = infos.allSatisfy(\.hasMasks)
    }

    public var stepsPerPass: Int { places.stepsPerPass }

    public var stepCount: Int? { order == .once ? stepsPerPass : nil }

    /// - Throws: what reading the clips throws.
    public func batch(at step: Int) throws -> ClipBatch {
        let chosen = places.items(step: step).enumerated().map { place, clip in
            guard order != .once else { return windows.first(of: clip) }
            var draws = order.draws(.window, position: step * batchSize + place)
            return windows.random(of: clip, using: &draws)
        }
        let pieces = try clips.frames(of: chosen)
        let batch = try assembleMixed(
            pieces, order: order, firstPosition: step * batchSize, augmentation: augmentation,
            withMasks: hasMasks
        ) { place in
            try medians.median(of: chosen[place].clip) { try clips.clip(at: chosen[place].clip) }
        }
        return ClipBatch(frames: batch.frames, masks: batch.masks, windows: chosen)
    }
}
