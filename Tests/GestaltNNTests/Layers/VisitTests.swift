import GestaltNN
import GestaltTensor
import TestSupport
import Testing

/// The only use of reflection: `visit` must name exactly what a module stores.
@Suite struct VisitTests {
    @Test(arguments: layerTable)
    func visitNamesEveryStoredTensorAndBuffer(_ line: LayerCase) {
        #expect(Set(line.layer.state.map(\.path)) == storedPaths(line.layer), "\(line)")
        #expect(Set(line.layer.state.map(\.path)).count == line.layer.state.count)
    }

    @Test func attentionAndEmbeddingToo() {
        var random = RandomStream(seed: 1)
        let modules: [any Module] = [
            MultiHeadAttention(width: 8, heads: 2, keyWidth: 5, random: &random),
            Embedding(count: 3, width: 2, random: &random),
            Sequential([
                Linear(3, 2, random: &random), Activation.relu, Linear(2, 2, random: &random),
            ]),
            TransformerBlock(width: 8, heads: 2, bias: false, random: &random),
        ]
        for module in modules {
            #expect(Set(module.state.map(\.path)) == storedPaths(module))
        }
    }

    /// The helper finds what a visit forgets; otherwise it could judge nothing.
    @Test func aForgottenTensorIsFound() {
        let stored = storedPaths(Forgetful())
        #expect(
            stored.subtracting(Forgetful().state.map(\.path)) == [
                "optional", "list.0.weight", "nested.left", "nested.right",
            ])
    }
}

private struct Forgetful: Module {
    struct Pair {
        var left = Tensor<Float>.zeros([1])
        var right = Tensor<Float>.zeros([1])
    }

    var named = Tensor<Float>.zeros([1])
    var optional: Tensor<Float>? = .zeros([1])
    var list = [Linear(weight: .zeros([1, 1]), bias: nil)]
    var nested = Pair()
    var count = 3

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("named", &named)
    }
}
