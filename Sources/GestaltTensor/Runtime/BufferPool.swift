import CKernels
import GestaltChecks
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Memory for tensors: aligned to 64 bytes, and kept for the next tensor of its size when released.
///
/// A new buffer of 64 MiB costs 10 to 30 ms in page faults before anything is computed; a reused
/// one costs nothing. Small buffers (to 1 MiB) are cached in a list per size class, each guarded by
/// a spin lock that is held for a few instructions. Large ones have separate pages, see `PagePool`.
/// Contents of a buffer are undefined.
package enum BufferPool {
    /// The size above which a buffer has separate pages.
    package static let largestSmallByteCount = 1 << 20

    /// Returns a buffer of at least `byteCount` bytes. Thread-safe.
    ///
    /// - Precondition: `byteCount` is not negative and at most 2⁴⁶. Ends the program with a message
    ///   when the system is out of memory.
    package static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        require(
            byteCount >= 0 && byteCount <= SizeClasses.largestByteCount,
            "A buffer of \(byteCount) bytes is asked for; 0 to 2^46 are possible")
        if byteCount > largestSmallByteCount { return PagePool.shared.allocate(byteCount) }
        let index = SizeClasses.index(forByteCount: byteCount)
        MemoryUse.shared.add(SizeClasses.byteCount(ofClass: index))
        return SmallBuffers.shared.take(index)
    }

    /// Returns a buffer to the pool, from any thread, with its requested size.
    package static func release(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
        if byteCount > largestSmallByteCount { return PagePool.shared.release(pointer, byteCount) }
        let index = SizeClasses.index(forByteCount: byteCount)
        MemoryUse.shared.subtract(SizeClasses.byteCount(ofClass: index))
        SmallBuffers.shared.put(pointer, index)
    }

    package static var cachedBytes: Int {
        SmallBuffers.shared.cachedBytes + PagePool.shared.cachedBytes
    }

    /// Returns all cached buffers to the system.
    package static func trim() {
        SmallBuffers.shared.trim()
        PagePool.shared.trim()
    }

    static func outOfMemory(_ byteCount: Int) -> Never {
        stop(
            "The system has no \(byteCount) bytes left for a buffer; in use: \(Runtime.memory)")
    }
}

/// The buffers up to 1 MiB.
///
/// `@unchecked Sendable`: a list is accessed only by the holder of its lock.
private final class SmallBuffers: @unchecked Sendable {
    static let shared = SmallBuffers()

    private struct List: ~Copyable {
        let locked = Atomic(false)
        /// The first cached buffer; each begins with the address of the next.
        var head: UnsafeMutableRawPointer?
        var count = 0

        @inline(__always)
        func lock() {
            while locked.exchange(true, ordering: .acquiring) {
                var attempts = 0
                while locked.load(ordering: .relaxed) {
                    attempts += 1
                    if attempts < 100 { gk_pause() } else { sched_yield() }
                }
            }
        }

        @inline(__always)
        func unlock() { locked.store(false, ordering: .releasing) }
    }

    /// The maximum number of cached bytes per class: enough for a tape of 100,000 scalars.
    private static let keptBytesPerClass = 8 << 20
    private static let classCount =
        SizeClasses.index(forByteCount: BufferPool.largestSmallByteCount) + 1

    private let lists = UnsafeMutablePointer<List>.allocate(capacity: classCount)

    private init() {
        for index in 0..<Self.classCount { (lists + index).initialize(to: List()) }
    }

    @inline(__always)
    func take(_ index: Int) -> UnsafeMutableRawPointer {
        let list = lists + index
        list.pointee.lock()
        if let buffer = list.pointee.head {
            list.pointee.head = buffer.load(as: UnsafeMutableRawPointer?.self)
            list.pointee.count -= 1
            list.pointee.unlock()
            return buffer
        }
        list.pointee.unlock()
        return Self.create(SizeClasses.byteCount(ofClass: index))
    }

    @inline(__always)
    func put(_ buffer: UnsafeMutableRawPointer, _ index: Int) {
        let list = lists + index
        list.pointee.lock()
        let kept = list.pointee.count * SizeClasses.byteCount(ofClass: index)
        if kept < Self.keptBytesPerClass {
            buffer.storeBytes(of: list.pointee.head, as: UnsafeMutableRawPointer?.self)
            list.pointee.head = buffer
            list.pointee.count += 1
            list.pointee.unlock()
        } else {
            list.pointee.unlock()
            free(buffer)
        }
    }

    var cachedBytes: Int {
        var total = 0
        for index in 0..<Self.classCount {
            lists[index].lock()
            total += lists[index].count * SizeClasses.byteCount(ofClass: index)
            lists[index].unlock()
        }
        return total
    }

    func trim() {
        for index in 0..<Self.classCount {
            lists[index].lock()
            var next = lists[index].head
            lists[index].head = nil
            lists[index].count = 0
            lists[index].unlock()
            while let buffer = next {
                next = buffer.load(as: UnsafeMutableRawPointer?.self)
                free(buffer)
            }
        }
    }

    @inline(never)
    private static func create(_ byteCount: Int) -> UnsafeMutableRawPointer {
        var buffer: UnsafeMutableRawPointer?
        if posix_memalign(&buffer, SizeClasses.unit, byteCount) != 0 { BufferPool.trim() }
        if buffer == nil, posix_memalign(&buffer, SizeClasses.unit, byteCount) != 0 {
            BufferPool.outOfMemory(byteCount)
        }
        return buffer!
    }
}
