import CKernels
import GestaltChecks
import Synchronization

/// Buffers above 1 MiB: separate pages, aligned to 2 MiB and advised to be huge, reused by size
/// class.
///
/// A released buffer also serves a request up to three classes smaller (three eighths). The cache
/// is bounded twice: by `GESTALT_CACHE_LIMIT`, and such that use and cache together stay within the
/// peak use plus 64 MiB; buffers of the least recently requested size are evicted first. Thus a
/// training step, which repeats its sizes, soon maps no new pages, and a program that changes its
/// sizes does not keep buffers of both.
final class PagePool: Sendable {
    static let shared = PagePool(limit: RuntimeSettings.initial.cacheLimit)

    /// The offset of a buffer into its pages, after the `Header`.
    private static let headerByteCount = 64
    private static let slackBytes = 64 << 20
    private static let classesAbove = 3

    /// The header at the start of the pages, both in use and while cached.
    private struct Header {
        let classIndex: Int
        var next: UnsafeMutablePointer<Header>?
    }

    /// `@unchecked Sendable`: the cached buffers belong to the pool only, and are guarded by the
    /// mutex.
    private struct State: @unchecked Sendable {
        var lists = [UnsafeMutablePointer<Header>?](repeating: nil, count: SizeClasses.count)
        var lastAsked = [Int](repeating: 0, count: SizeClasses.count)
        var clock = 0
        var cached = 0
        var used = 0
        var largestUse = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let index = SizeClasses.index(forByteCount: byteCount)
        let buffer = state.withLock { state in Self.take(index, &state) ?? Self.map(index, &state) }
        guard let buffer else { BufferPool.outOfMemory(byteCount) }
        MemoryUse.shared.add(SizeClasses.byteCount(ofClass: buffer.classIndex))
        return buffer.start
    }

    func release(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
        let header = (pointer - Self.headerByteCount).assumingMemoryBound(to: Header.self)
        let index = header.pointee.classIndex
        require(
            (0..<SizeClasses.count).contains(index)
                && SizeClasses.byteCount(ofClass: index) >= byteCount,
            "A buffer is released as \(byteCount) bytes that was not asked for so")
        MemoryUse.shared.subtract(SizeClasses.byteCount(ofClass: index))
        state.withLock { state in
            header.pointee.next = state.lists[index]
            state.lists[index] = header
            state.used -= SizeClasses.byteCount(ofClass: index)
            state.cached += SizeClasses.byteCount(ofClass: index)
            while state.cached > limit { Self.dropOldest(&state) }
        }
    }

    var cachedBytes: Int { state.withLock { $0.cached } }

    func trim() {
        state.withLock { state in
            while state.cached > 0 { Self.dropOldest(&state) }
        }
    }

    private struct Taken: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
        let classIndex: Int
    }

    /// Returns a cached buffer of the class, or of a slightly larger one.
    private static func take(_ index: Int, _ state: inout State) -> Taken? {
        state.clock += 1
        state.lastAsked[index] = state.clock
        for candidate in index...min(index + classesAbove, SizeClasses.count - 1) {
            guard let header = state.lists[candidate] else { continue }
            state.lists[candidate] = header.pointee.next
            state.lastAsked[candidate] = state.clock
            state.cached -= SizeClasses.byteCount(ofClass: candidate)
            return handOut(header, candidate, &state)
        }
        return nil
    }

    private static func map(_ index: Int, _ state: inout State) -> Taken? {
        let size = SizeClasses.byteCount(ofClass: index)
        let needed = state.used + size
        let bound = max(state.largestUse, needed) + slackBytes
        while state.cached > 0, needed + state.cached > bound { dropOldest(&state) }
        var pages = gk_pages_map(size + headerByteCount)
        while pages == nil, state.cached > 0 {
            dropOldest(&state)
            pages = gk_pages_map(size + headerByteCount)
        }
        guard let pages else { return nil }
        let header = pages.bindMemory(to: Header.self, capacity: 1)
        header.initialize(to: Header(classIndex: index, next: nil))
        return handOut(header, index, &state)
    }

    private static func handOut(
        _ header: UnsafeMutablePointer<Header>, _ index: Int, _ state: inout State
    ) -> Taken {
        state.used += SizeClasses.byteCount(ofClass: index)
        state.largestUse = max(state.largestUse, state.used)
        return Taken(start: UnsafeMutableRawPointer(header) + headerByteCount, classIndex: index)
    }

    /// Unmaps one buffer, of the least recently requested class.
    private static func dropOldest(_ state: inout State) {
        var oldest: Int?
        for index in state.lists.indices where state.lists[index] != nil {
            if let known = oldest, state.lastAsked[known] <= state.lastAsked[index] { continue }
            oldest = index
        }
        guard let oldest, let header = state.lists[oldest] else { return }
        state.lists[oldest] = header.pointee.next
        let size = SizeClasses.byteCount(ofClass: oldest)
        state.cached -= size
        gk_pages_unmap(header, size + headerByteCount)
    }
}
