/// An array of any rank with value semantics, like `Array`.
///
/// Copies share memory until one of them is written. Elements are row-major; `reshaped`,
/// `permuted`, `sliced` and `broadcast` return views, which copy nothing. Shapes are checked when
/// an operation runs, and a mismatch stops the program with a message that shows both.
///
/// A tensor may have a position on a tape; operations on it are then recorded, see
/// ``gradients(at:of:)``.
public struct Tensor<Scalar: TensorScalar>: Sendable {
    package private(set) var storage: Storage<Scalar>
    package private(set) var layout: Layout
    /// The position of this value on a tape; nil when operations are not recorded.
    var record: TapeRecord<Scalar>?

    public var shape: Shape { layout.shape }
    public var rank: Int { layout.shape.rank }
    /// The number of elements.
    public var count: Int { layout.shape.elementCount }
    /// Whether the elements are stored in row-major order without gaps (those of a view may not
    /// be).
    public var isContiguous: Bool { layout.isContiguous }

    package init(storage: Storage<Scalar>, layout: Layout) {
        self.storage = storage
        self.layout = layout
    }

    /// Creates a tensor whose elements `body` writes, all of them, in row-major order.
    public init(
        uninitialized shape: Shape, _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Void
    ) rethrows {
        storage = Storage(count: shape.elementCount)
        layout = Layout(contiguous: shape)
        try body(UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count))
    }

    /// Returns a view of the same elements with another layout.
    package func viewed(_ layout: Layout) -> Tensor { Tensor(storage: storage, layout: layout) }

    /// The address of the first element. Keep the tensor alive while it is used.
    package var pointer: UnsafeMutablePointer<Scalar> { storage.pointer + layout.offset }

    /// Returns the same elements with another shape of the same count.
    /// - Precondition: the elements are contiguous.
    package func relabeled(_ shape: Shape) -> Tensor {
        var layout = Layout(contiguous: shape)
        layout.offset = self.layout.offset
        return Tensor(storage: storage, layout: layout)
    }

    /// The same value without its position on a tape: a constant.
    public var detached: Tensor {
        guard record != nil else { return self }
        return Tensor(storage: storage, layout: layout)
    }

    /// Whether operations on this value are recorded.
    public var isTracked: Bool { record != nil }

    /// Reads the elements in row-major order; a view is copied first.
    public func withScalars<Result>(
        _ body: (UnsafeBufferPointer<Scalar>) throws -> Result
    ) rethrows -> Result {
        let dense = contiguous()
        return try withExtendedLifetime(dense) {
            try body(
                UnsafeBufferPointer(
                    start: dense.storage.pointer + dense.layout.offset, count: dense.count))
        }
    }

    /// Writes elements in place, in row-major order. Copies first when the memory is shared, and
    /// drops the position on the tape: the new value is a constant.
    public mutating func withMutableScalars<Result>(
        _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
    ) rethrows -> Result {
        record = nil
        if !isKnownUniquelyReferenced(&storage) || !isContiguous {
            self = copied()
        } else {
            storage.contentsWillChange()
        }
        return try body(
            UnsafeMutableBufferPointer(start: storage.pointer + layout.offset, count: count))
    }

    /// Returns whether a write in place needs no copy.
    package mutating func isUniquelyReferenced() -> Bool {
        isKnownUniquelyReferenced(&storage) && isContiguous
    }

    /// Returns a new contiguous copy.
    package func copied() -> Tensor {
        Tensor(uninitialized: shape) { copyElements(from: self, to: $0.baseAddress!) }
    }

    /// Returns this value with its elements in row-major order; itself if they already are. The
    /// position on a tape is dropped: operations call this on detached inputs.
    package func contiguous() -> Tensor { isContiguous ? detached : copied() }
}
