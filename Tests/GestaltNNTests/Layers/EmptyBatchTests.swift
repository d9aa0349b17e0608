import GestaltNN
import GestaltTensor
import Testing

/// Batches without elements: empty results, means of NaN and untouched statistics, as in PyTorch
/// 2.15.
@Suite struct EmptyBatchTests {
    typealias F = Tensor<Float>

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let layer: any Layer
        let input: Shape
        let expected: Shape

        init(_ name: String, _ input: Shape, _ expected: Shape, _ layer: any Layer) {
            (testDescription, self.layer) = (name, layer)
            (self.input, self.expected) = (input, expected)
        }
    }

    static let layers: [Case] = {
        var random = RandomStream(seed: 1)
        return [
            Case("Linear", [0, 4], [0, 3], Linear(4, 3, random: &random)),
            Case("Linear on sequences", [2, 0, 4], [2, 0, 3], Linear(4, 3, random: &random)),
            Case("LayerNorm", [0, 4], [0, 4], LayerNorm(width: 4)),
            Case("RMSNorm", [0, 7, 4], [0, 7, 4], RMSNorm(width: 4)),
            Case("GroupNorm", [0, 5, 5, 4], [0, 5, 5, 4], GroupNorm(groups: 2, channels: 4)),
            Case("BatchNorm", [0, 5, 5, 4], [0, 5, 5, 4], BatchNorm(channels: 4)),
            Case("Dropout", [0, 4], [0, 4], Dropout(0.5)),
            Case(
                "Convolution", [0, 6, 6, 2], [0, 6, 6, 3],
                Convolution(rank: 2, 2, 3, kernel: 3, padding: .same, random: &random)),
            Case(
                "TransposedConvolution", [0, 4, 6, 6, 2], [0, 8, 12, 12, 3],
                TransposedConvolution(
                    rank: 3, 2, 3, kernel: 4, stride: 2, padding: .same, random: &random)),
            Case("InstanceNorm", [0, 5, 4], [0, 5, 4], InstanceNorm(channels: 4, affine: true)),
            Case("Flatten", [0, 5, 4], [0, 20], Flatten()),
            Case("DropPath", [0, 4], [0, 4], DropPath(0.5)),
            Case("SinusoidalPositions", [2, 0, 4], [2, 0, 4], SinusoidalPositions(width: 4)),
            Case(
                "TransformerBlock", [0, 3, 4], [0, 3, 4],
                TransformerBlock(width: 4, heads: 2, random: &random)),
            Case(
                "AdaptiveAveragePooling", [0, 5, 6, 2], [0, 2, 2, 2],
                AdaptiveAveragePooling(to: 2)),
            Case("MaxPooling", [0, 6, 6, 2], [0, 3, 3, 2], MaxPooling(kernel: [2, 2])),
            Case("Upsampling", [0, 6, 6, 2], [0, 12, 12, 2], Upsampling(by: [2, 2])),
        ]
    }()

    @Test(arguments: layers, [false, true])
    func layersOfNothing(_ test: Case, isTraining: Bool) {
        func problem<L: Layer>(_ layer: L) -> String? {
            let before = layer.state.map(\.value)
            let step = valueAndGradients(
                of: layer, isTraining ? .training(random: RandomStream(seed: 0)) : .inference
            ) {
                layer, context in
                let y = layer(F.zeros(test.input), context)
                return (y.sum(), y.detached)
            }
            var after = layer
            if isTraining { step.commitBuffers(to: &after) }
            if step.auxiliary.shape != test.expected { return "shape \(step.auxiliary.shape)" }
            if after.state.map(\.value) != before { return "buffers moved" }
            let gradients = step.gradients.paths.compactMap { step.gradients[path: $0] }
            return gradients.allSatisfy { $0 == .zeros($0.shape) } ? nil : "gradients \(gradients)"
        }
        let found = problem(test.layer)
        #expect(found == nil)
    }

    @Test func attentionAndEmbeddings() {
        var random = RandomStream(seed: 2)
        let attention = MultiHeadAttention(width: 8, heads: 2, random: &random)
        #expect(attention(F.zeros([0, 5, 8]), .inference).shape == [0, 5, 8])
        #expect(
            attention(F.zeros([2, 0, 8]), keys: F.ones([2, 3, 8]), .inference).shape == [2, 0, 8])
        let embedding = Embedding(count: 5, width: 3, random: &random)
        #expect(embedding(Tensor<Int32>.zeros([0, 4])).shape == [0, 4, 3])
    }

    @Test func theMeanLossOfNothingIsNaNItsSum0EachElementsEmpty() {
        let (x, labels) = (F.zeros([0, 3]), Tensor<Int32>([]))
        typealias Loss = (LossReduction) -> F
        let all: [(String, Loss)] = [
            ("crossEntropy", { crossEntropy(x, labels, reduction: $0) }),
            ("with weights", { crossEntropy(x, labels, classWeights: .ones([3]), reduction: $0) }),
            ("binaryCrossEntropy", { binaryCrossEntropy(x, x, reduction: $0) }),
            ("focalLoss", { focalLoss(x, x, reduction: $0) }),
            ("meanSquaredError", { meanSquaredError(x, x, reduction: $0) }),
            ("meanAbsoluteError", { meanAbsoluteError(x, x, reduction: $0) }),
            ("huberLoss", { huberLoss(x, x, reduction: $0) }),
        ]
        for (name, loss) in all {
            #expect(loss(.mean).scalar.isNaN, "\(name)")
            #expect(loss(.sum).scalar == 0, "\(name)")
            #expect(loss(.none).count == 0, "\(name)")
        }
        // An empty target found empty.
        #expect(diceLoss(x, x).scalar == 0 && jaccardLoss(x, x).scalar == 0)
    }

    @Test(arguments: [Float.nan, .infinity])
    func lossesOfNumbersThatAreNotFiniteAreNotFinite(value: Float) {
        let x = F(rows: [[1, value, 3], [1, 2, 3]])
        let zeros = F.zeros([2, 3])
        let losses = [
            crossEntropy(x, Tensor<Int32>([0, 1])), binaryCrossEntropy(x, zeros),
            meanSquaredError(x, zeros), meanAbsoluteError(x, zeros), huberLoss(x, zeros),
        ]
        for (index, loss) in losses.enumerated() { #expect(!loss.scalar.isFinite, "\(index)") }
    }
}
