import GestaltNN
import GestaltTensor
import TestSupport

/// A layer on an input, judged by plain loops in `Double` and by differences through its
/// parameters.
struct LayerCase: Sendable, CustomStringConvertible {
    typealias Forward = @Sendable (any Module, Tensor<Float>, Context) -> Tensor<Float>

    let name: String
    let layer: any Module
    let input: Tensor<Float>
    let isTraining: Bool
    let forward: Forward
    /// The value from the parameters by path, and the input.
    let reference: @Sendable ([String: Tensor<Double>], Tensor<Double>) -> Tensor<Double>

    init<L: Layer>(
        _ name: String, _ layer: L, input: Tensor<Float>, isTraining: Bool = false,
        reference: @escaping @Sendable ([String: Tensor<Double>], Tensor<Double>) -> Tensor<Double>
    ) {
        self.name = name
        self.layer = layer
        self.input = input
        self.isTraining = isTraining
        forward = { layer, x, context in (layer as! L)(x, context) }
        self.reference = reference
    }

    var description: String { "\(name) \(input.shape)" }

    /// The value outside of any gradient.
    func valueProblem() -> String? {
        let context = Context.inference
        let parameters = Dictionary(
            uniqueKeysWithValues: layer.state.map { ($0.path, $0.value.mapped { Double($0) }) })
        let expected = reference(parameters, input.mapped { Double($0) })
        let size = expected.scalars.reduce(1) { max($0, abs($1)) }
        return difference(
            forward(layer, input, context).mapped { Double($0) }, expected,
            within: layerTolerance(length: input.count, magnitude: size))
    }

    /// Gradients of parameters against central differences along a random direction each.
    func gradientProblems() -> [String] { problems(of: layer) }

    private func problems<M: Module>(of layer: M) -> [String] {
        let context: Context =
            isTraining ? .training(random: RandomStream(seed: 0)) : .inference
        let weights = Tensor<Float>.sample(
            forwardShape(layer), seed: 21, in: 0.5...1.5)
        let step = valueAndGradients(of: layer, context) { layer, context in
            ((forward(layer, input, context) * weights).sum(), ())
        }
        return layer.state.filter(\.isParameter).compactMap { entry in
            guard let gradient = step.gradients[path: entry.path] else {
                return "\(entry.path) has no gradient"
            }
            let direction = Tensor<Float>.sample(entry.value.shape, seed: 22, in: -1...1)
            func moved(by step: Float) -> (sum: Double, magnitude: Double) {
                var other = layer
                other.mapState { $0 == entry.path ? $1 + direction * step : $1 }
                return total(other, weights)
            }
            let h: Float = 1.0 / 64
            let (high, low) = (moved(by: h), moved(by: -h))
            let slope = (high.sum - low.sum) / Double(2 * h)
            let found = zip(gradient.scalars, direction.scalars).reduce(0.0) {
                $0 + Double($1.0) * Double($1.1)
            }
            let bound = slopeTolerance(magnitude: max(high.magnitude, abs(slope)), step: Double(h))
            return abs(slope - found) <= bound
                ? nil : "\(entry.path): gradient \(found), differences \(slope) within \(bound)"
        }
    }

    private func forwardShape<M: Module>(_ layer: M) -> Shape {
        forward(layer, input, .inference).shape
    }

    private func total<M: Module>(
        _ layer: M, _ weights: Tensor<Float>
    ) -> (sum: Double, magnitude: Double) {
        // Through valueAndGradients too, since buffers need their slots in training.
        var values: [Float] = []
        _ = valueAndGradients(
            of: layer, isTraining ? .training(random: RandomStream(seed: 0)) : .inference
        ) { layer, context in
            let y = forward(layer, input, context)
            values = y.scalars
            return (y.sum(), ())
        }
        let terms = zip(values, weights.scalars).map { Double($0) * Double($1) }
        return (terms.reduce(0, +), terms.reduce(0) { $0 + abs($1) })
    }
}

/// Bound on the error of a layer's value in float: a sum over at most the whole input.
func layerTolerance(length: Int, magnitude: Double) -> Double {
    sumTolerance(Float.self, length: length, magnitude: 4 * magnitude)
}

/// Bound on the error of a central difference in float: rounding of a few units in the sum, divided
/// by the step, and the square of the step times third derivatives of a few.
func slopeTolerance(magnitude: Double, step: Double) -> Double {
    max(1, magnitude) * (4 * Double(Float.ulpOfOne) / step + 4 * step * step)
}
