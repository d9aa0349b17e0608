/// Clips in memory as a source.
public struct ClipList: ClipSource {
    public let clips: [Clip]

    public init(_ clips: [Clip]) { self.clips = clips }

    public var count: Int { clips.count }
    public var description: String { "\(count) clips" }
    public var isInMemory: Bool { true }
    public func clip(at index: Int) -> Clip { clips[index] }
}
