import GestaltTensor

/// One line of the gradient table: an operation on some inputs, judged by a naive reference, by
/// finite differences in `Double`, and by itself on views of the same values.
///
/// ```swift
/// GradientCase("silu", inputs: [.sample([3, 4])], reference: { x in x[0].mapped { $0 / (1 + exp(-$0)) } }) {
///     v in v[0].silu()
/// }
/// ```
/// Keep kinks and ties out of the inputs: `Tensor.distinct` helps.
package struct GradientCase: Sendable, CustomStringConvertible {
    package typealias Body = @Sendable ([Tensor<Double>]) -> Tensor<Double>

    package let name: String
    package let inputs: [Tensor<Double>]
    /// The value by plain loops.
    package let reference: Body?
    package let body: Body

    package init(
        _ name: String, inputs: [Tensor<Double>], reference: Body? = nil, _ body: @escaping Body
    ) {
        self.name = name
        self.inputs = inputs
        self.reference = reference
        self.body = body
    }

    package var description: String {
        "\(name) \(inputs.map { "\($0.shape)" }.joined(separator: " "))"
    }

    /// What is wrong with the case, as sentences; empty when all agrees.
    package func problems() -> [String] {
        let value = body(inputs)
        var problems: [String] = []
        let size = value.count == 0 ? 1 : value.scalars.reduce(1) { max($0, abs($1)) }
        let rounding = sumTolerance(
            Double.self, length: inputs.reduce(1) { max($0, $1.count) }, magnitude: 16 * size)
        if let reference, let found = difference(value, reference(inputs), within: rounding) {
            problems.append("value: \(found)")
        }
        let weights = Tensor<Double>.sample(value.shape, seed: 77, in: 0.5...1.5)
        let gradients = weighted(inputs, by: weights)
        problems += differenceProblems(gradients, weights)
        problems += viewProblems(value, gradients, weights, rounding)
        return problems
    }

    /// The gradients of Σ weights · value.
    private func weighted(
        _ points: [Tensor<Double>], by weights: Tensor<Double>
    ) -> [Tensor<Double>] {
        GestaltTensor.gradients(at: points) { v in (body(v) * weights).sum() }
    }

    private func differenceProblems(
        _ found: [Tensor<Double>], _ weights: Tensor<Double>
    ) -> [String] {
        let function: ([Tensor<Double>]) -> (sum: Double, magnitude: Double) = { points in
            let terms = (body(points) * weights).scalars
            return (terms.reduce(0, +), terms.reduce(0) { $0 + abs($1) })
        }
        return centralDifferences(of: function, at: inputs, comparing: found)
    }

    /// The same values as views, and a cotangent that is one.
    private func viewProblems(
        _ value: Tensor<Double>, _ gradients: [Tensor<Double>], _ weights: Tensor<Double>,
        _ rounding: Double
    ) -> [String] {
        var problems: [String] = []
        for form in ViewForm.allCases {
            let views = inputs.map { form.applied(to: $0) }
            if let found = difference(body(views), value, within: rounding) {
                problems.append("value on \(form) inputs: \(found)")
            }
            let order = Array((0..<value.rank).reversed())
            let laid = form.applied(to: weights).permuted(order)
            let again = GestaltTensor.gradients(at: views) { v in
                (body(v).permuted(order) * laid).sum()
            }
            for (index, pair) in zip(again, gradients).enumerated() {
                let size = pair.1.count == 0 ? 1 : pair.1.scalars.reduce(1) { max($0, abs($1)) }
                if let found = difference(pair.0, pair.1, within: rounding * size) {
                    problems.append("gradient \(index) on \(form) inputs: \(found)")
                }
            }
        }
        return problems
    }
}
