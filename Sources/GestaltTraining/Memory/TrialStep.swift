import GestaltNN
import GestaltTensor

/// A training step that can be computed for any number of items, to measure its memory.
package struct TrialStep<Model: Module> {
    /// The ratio of the actual size to the trial size, at least 1.
    package var scale = 1.0
    /// Whether one item is sufficient, because it is large compared with the shared memory.
    package var isLarge = false
    /// Bytes held in addition to model and batches, for example latents.
    package var held = 0
    /// The peak in bytes outside of training steps: encoding beforehand, or evaluation.
    package var elsewhere = 0
    /// The function that creates the input of a given number of items and the computation of their
    /// loss.
    package let prepare: (Int) throws -> (Model, Context) throws -> Tensor<Float>

    package init(
        scale: Double = 1, isLarge: Bool = false, held: Int = 0, elsewhere: Int = 0,
        prepare: @escaping (Int) throws -> (Model, Context) throws -> Tensor<Float>
    ) {
        self.scale = scale
        self.isLarge = isLarge
        self.held = held
        self.elsewhere = elsewhere
        self.prepare = prepare
    }
}

/// Returns the peak of tensor memory in bytes during `body`.
///
/// The cache is empty at its start: cached buffers larger than requested would count as use.
package func peakBytes(_ body: () throws -> Void) rethrows -> Int {
    Runtime.trimCache()
    let start = Runtime.memory.bytesInUse
    Runtime.resetPeakMemory()
    try body()
    return max(0, Runtime.memory.peakBytesInUse - start)
}

/// Returns the peak for `count` items, extrapolated from one and three.
package func peakBytes(
    of count: Int, scale: Double = 1, _ body: (Int) throws -> Void
) rethrows -> Int {
    let one = try peakBytes { try body(1) }
    let three = try peakBytes { try body(3) }
    return one + Int(Double(max(0, three - one) / 2) * max(0, Double(count) * scale - 1))
}

/// The image size of a trial: at most 64 pixels per side, and a multiple of the model's required
/// factor.
package struct TrialSize {
    package let height: Int
    package let width: Int
    /// The ratio of actual pixels to trial pixels.
    package let scale: Double

    package init(height: Int, width: Int, multiple: Int) {
        func side(_ whole: Int) -> Int {
            whole <= Self.largest ? whole : max(multiple, Self.largest / multiple * multiple)
        }
        self.height = min(height, side(height))
        self.width = min(width, side(width))
        scale = Double(height * width) / Double(self.height * self.width)
    }

    /// The whole size, for a network that accepts no other.
    package init(whole height: Int, _ width: Int) {
        (self.height, self.width, scale) = (height, width, 1)
    }

    private static let largest = 64
}

extension Module {
    /// Copies the values of another model at the same paths, where the shapes agree; returns their
    /// number.
    @discardableResult
    package mutating func take(_ other: some Module) -> Int {
        var count = 0
        let values = Dictionary(
            other.state.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
        mapState { path, current in
            guard let value = values[path], value.shape == current.shape else { return current }
            count += 1
            return value
        }
        return count
    }
}
