import GestaltChecks
import GestaltIO
import Synchronization

/// Decoded clips of any number of sources, within a limit of bytes: those used least recently go
/// first. May be used from any thread.
///
/// The contents of the cache change the time of reading, never its result.
public final class ClipCache: Sendable {
    /// The cache of the process, of ``defaultLimit`` bytes at first.
    public static let shared = ClipCache(limit: defaultLimit)

    /// A quarter of the memory that this process may still take, at least 256 MiB; 1 GiB where the
    /// system does not say.
    public static var defaultLimit: Int {
        max(256 << 20, (SystemMemory.headroom?.bytes ?? 4 << 30) / 4)
    }

    /// The contents and the usage of a cache.
    public struct Report: Sendable, Equatable, CustomStringConvertible {
        public var clips = 0
        public var bytes = 0
        /// The largest `bytes` so far.
        public var peakBytes = 0
        /// Requests of clips in the cache.
        public var hits = 0
        /// Requests of clips that had to be read.
        public var misses = 0
        /// Clips removed for others.
        public var evictions = 0

        public var description: String {
            "\(clips) clips of \(bytes >> 20) MiB cached, \(hits) hits, \(misses) misses, "
                + "\(evictions) evictions"
        }
    }

    struct Key: Hashable, Sendable {
        let source: UInt64
        let index: Int
    }

    private let state: Mutex<State>

    /// - Parameter limit: the largest number of bytes of clips kept; 0 keeps none.
    /// - Precondition: `limit` is not negative.
    public init(limit: Int) {
        require(limit >= 0, "ClipCache(limit: \(limit))")
        state = Mutex(State(limit: limit))
    }

    /// The largest number of bytes of clips kept, and of a ``DataSet`` that is held in memory as a
    /// whole. A lower limit takes effect at once.
    ///
    /// - Precondition: not negative.
    public var limit: Int {
        get { state.withLock { $0.limit } }
        set {
            require(newValue >= 0, "ClipCache.limit = \(newValue)")
            state.withLock {
                $0.limit = newValue
                $0.makeRoom(for: 0)
            }
        }
    }

    public var report: Report { state.withLock { $0.report } }

    /// Returns the clip of a key; reads it, and keeps it where it fits, when it is not there.
    ///
    /// Reading happens outside the lock: two threads that want the same clip at once may both read
    /// it.
    func clip(_ key: Key, read: () throws -> Clip) rethrows -> Clip {
        if let clip = state.withLock({ $0.take(key) }) { return clip }
        let clip = try read()
        state.withLock { $0.insert(clip, key) }
        return clip
    }

    /// Keeps a clip that was read before, unless others would be removed for it.
    func offer(_ clip: Clip, _ key: Key) {
        state.withLock {
            if $0.report.bytes + clip.byteCount <= $0.limit { $0.insert(clip, key) }
        }
    }

    func remove(source: UInt64) {
        state.withLock { state in
            for key in state.entries.keys where key.source == source { state.remove(key) }
        }
    }

    /// A doubly linked list, threaded through a dictionary, from the clip used last to the one
    /// that goes next.
    private struct State {
        struct Entry {
            let clip: Clip
            let bytes: Int
            var newer: Key?
            var older: Key?
        }

        var limit: Int
        var report = Report()
        private(set) var entries: [Key: Entry] = [:]
        private var newest: Key?
        private var oldest: Key?

        init(limit: Int) { self.limit = limit }

        mutating func take(_ key: Key) -> Clip? {
            guard let entry = entries[key] else {
                report.misses += 1
                return nil
            }
            report.hits += 1
            unlink(entry)
            pushFront(key)
            return entry.clip
        }

        mutating func insert(_ clip: Clip, _ key: Key) {
            let bytes = clip.byteCount
            guard bytes <= limit, entries[key] == nil else { return }
            makeRoom(for: bytes)
            entries[key] = Entry(clip: clip, bytes: bytes)
            pushFront(key)
            report.bytes += bytes
            report.clips += 1
            report.peakBytes = max(report.peakBytes, report.bytes)
        }

        mutating func makeRoom(for bytes: Int) {
            while report.bytes + bytes > limit, let last = oldest {
                remove(last)
                report.evictions += 1
            }
        }

        mutating func remove(_ key: Key) {
            guard let entry = entries[key] else { return }
            unlink(entry)
            entries[key] = nil
            report.bytes -= entry.bytes
            report.clips -= 1
        }

        private mutating func unlink(_ entry: Entry) {
            if let newer = entry.newer {
                entries[newer]?.older = entry.older
            } else {
                newest = entry.older
            }
            if let older = entry.older {
                entries[older]?.newer = entry.newer
            } else {
                oldest = entry.newer
            }
        }

        private mutating func pushFront(_ key: Key) {
            entries[key]?.newer = nil
            entries[key]?.older = newest
            if let newest { entries[newest]?.newer = key }
            newest = key
            if oldest == nil { oldest = key }
        }
    }
}

extension ClipCache: Equatable {
    public static func == (a: ClipCache, b: ClipCache) -> Bool { a === b }
}
