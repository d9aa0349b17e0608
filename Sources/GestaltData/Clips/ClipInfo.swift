import GestaltTensor

/// The properties of a clip without its pixels.
public struct ClipInfo: Sendable, Hashable {
    public let name: String
    public let frameCount: Int
    /// Rows and columns of every frame.
    public let size: FrameSize
    /// Whether the clip has masks, of whatever frames.
    public let hasMasks: Bool
    /// The frames that have a label, in order.
    public let labeledFrames: [Int]
    /// The category of each instance, see ``Clip/categories``.
    public internal(set) var categories: [UInt8: UInt8]?
    /// The width of each series of ``Clip/series``.
    public let seriesWidths: [String: Int]
    /// The numbers and times of the frames in their film, see ``Clip/timeline``.
    public let timeline: ClipTimeline?

    public init(_ clip: Clip) {
        name = clip.name
        frameCount = clip.frameCount
        size = FrameSize(clip)
        hasMasks = clip.masks != nil
        labeledFrames = clip.labeledFrames
        categories = clip.categories
        seriesWidths = clip.series.mapValues { $0.shape[1] }
        timeline = clip.timeline
    }

    public var height: Int { size.height }
    public var width: Int { size.width }

    /// The width of the actions; nil without actions.
    public var actionWidth: Int? { seriesWidths[Clip.actionSeries] }
}

extension Clip {
    /// Bytes that frames, masks and series take in memory.
    public var byteCount: Int {
        let floats = series.values.reduce(0) { $0 + $1.count }
        return frames.count + (masks?.count ?? 0) + floats * MemoryLayout<Float>.size
    }
}
