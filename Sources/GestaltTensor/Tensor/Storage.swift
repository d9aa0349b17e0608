import Synchronization

/// The memory behind a tensor and its views: aligned, from the buffer pool, shared until written.
///
/// `@unchecked Sendable`: the scalars change only through a tensor that holds the sole reference
/// (`Tensor.withMutableScalars` checks), so no other thread can be reading them.
package final class Storage<Scalar: TensorScalar>: @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Scalar>
    package let count: Int
    /// An object derived from the present contents and kept with them, such as a transformed weight;
    /// guarded by `companionLock`.
    private var companion: (any Sendable)?

    /// Memory that holds whatever was there before.
    package init(count: Int) {
        self.count = count
        let raw = BufferPool.allocate(byteCount: count * MemoryLayout<Scalar>.stride)
        pointer = raw.bindMemory(to: Scalar.self, capacity: count)
    }

    deinit {
        BufferPool.release(
            UnsafeMutableRawPointer(pointer), byteCount: count * MemoryLayout<Scalar>.stride)
    }

    /// Drops what was derived from the present contents, which are about to change.
    package func contentsWillChange() {
        if companion != nil { companion = nil }
    }

    /// The object derived from the present contents, made by `make` at the first call and dropped
    /// when they change.
    func companion<Companion: Sendable>(_ make: () -> Companion) -> Companion {
        companionLock.withLock { _ in
            if let known = companion as? Companion { return known }
            let new = make()
            companion = new
            return new
        }
    }

    /// Keeps `companion` with the present contents.
    func attach(_ companion: some Sendable) {
        companionLock.withLock { _ in self.companion = companion }
    }

    /// The object kept with the present contents, if it is of this type.
    func companion<Companion: Sendable>(as _: Companion.Type) -> Companion? {
        companionLock.withLock { _ in companion as? Companion }
    }
}

private let companionLock = Mutex(())
