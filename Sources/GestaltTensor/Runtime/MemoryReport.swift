import Synchronization

/// The memory of tensors: bytes in use, bytes cached for reuse, and the peak.
public struct MemoryReport: Sendable, Equatable, CustomStringConvertible {
    /// Bytes of buffers in use, rounded up to their size classes.
    public let bytesInUse: Int
    /// Bytes kept for reuse.
    public let bytesCached: Int
    /// The largest `bytesInUse` since the start or the last `Runtime.resetPeakMemory()`.
    public let peakBytesInUse: Int

    public var description: String {
        "\(Self.mebibytes(bytesInUse)) in use, \(Self.mebibytes(bytesCached)) cached, "
            + "peak \(Self.mebibytes(peakBytesInUse))"
    }

    private static func mebibytes(_ bytes: Int) -> String {
        let tenths = (bytes * 10 + (1 << 19)) >> 20
        return "\(tenths / 10).\(tenths % 10) MiB"
    }
}

extension Runtime {
    /// Memory of all tensors of this process.
    public static var memory: MemoryReport {
        MemoryReport(
            bytesInUse: MemoryUse.shared.current, bytesCached: BufferPool.cachedBytes,
            peakBytesInUse: MemoryUse.shared.peak)
    }

    /// Begins a new high-water mark at the current use.
    public static func resetPeakMemory() { MemoryUse.shared.resetPeak() }

    /// Returns the cached buffers to the system.
    public static func trimCache() { BufferPool.trim() }
}

/// Bytes in use and their high-water mark.
final class MemoryUse: Sendable {
    static let shared = MemoryUse()

    private let inUse = Atomic(0)
    private let highest = Atomic(0)

    var current: Int { inUse.load(ordering: .relaxed) }
    var peak: Int { highest.load(ordering: .relaxed) }

    @inline(__always)
    func add(_ bytes: Int) {
        let now = inUse.wrappingAdd(bytes, ordering: .relaxed).newValue
        if now > highest.load(ordering: .relaxed) { highest.max(now, ordering: .relaxed) }
    }

    @inline(__always)
    func subtract(_ bytes: Int) { inUse.wrappingSubtract(bytes, ordering: .relaxed) }

    func resetPeak() { highest.store(current, ordering: .relaxed) }
}
