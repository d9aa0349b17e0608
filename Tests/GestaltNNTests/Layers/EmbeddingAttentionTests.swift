import Foundation
import GestaltNN
import GestaltTensor
import TestSupport
import Testing

@Suite struct EmbeddingTests {
    @Test func rowsByIndexAndGradientsAddedWhereAnIndexRepeats() {
        var random = RandomStream(seed: 1)
        let table = Embedding(count: 5, width: 3, random: &random)
        let indices = Tensor<Int32>(shape: [2, 2], scalars: [4, 0, 4, 2])
        let step = valueAndGradients(of: table, Context.training(random: RandomStream(seed: 0))) {
            table, _ in
            let y = table(indices)
            return (y.sum(), y.detached)
        }
        #expect(step.auxiliary.shape == [2, 2, 3])
        #expect(step.auxiliary[1][0] == table.weight[4])
        let expected = Tensor<Float>.built([5, 3]) { [1, 0, 1, 0, 2][$0[0]] }
        #expect(step.gradients[path: "weight"] == expected)
    }
}

@Suite struct MultiHeadAttentionTests {
    @Test(arguments: [true, false])
    func agreesWithPlainLoopsOtherWidthsForKeysAndValues(isCausal: Bool) {
        var random = RandomStream(seed: 8)
        var layer = MultiHeadAttention(
            width: 6, heads: 2, keyWidth: 5, valueWidth: 4, random: &random)
        layer.mapState { $0.hasSuffix("bias") ? .sample($1.shape, seed: 3) : $1 }
        let q = Tensor<Float>.sample([2, 3, 6], seed: 1)
        let k = Tensor<Float>.sample([2, 3, 5], seed: 2)
        let v = Tensor<Float>.sample([2, 3, 4], seed: 3)
        let found = layer(
            q, keys: k, values: v, mask: isCausal ? .causal : .none, .inference)
        let expected = naive(layer, q, k, v, isCausal: isCausal)
        let bound = layerTolerance(length: 6, magnitude: 8)
        #expect(difference(found.mapped { Double($0) }, expected, within: bound) == nil)
    }

    private func naive(
        _ layer: MultiHeadAttention, _ q: Tensor<Float>, _ k: Tensor<Float>, _ v: Tensor<Float>,
        isCausal: Bool
    ) -> Tensor<Double> {
        func linear(_ layer: Linear, _ x: Tensor<Double>) -> Tensor<Double> {
            .built([x.shape[0], x.shape[1], 6]) { i in
                (0..<x.shape[2]).reduce(Double(layer.bias!.at([i[2]]))) {
                    $0 + x.at([i[0], i[1], $1]) * Double(layer.weight.at([$1, i[2]]))
                }
            }
        }
        let queries = linear(layer.query, q.mapped { Double($0) })
        let keys = linear(layer.key, k.mapped { Double($0) })
        let values = linear(layer.value, v.mapped { Double($0) })
        let mixed = Tensor<Double>.built([2, 3, 6]) { i in
            let head = i[2] / 3 * 3
            let scores = (0..<3).map { key in
                let dot = (head..<head + 3).reduce(0.0) {
                    $0 + queries.at([i[0], i[1], $1]) * keys.at([i[0], key, $1])
                }
                return isCausal && key > i[1] ? 0 : exp(dot / 3.0.squareRoot())
            }
            let total = scores.reduce(0, +)
            return (0..<3).reduce(0) { $0 + scores[$1] / total * values.at([i[0], $1, i[2]]) }
        }
        return linear(layer.output, mixed)
    }
}
