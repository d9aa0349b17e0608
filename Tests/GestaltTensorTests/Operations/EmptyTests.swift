import GestaltTensor
import Testing

/// Tensors without elements, as PyTorch 2.15 treats them: empty results of the shape that follows,
/// sums of 0, means of NaN, gradients of the shape of the input.
@Suite struct EmptyTests {
    typealias F = Tensor<Float>

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let input: Shape
        let expected: Shape
        /// Of every element of the result, where there are any.
        var value: Float = 0
        let body: @Sendable (F) -> F

        init(
            _ name: String, _ input: Shape, _ expected: Shape, value: Float = 0,
            _ body: @escaping @Sendable (F) -> F
        ) {
            (testDescription, self.input, self.expected) = (name, input, expected)
            (self.value, self.body) = (value, body)
        }
    }

    static let elementwise: [Case] = [
        Case("exp", [0, 4], [0, 4]) { $0.exp() },
        Case("gelu", [0, 4], [0, 4]) { $0.gelu() },
        Case("plus", [0, 4], [0, 4]) { $0 + F.ones([4]) },
        Case("times one row", [0, 4], [0, 4]) { $0 * F.ones([1, 4]) },
        Case("where", [0, 4], [0, 4]) { $0.replacing(with: 1, where: $0 .> 0) },
        Case("fused", [0, 4], [0, 4]) { fused($0) { ($0 * 2).relu() } },
        Case("clamped", [0, 4], [0, 4]) { $0.clamped(min: 0, max: 1) },
        Case("softmax of rows", [0, 4], [0, 4]) { $0.softmax() },
        Case("softmax along the empty axis", [0, 4], [0, 4]) { $0.softmax(axis: 0) },
        Case("logSoftmax", [0, 4], [0, 4]) { $0.logSoftmax() },
    ]

    static let reductions: [Case] = [
        Case("sum", [0, 4], [], value: 0) { $0.sum() },
        Case("sum of rows", [0, 4], [0]) { $0.sum(axes: [1]) },
        Case("sum of columns", [0, 4], [4], value: 0) { $0.sum(axes: [0]) },
        Case("mean", [0, 4], [], value: .nan) { $0.mean() },
        Case("mean of rows", [0, 4], [0]) { $0.mean(axes: [1]) },
        Case("mean of columns", [0, 4], [4], value: .nan) { $0.mean(axes: [0]) },
        Case("product", [0, 4], [], value: 1) { $0.product() },
        Case("variance", [0, 4], [], value: .nan) { $0.variance() },
        Case("variance of columns", [0, 4], [4], value: .nan) { $0.variance(axes: [0]) },
        Case("variance of rows", [0, 4], [0]) { $0.variance(axes: [1]) },
        Case("deviation of rows", [0, 4], [0]) { $0.standardDeviation(axes: [1]) },
        Case("max of rows", [0, 4], [0]) { $0.max(axes: [1]) },
        Case("min of rows", [0, 4], [0, 1]) { $0.min(axes: [1], keepingAxes: true) },
        Case("logSumExp of rows", [0, 4], [0]) { $0.logSumExp(axes: [1]) },
        Case("logSumExp of columns", [0, 4], [4], value: -.infinity) { $0.logSumExp(axes: [0]) },
        Case("cumulative sum", [0, 4], [0, 4]) { $0.cumulativeSum(axis: 1) },
    ]

    static let structure: [Case] = [
        Case("transposed", [0, 4], [4, 0]) { $0.transposed() },
        Case("reshaped", [0, 4], [0, 2, 2]) { $0.reshaped([0, 2, 2]) },
        Case("broadcast", [0, 4], [3, 0, 4]) { $0.broadcast(to: [3, 0, 4]) },
        Case("concatenated", [0, 4], [2, 4], value: 1) {
            concatenated([$0, F.ones([2, 4])], axis: 0)
        },
        Case("concatenated columns", [0, 4], [0, 6]) {
            concatenated([$0, F.ones([0, 2])], axis: 1)
        },
        Case("stacked", [0, 4], [2, 0, 4]) { stacked([$0, $0], axis: 0) },
        Case("padded", [0, 4], [0, 7]) { $0.padded(before: 1, after: 2, axis: 1) },
        Case("rolled", [0, 4], [0, 4]) { $0.rolled(by: 1, axis: 0) },
        Case("flipped", [0, 4], [0, 4]) { $0.flipped(axis: 0) },
        Case("repeated", [0, 4], [0, 8]) { $0.repeated(2, axis: 1) },
        Case("tiled", [0, 4], [0, 4]) { $0.tiled(3, axis: 0) },
        Case("split", [0, 4], [0, 2]) { $0.split(count: 2, axis: 1)[1] },
        Case("gathered columns", [0, 4], [0, 2]) { $0.gathered(Tensor<Int32>([3, 1]), axis: 1) },
        Case("rows at no index", [5, 4], [0, 4]) { $0.gathered(Tensor<Int32>([]), axis: 0) },
        Case("gatheredAlong", [0, 4], [0, 1]) {
            $0.gatheredAlong(Tensor<Int32>.zeros([0, 1]), axis: 1)
        },
        Case("scatterAdded", [0, 4], [3, 4], value: 0) {
            F.zeros([3, 4]).scatterAdded($0, at: Tensor<Int32>([]), axis: 0)
        },
        Case("sorted", [0, 4], [0, 4]) { $0.sorted().values },
        Case("sorted along the empty axis", [0, 4], [0, 4]) { $0.sorted(axis: 0).values },
        Case("topK", [0, 4], [0, 2]) { $0.topK(2).values },
    ]

    static let layers: [Case] = [
        Case("matmul", [0, 4], [0, 3]) { $0.matmul(F.ones([4, 3])) },
        Case("matmul of an empty inner axis", [2, 0], [2, 3], value: 0) {
            $0.matmul(F.ones([0, 3]))
        },
        Case("a batch of matmuls", [0, 2, 4], [0, 2, 3]) { $0.matmul(F.ones([4, 3])) },
        Case("layer norm", [0, 4], [0, 4]) {
            $0.layerNormalized(scale: .ones([4]), shift: .zeros([4]), epsilon: 1e-5)
        },
        Case("layer norm, epsilon after the root", [0, 4], [0, 4]) {
            $0.layerNormalized(scale: .ones([4]), shift: .zeros([4]), epsilonAfterRoot: 1e-5)
        },
        Case("layer norm of width 0", [3, 0], [3, 0]) {
            $0.layerNormalized(scale: .ones([0]), shift: .zeros([0]), epsilon: 1e-5)
        },
        Case("root mean square norm", [0, 4], [0, 4]) {
            $0.rootMeanSquareNormalized(scale: .ones([4]), epsilon: 1e-5)
        },
        Case("group norm", [0, 3, 4], [0, 3, 4]) {
            $0.groupNormalized(groups: 2, scale: .ones([4]), shift: .zeros([4]), epsilon: 1e-5)
        },
        Case("group norm of no pixels", [2, 0, 4], [2, 0, 4]) {
            $0.groupNormalized(groups: 2, scale: .ones([4]), shift: .zeros([4]), epsilon: 1e-5)
        },
        Case("batch norm", [0, 4], [0, 4]) {
            $0.batchNormalized(scale: .ones([4]), shift: .zeros([4]), epsilon: 1e-5).value
        },
        Case("batch norm by given statistics", [0, 4], [0, 4]) {
            $0.normalized(
                mean: .zeros([4]), variance: .ones([4]), scale: .ones([4]), shift: .zeros([4]),
                epsilon: 1e-5)
        },
        Case("convolution", [0, 5, 5, 2], [0, 5, 5, 3]) {
            $0.convolution(.ones([3, 3, 2, 3]), bias: .ones([3]), padding: .same)
        },
        Case("strided convolution in three axes", [0, 4, 6, 6, 2], [0, 2, 3, 3, 3]) {
            $0.convolution(.ones([4, 4, 4, 2, 3]), stride: [2, 2, 2], padding: .same)
        },
        Case("transposed convolution", [0, 5, 5, 2], [0, 10, 10, 3]) {
            $0.transposedConvolution(.ones([4, 4, 2, 3]), stride: [2, 2], padding: .same)
        },
        Case("max pooling", [0, 4, 4, 2], [0, 2, 2, 2]) { $0.maxPooled(kernel: [2, 2]) },
        Case("mean pooling", [0, 4, 4, 2], [0, 2, 2, 2]) { $0.averagePooled(kernel: [2, 2]) },
        Case("global pooling", [0, 4, 4, 2], [0, 2]) { $0.globalAveragePooled() },
        Case("nearest upsampling", [0, 4, 4, 2], [0, 8, 8, 2]) { $0.upsampled(by: [2, 2]) },
        Case("interpolation", [0, 4, 4, 2], [0, 3, 9, 2]) { $0.interpolated(to: [3, 9]) },
        Case("attention", [0, 2, 5, 8], [0, 2, 5, 8]) { attention(query: $0, key: $0, value: $0) },
        Case("causal attention", [0, 2, 5, 8], [0, 2, 5, 8]) {
            attention(query: $0, key: $0, value: $0, mask: .causal)
        },
        Case("attention of no query", [2, 0, 8], [2, 0, 8]) {
            attention(query: $0, key: .ones([2, 5, 8]), value: .ones([2, 5, 8]))
        },
        Case("inverse", [0, 3, 3], [0, 3, 3]) { try! $0.inverse() },
        Case("determinant", [0, 3, 3], [0]) { try! $0.determinant() },
        Case("singular values", [0, 3, 2], [0, 2]) { try! $0.singularValues() },
        Case("solve", [0, 3, 3], [0, 3, 2]) { try! $0.solve(.ones([3, 2])) },
        Case("least squares", [0, 3, 2], [0, 2, 1]) { try! $0.leastSquares(.ones([3, 1])) },
        Case("cholesky", [0, 3, 3], [0, 3, 3]) { try! $0.cholesky() },
        Case("eigenvalues", [0, 3, 3], [0, 3]) { try! $0.symmetricEigen().values },
        Case("root of matrices", [0, 3, 3], [0, 3, 3]) { try! $0.matrixSquareRoot() },
        Case("Q", [0, 3, 2], [0, 3, 2]) { try! $0.qr().q },
    ]

    @Test(arguments: elementwise + reductions + structure + layers)
    func values(_ test: Case) {
        let x = F.zeros(test.input)
        let y = test.body(x)
        #expect(y.shape == test.expected)
        for found in y.scalars {
            #expect(found == test.value || (found.isNaN && test.value.isNaN))
        }
        let gradient = gradients(at: [x]) { test.body($0[0]).sum() }[0]
        #expect(gradient.shape == test.input)
    }

    @Test func parametersOfAnEmptyBatchHaveGradientsOfZeros() {
        let x = F.zeros([0, 5, 5, 2])
        let found = gradients(at: [F.ones([3, 3, 2, 4]), F.ones([4]), F.ones([4])]) { v in
            x.convolution(v[0], padding: .same)
                .layerNormalized(scale: v[1], shift: v[2], epsilon: 1e-5).sum()
        }
        for (gradient, shape) in zip(found, [[3, 3, 2, 4], [4], [4]] as [Shape]) {
            #expect(gradient == .zeros(shape))
        }
    }

    @Test func integersOfNothing() {
        #expect(F.zeros([0, 4]).argmax(axis: 1) == Tensor<Int32>([]))
        #expect(F.zeros([0, 4]).nearestRows(in: .ones([3, 4])) == Tensor<Int32>([]))
        #expect(Tensor<Int32>([]).oneHot(depth: 3) == F.zeros([0, 3]))
        var stream = RandomStream(seed: 1)
        #expect(stream.categorical(F.zeros([0, 3])) == Tensor<Int32>([]))
        #expect(!Tensor<Bool>([]).any().scalar && Tensor<Bool>([]).all().scalar)
    }

    @Test func nothingHasNoExtremum() async {
        await #expect(processExitsWith: .failure) { _ = F.zeros([0, 4]).max() }
        await #expect(processExitsWith: .failure) { _ = F.zeros([0, 4]).argmax(axis: 0) }
    }
}
