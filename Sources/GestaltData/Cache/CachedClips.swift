import Synchronization

/// The clips of a source, each read on demand and kept while the cache has room.
public struct CachedClips: ClipSource {
    public let source: any ClipSource
    public let cache: ClipCache
    private let state: Identity

    /// - Parameter cache: shared with other sources; its limit holds for all of them together.
    public init(_ source: any ClipSource, cache: ClipCache = .shared) {
        self.source = source
        self.cache = cache
        state = Identity(cache, count: source.count)
    }

    public var count: Int { source.count }
    public var labelMeaning: LabelMeaning { source.labelMeaning }
    public var labelCoding: LabelCoding? { source.labelCoding }
    public var remarks: [String] { source.remarks }
    public var description: String { source.description }

    public func clip(at index: Int) throws -> Clip {
        try cache.clip(key(index)) {
            let clip = try source.clip(at: index)
            state.infos.withLock { if $0[index] == nil { $0[index] = ClipInfo(clip) } }
            return clip
        }
    }

    /// Returns the properties of a clip, which is read the first time only.
    public func info(at index: Int) throws -> ClipInfo {
        if let known = state.infos.withLock({ $0[index] }) { return known }
        let info = try ClipInfo(clip(at: index))
        state.infos.withLock { $0[index] = info }
        return info
    }

    /// Keeps a clip that was read before, where there is room.
    func offer(_ clip: Clip, at index: Int) { cache.offer(clip, key(index)) }

    private func key(_ index: Int) -> ClipCache.Key {
        ClipCache.Key(source: state.number, index: index)
    }

    /// A token that removes the clips from the cache when the source is gone.
    private final class Identity: Sendable {
        private static let numbers = Atomic<UInt64>(0)
        let number = Identity.numbers.wrappingAdd(1, ordering: .relaxed).newValue
        let cache: ClipCache
        let infos: Mutex<[ClipInfo?]>

        init(_ cache: ClipCache, count: Int) {
            self.cache = cache
            infos = Mutex(Array(repeating: nil, count: count))
        }

        deinit { cache.remove(source: number) }
    }
}
