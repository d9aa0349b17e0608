import GestaltTensor
import Testing

/// NaN, infinities, denormals and signed zeros through everything that takes one number or a row.
/// Expected values: PyTorch 2.15 on the same inputs, unless a comment says where and why not.
@Suite struct NonFiniteTests {
    typealias F = Tensor<Float>
    static let (nan, inf, tiny) = (Float.nan, Float.infinity, Float(1e-40))
    /// NaN, ∞, −∞, 1e-40, −1e-40, 0, −0; often enough for whole vectors and a rest.
    static let inputs: [Float] = [nan, inf, -inf, tiny, -tiny, 0, -0.0]

    struct Function: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let expected: [Float]
        let body: @Sendable (F) -> F
        var chained: (@Sendable (Fused<Float>) -> Fused<Float>)?

        init(
            _ name: String, _ expected: [Float], _ body: @escaping @Sendable (F) -> F,
            _ chained: (@Sendable (Fused<Float>) -> Fused<Float>)? = nil
        ) {
            (testDescription, self.expected) = (name, expected)
            (self.body, self.chained) = (body, chained)
        }
    }

    /// `exp` and the smooth activations count denormal numbers as 0, where PyTorch has up to 1e-40.
    static let functions: [Function] = [
        Function("exp", [nan, inf, 0, 1, 1, 1, 1], { $0.exp() }, { $0.exp() }),
        Function(
            "log", [nan, inf, nan, -92.1034, nan, -inf, -inf], { $0.log() }, { $0.log() }),
        Function(
            "squareRoot", [nan, inf, nan, 9.999973e-21, nan, 0, 0], { $0.squareRoot() },
            { $0.squareRoot() }),
        Function(
            "reciprocalSquareRoot", [nan, 0, nan, 1.0000027e20, nan, inf, -inf],
            { $0.reciprocalSquareRoot() }, { $0.reciprocalSquareRoot() }),
        Function("squared", [nan, inf, inf, 0, 0, 0, 0], { $0.squared() }, { $0.squared() }),
        Function(
            "reciprocal", [nan, 0, 0, inf, -inf, inf, -inf], { $0.reciprocal() },
            { $0.reciprocal() }),
        Function("abs", [nan, inf, inf, tiny, tiny, 0, 0], { $0.abs() }, { $0.abs() }),
        Function("sin", [nan, nan, nan, tiny, -tiny, 0, 0], { $0.sin() }),
        Function("cos", [nan, nan, nan, 1, 1, 1, 1], { $0.cos() }),
        Function("tanh", [nan, 1, -1, tiny, -tiny, 0, 0], { $0.tanh() }, { $0.tanh() }),
        Function(
            "erf", [nan, 1, -1, 0, 0, 0, 0], { $0.erf() }, { $0.erf() }),
        Function(
            "power of 2.5", [nan, inf, inf, 0, nan, 0, 0], { $0.power(2.5) }, { $0.power(2.5) }),
        Function("power of −2", [nan, 0, 0, inf, inf, inf, inf], { $0.power(-2) }),
        Function(
            "sigmoid", [nan, 1, 0, 0.5, 0.5, 0.5, 0.5], { $0.sigmoid() }, { $0.sigmoid() }),
        Function("relu", [nan, inf, 0, tiny, 0, 0, 0], { $0.relu() }, { $0.relu() }),
        Function(
            "leakyRelu", [nan, inf, -inf, tiny, -tiny / 100, 0, 0], { $0.leakyRelu() },
            { $0.leakyRelu() }),
        Function("silu", [nan, inf, nan, 0, 0, 0, 0], { $0.silu() }, { $0.silu() }),
        Function(
            "softplus", [nan, inf, 0, 0.6931472, 0.6931472, 0.6931472, 0.6931472],
            { $0.softplus() }, { $0.softplus() }),
        // The limits at ±∞; PyTorch's formula has ∞ · 0 there.
        Function("gelu", [nan, inf, 0, 0, 0, 0, 0], { $0.gelu() }, { $0.gelu() }),
        Function("gelu by tanh", [nan, inf, nan, 0, 0, 0, 0], { $0.gelu(.tanh) }),
        Function(
            "clamped", [nan, 1, -1, tiny, -tiny, 0, 0], { $0.clamped(min: -1, max: 1) },
            { $0.clamped(min: -1, max: 1) }),
        // NaN stays, as in NumPy; PyTorch makes it 0.
        Function("sign", [nan, 1, -1, 1, -1, 0, 0], { $0.sign() }),
        Function("floor", [nan, inf, -inf, 0, -1, 0, 0], { $0.floor() }),
        Function("ceiling", [nan, inf, -inf, 1, 0, 0, 0], { $0.ceiling() }),
        Function("round", [nan, inf, -inf, 0, 0, 0, 0], { $0.round() }),
        Function("negative", [nan, -inf, inf, -tiny, tiny, 0, 0], { -$0 }),
    ]

    /// Denormals have an absolute precision, a unit of 1.4e-45.
    private func agree(_ a: Float, _ b: Float) -> Bool {
        if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
        return a == b || abs(a - b) <= max(4e-45, 2e-6 * abs(b))
    }

    private func expect(_ found: F, _ expected: [Float], _ name: String) {
        for (index, value) in found.scalars.enumerated() {
            let wanted = expected[index % expected.count]
            #expect(agree(value, wanted), "\(name) at \(index): \(value), not \(wanted)")
        }
    }

    @Test(arguments: functions)
    func functionsOfOneNumberAtEveryLengthOfAVectorsRest(_ function: Function) {
        for repetitions in [1, 5, 1000] {
            let x = F(Array(repeating: Self.inputs, count: repetitions).flatMap { $0 })
            expect(function.body(x), function.expected, function.testDescription)
            guard let chained = function.chained else { continue }
            expect(fused(x, chained), function.expected, "fused " + function.testDescription)
        }
    }

    @Test func functionsOfTwoNumbers() {
        let (nan, inf, tiny) = (Self.nan, Self.inf, Self.tiny)
        let a = F([nan, 1, inf, inf, -inf, tiny, 0])
        let b = F([1, nan, inf, -inf, -inf, tiny, tiny])
        expect(a + b, [nan, nan, inf, nan, -inf, 2 * tiny, tiny], "plus")
        expect(a - b, [nan, nan, nan, inf, nan, 0, -tiny], "minus")
        expect(a * b, [nan, nan, inf, -inf, inf, 0, 0], "times")
        expect(a / b, [nan, nan, nan, nan, nan, 1, 0], "divided by")
        expect(a.maximum(b), [nan, nan, inf, inf, -inf, tiny, tiny], "maximum")
        expect(a.minimum(b), [nan, nan, inf, -inf, -inf, tiny, 0], "minimum")
        expect(a.power(b), [nan, 1, inf, 0, 0, 1, 0], "power")
        #expect((a .< b).scalars == [false, false, false, false, false, false, true])
        #expect((a .== b).scalars == [false, false, true, false, true, true, false])
        #expect((a .!= b).scalars == [true, true, false, true, false, false, true])
    }

    /// Rows that hold NaN, ∞, −∞, nothing but −∞, and two ∞.
    static let rows = F(rows: [
        [1, nan, 3], [1, inf, 3], [1, -inf, 3], [-inf, -inf, -inf], [inf, inf, 1],
    ])

    static let rowFunctions: [Function] = [
        Function("sum", [nan, inf, -inf, -inf, inf], { $0.sum(axes: [1]) }),
        Function(
            "sum down columns", [nan, inf, -inf, -inf, inf], { $0.transposed().sum(axes: [0]) }),
        Function("mean", [nan, inf, -inf, -inf, inf], { $0.mean(axes: [1]) }),
        Function("max", [nan, inf, 3, -inf, inf], { $0.max(axes: [1]) }),
        Function(
            "max down columns", [nan, inf, 3, -inf, inf],
            {
                $0.transposed().contiguousCopy.max(axes: [0])
            }),
        Function("min", [nan, 1, -inf, -inf, 1], { $0.min(axes: [1]) }),
        Function("product", [nan, inf, -inf, -inf, inf], { $0.product(axes: [1]) }),
        Function("variance", [nan, nan, nan, nan, nan], { $0.variance(axes: [1]) }),
        Function("argmax", [1, 1, 2, 0, 0], { $0.argmax(axis: 1).cast(to: Float.self) }),
        Function("argmin", [1, 0, 1, 0, 2], { $0.argmin(axis: 1).cast(to: Float.self) }),
        Function("logSumExp", [nan, inf, 3.126928, -inf, inf], { $0.logSumExp(axes: [1]) }),
        Function(
            "softmax",
            [nan, nan, nan, nan, nan, nan, 0.1192029, 0, 0.8807971]
                + [nan, nan, nan, nan, nan, nan], { $0.softmax() }),
        Function(
            "logSoftmax",
            [nan, nan, nan, nan, nan, nan, -2.126928, -inf, -0.126928]
                + [nan, nan, nan, nan, nan, nan], { $0.logSoftmax() }),
        Function(
            "cumulative sum",
            [1, nan, nan, 1, inf, inf, 1, -inf, -inf]
                + [-inf, -inf, -inf, inf, inf, inf], { $0.cumulativeSum(axis: 1) }),
        Function(
            "sorted", [1, 3, nan, 1, 3, inf, -inf, 1, 3] + [-inf, -inf, -inf, 1, inf, inf],
            { $0.sorted().values }),
        Function(
            "max pooling", [nan, inf, 3, -inf, inf],
            {
                $0.reshaped([5, 3, 1]).maxPooled(kernel: [3]).flattened()
            }),
        Function(
            "mean pooling", [nan, inf, -inf, -inf, inf],
            {
                $0.reshaped([5, 3, 1]).averagePooled(kernel: [3]).flattened()
            }),
        Function(
            "layer norm", [nan, nan, nan, nan, nan].flatMap { [$0, $0, $0] },
            {
                $0.layerNormalized(scale: .ones([3]), shift: .zeros([3]), epsilon: 1e-5)
            }),
        Function(
            "matrix product", [nan, inf, -inf, -inf, inf],
            {
                $0.matmul(F.ones([3, 1])).flattened()
            }),
        Function(
            "attention of values", [nan, inf, -inf, -inf, inf],
            {
                attention(
                    query: F.zeros([5, 1, 4]), key: F.zeros([5, 3, 4]),
                    value: $0.reshaped([5, 3, 1])
                ).flattened()
            }),
    ]

    /// Rows.
    @Test(arguments: rowFunctions)
    func functionsOfRows(_ function: Function) {
        expect(function.body(Self.rows), function.expected, function.testDescription)
    }
}

extension Tensor<Float> {
    /// The same elements without gaps.
    fileprivate var contiguousCopy: Tensor { Tensor(shape: shape, scalars: scalars) }
}
