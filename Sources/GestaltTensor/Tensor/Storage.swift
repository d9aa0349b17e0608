import Synchronization

/// The memory of a tensor and its views: aligned, from the buffer pool, shared until written.
///
/// `@unchecked Sendable`: the scalars change only through a tensor that holds the sole reference
/// (`Tensor.withMutableScalars` checks), so no other thread can read them at that time.
package final class Storage<Scalar: TensorScalar>: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Scalar>
    package let count: Int
    /// An object derived from the current contents and cached with them, such as a transformed
    /// weight; guarded by `companionLock`.
    private var companion: (any Sendable)?

    /// Creates uninitialized memory.
    package init(count: Int) {
        self.count = count
        let raw = BufferPool.allocate(byteCount: count * MemoryLayout<Scalar>.stride)
        pointer = raw.bindMemory(to: Scalar.self, capacity: count)
    }

    deinit {
        BufferPool.release(
            UnsafeMutableRawPointer(pointer), byteCount: count * MemoryLayout<Scalar>.stride)
    }

    /// Drops the companion of the current contents before they change.
    package func contentsWillChange() {
        if companion != nil { companion = nil }
    }

    /// Returns the object derived from the current contents, created by `make` at the first call
    /// and dropped when they change.
    func companion<Companion: Sendable>(_ make: () -> Companion) -> Companion {
        companionLock.withLock { _ in
            if let known = companion as? Companion { return known }
            let new = make()
            companion = new
            return new
        }
    }

    /// Caches `companion` with the current contents.
    func attach(_ companion: some Sendable) {
        companionLock.withLock { _ in self.companion = companion }
    }

    /// Returns the object cached with the current contents, if it is of this type.
    func companion<Companion: Sendable>(as _: Companion.Type) -> Companion? {
        companionLock.withLock { _ in companion as? Companion }
    }
}

private let companionLock = Mutex(())
