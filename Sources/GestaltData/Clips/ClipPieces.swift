/// The readable parts of one clip of a source: the clip, or its parts between unreadable frames.
public struct ClipPieces: Sendable {
    public var clips: [Clip]
    /// The frames left out, and why.
    public var remarks: [String]
    /// Sizes that the frames had, where the source has brought them to another size; empty where it
    /// has not.
    var sizes: Set<FrameSize> = []
    /// Whether the source has left out frames beyond the first `ClipOptions.frames`.
    public var isCut = false
    /// Whether the source has taken every `ClipOptions.stride`-th frame itself.
    public var isStrided = false

    public init(clips: [Clip], remarks: [String] = []) {
        self.clips = clips
        self.remarks = remarks
    }
}

extension ClipSource {
    public func pieces(at index: Int) throws -> ClipPieces {
        ClipPieces(clips: [try clip(at: index)])
    }
}
