import Synchronization

/// The memory behind a tensor and its views: aligned, from the buffer pool, shared until written.
///
/// `@unchecked Sendable`: the scalars change only through a tensor that holds the sole reference
/// (`Tensor.withMutableScalars` checks), so no other thread can be reading them.
package final class Storage<Scalar: TensorScalar>: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Scalar>
    package let count: Int
    /// Differs for any two contents that ever existed in this process; caches key on it.
    package private(set) var version: UInt64
    /// What was made of these contents and is worth keeping with them, behind `companionLock`.
    private var companion: (any Sendable)?

    /// Memory that holds whatever was there before.
    package init(count: Int) {
        self.count = count
        let raw = BufferPool.allocate(byteCount: count * MemoryLayout<Scalar>.stride)
        pointer = raw.bindMemory(to: Scalar.self, capacity: count)
        version = nextVersion()
    }

    deinit {
        BufferPool.release(
            UnsafeMutableRawPointer(pointer), byteCount: count * MemoryLayout<Scalar>.stride)
    }

    package func renewVersion() {
        version = nextVersion()
        if companion != nil { companion = nil }
    }

    /// What stands with the present contents, made by `make` at the first call; it goes when they
    /// change.
    func companion<Companion: Sendable>(_ make: () -> Companion) -> Companion {
        companionLock.withLock { _ in
            if let known = companion as? Companion { return known }
            let new = make()
            companion = new
            return new
        }
    }

    /// Lets `companion` stand with the present contents.
    func attach(_ companion: some Sendable) {
        companionLock.withLock { _ in self.companion = companion }
    }

    /// What stands with the present contents, if it is of this type.
    func companion<Companion: Sendable>(as _: Companion.Type) -> Companion? {
        companionLock.withLock { _ in companion as? Companion }
    }
}

private let companionLock = Mutex(())

private let versions = Atomic<UInt64>(0)

private func nextVersion() -> UInt64 {
    versions.add(1, ordering: .relaxed).newValue
}
