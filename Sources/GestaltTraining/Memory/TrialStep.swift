import GestaltNN
import GestaltTensor

/// A step that can be computed for any number of items, to see what it takes.
package struct TrialStep<Model: Module> {
    /// What the size at hand is to the size of the trial, at least 1.
    package var scale = 1.0
    /// Whether one item is enough: where each is large against what all share.
    package var isLarge = false
    /// Bytes that will be held beside model and batches, latents for example.
    package var held = 0
    /// The most bytes that anything but a step takes: encoding beforehand, or judging.
    package var elsewhere = 0
    /// Makes the input of a given number of items and the function that computes their loss.
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

/// The most bytes of tensors that `body` has in use at a time.
///
/// Nothing waits for reuse at its start: larger buffers than asked for would count as use.
package func peakBytes(_ body: () throws -> Void) rethrows -> Int {
    Runtime.trimCache()
    let start = Runtime.memory.bytesInUse
    Runtime.resetPeakMemory()
    try body()
    return max(0, Runtime.memory.peakBytesInUse - start)
}

/// The same for `count` items, carried on from one and three.
package func peakBytes(
    of count: Int, scale: Double = 1, _ body: (Int) throws -> Void
) rethrows -> Int {
    let one = try peakBytes { try body(1) }
    let three = try peakBytes { try body(3) }
    return one + Int(Double(max(0, three - one) / 2) * max(0, Double(count) * scale - 1))
}

/// Pictures of a trial: at most 64 pixels a side, and a multiple of what the model wants.
package struct TrialSize {
    package let height: Int
    package let width: Int
    /// Pixels at hand for each of the trial.
    package let scale: Double

    package init(height: Int, width: Int, multiple: Int) {
        func side(_ whole: Int) -> Int {
            whole <= Self.largest ? whole : max(multiple, Self.largest / multiple * multiple)
        }
        self.height = min(height, side(height))
        self.width = min(width, side(width))
        scale = Double(height * width) / Double(self.height * self.width)
    }

    private static let largest = 64
}

extension Module {
    /// Takes over what another model has at the same paths.
    package mutating func take(_ other: some Module) {
        let values = Dictionary(
            other.state.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
        mapState { path, current in
            guard let value = values[path], value.shape == current.shape else { return current }
            return value
        }
    }
}
