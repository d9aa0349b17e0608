internal import CKernels
import GestaltChecks
import GestaltTensor

/// An exponential moving average of a model's parameters.
///
/// `a ← a + (p − a) · (1 − d)`. With a warm-up the decay d starts small,
/// `min(decay, (1 + t) / (10 + t))` at the t-th update, so that the random initialization soon
/// loses its weight. Buffers are copied, not averaged.
///
/// - Source: Polyak and Juditsky (1992); the warm-up is that of TensorFlow's
///   `ExponentialMovingAverage`.
public struct WeightAverage<Model: Module>: Sendable {
    /// The averaged model, the one to evaluate.
    public var model: Model
    public let decay: Float
    public let warmsUp: Bool
    /// The number of updates so far; part of a checkpoint.
    public var updates: Int

    /// - Precondition: 0 ≤ decay < 1.
    public init(of model: Model, decay: Float = 0.999, warmsUp: Bool = true, updates: Int = 0) {
        require((0..<1).contains(decay), "WeightAverage(decay: \(decay))")
        self.model = model
        self.decay = decay
        self.warmsUp = warmsUp
        self.updates = updates
    }

    /// The decay of the next update.
    public var currentDecay: Float {
        warmsUp ? min(decay, Float(1 + updates) / Float(10 + updates)) : decay
    }

    /// Moves the average towards `trained`.
    /// - Precondition: `trained` has the same paths and shapes.
    public mutating func update(towards trained: Model) {
        var walk = Averaging(source: trained.state, weight: Double(1 - currentDecay))
        model.visit(&walk)
        updates += 1
    }
}

private struct Averaging: PathVisitor {
    let source: [(path: String, value: Tensor<Float>, isParameter: Bool)]
    let weight: Double
    var prefix = ""
    private var next = 0

    init(source: [(path: String, value: Tensor<Float>, isParameter: Bool)], weight: Double) {
        self.source = source
        self.weight = weight
    }

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        let trained = take(path, value.shape)
        let (variant, weight) = (Float.variant, weight)
        trained.withScalars { x in
            value.withMutableScalars { y in
                parallelChunks(count: y.count, minimumChunk: parallelThreshold) { range in
                    let at = range.lowerBound
                    gk_approach(
                        variant, x.baseAddress! + at, weight, y.baseAddress! + at, range.count)
                }
            }
        }
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {
        buffer.value = take(path, buffer.value.shape)
    }

    private mutating func take(_ path: String, _ shape: Shape) -> Tensor<Float> {
        let entry = source[next]
        require(
            entry.path == path && entry.value.shape == shape,
            "WeightAverage: \(entry.path) \(entry.value.shape) stands where \(path) \(shape) is averaged"
        )
        next += 1
        return entry.value
    }
}
