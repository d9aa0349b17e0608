import GestaltChecks

/// A run of frames of one clip of a set.
public struct ClipWindow: Sendable, Hashable, Codable {
    public var clip: Int
    public var start: Int
    public var length: Int

    public init(clip: Int, start: Int, length: Int) {
        self.clip = clip
        self.start = start
        self.length = length
    }

    public var frames: Range<Int> { start..<(start + length) }
}

/// Windows of one length out of clips that are at least that long.
public struct ClipWindows: Sendable {
    public let lengths: [Int]
    public let length: Int

    /// - Throws: `ClipError.tooShort` for the first clip with fewer frames than `length`.
    /// - Precondition: `length` is positive.
    public init(_ clips: [Clip], length: Int) throws(ClipError) {
        try self.init(clips.map(ClipInfo.init), length: length)
    }

    /// - Throws: `ClipError.tooShort` for the first clip with fewer frames than `length`.
    /// - Precondition: `length` is positive.
    public init(_ clips: [ClipInfo], length: Int) throws(ClipError) {
        require(length > 0, "ClipWindows(length: \(length))")
        for clip in clips where clip.frameCount < length {
            throw .tooShort(clip: clip.name, expected: length, found: clip.frameCount)
        }
        lengths = clips.map(\.frameCount)
        self.length = length
    }

    /// The window at the start of a clip.
    public func first(of clip: Int) -> ClipWindow {
        ClipWindow(clip: clip, start: 0, length: length)
    }

    /// A window anywhere in a clip; every start is equally likely.
    public func random(
        of clip: Int, using generator: inout some RandomNumberGenerator
    ) -> ClipWindow {
        ClipWindow(
            clip: clip, start: generator.integer(0...(lengths[clip] - length)), length: length)
    }
}
