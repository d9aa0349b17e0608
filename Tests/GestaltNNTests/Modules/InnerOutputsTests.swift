import GestaltNN
import GestaltTensor
import Testing

@Suite struct InnerOutputsTests {
    private let x: Tensor<Float>
    private let net: Sequential

    init() {
        var random = RandomStream(seed: 1)
        x = random.normal([2, 3, 8])
        net = Sequential {
            Linear(8, 8, random: &random)
            TransformerBlock(width: 8, heads: 2, random: &random)
            Linear(8, 4, random: &random)
        }
    }

    @Test func pathsAreThoseOfNamedModulesAndValuesThoseOfTheLayers() {
        let context = Context.inference
        let (y, inner) = context.recordingOutputs { net(x, context) }
        #expect(y == net(x, .inference))
        #expect(inner.all.map(\.path) == ["0", "1.attention", "1.contraction", "1", "2"])
        #expect(Set(inner.all.map(\.path)).isSubset(of: net.namedModules.map(\.path)))
        #expect(inner["0"] == net.layers[0](x, .inference))
        #expect(inner["2"] == y)
        #expect(inner["3"] == nil)
    }

    @Test func onlyChosenPathsAreKept() {
        let context = Context.inference
        let inner = context.recordingOutputs(of: ["1", "nowhere"]) { net(x, context) }.outputs
        #expect(inner.all.map(\.path) == ["1"])
    }

    @Test func nothingIsRecordedOutsideAndInnerRecordingsAreTheirOwn() {
        let context = Context.inference
        let outer = context.recordingOutputs(of: ["0"]) {
            let inner = context.part("first") {
                context.recordingOutputs(of: ["2"]) { net(x, context) }.outputs
            }
            #expect(inner.all.map(\.path) == ["2"])
            _ = net(x, context)
        }.outputs
        #expect(outer.all.map(\.path) == ["0"])
        _ = net(x, context)
        #expect(context.recordingOutputs {}.outputs.all.isEmpty)
    }

    @Test func anErrorEndsTheRecording() {
        struct Failure: Error {}
        let context = Context.inference
        #expect(throws: Failure.self) {
            _ = try context.recordingOutputs {
                try context.part("a") { throw Failure() }
            }
        }
        let inner = context.recordingOutputs { context.part("b") { x } }.outputs
        #expect(inner.all.map(\.path) == ["b"])
    }

    /// A loss on an inner output reaches the layers before it, and those alone.
    @Test func outputsAreTrackedInATrainingPass() throws {
        let step = valueAndGradients(of: net, .training(random: RandomStream(seed: 2))) {
            net, context in
            let inner = context.recordingOutputs(of: ["1"]) { net(x, context) }.outputs
            return inner["1"]!.squared().mean()
        }
        let gradient = try #require(step.gradients[path: "0.weight"])
        #expect(gradient.abs().max().scalar > 0)
        let last = step.gradients[path: "2.weight"]
        #expect(last.map { $0.abs().max().scalar == 0 } ?? true)
    }

    @Test func recomputedPartsAreRecordedOnce() {
        var count = 0
        let step = valueAndGradients(of: net, .training(random: RandomStream(seed: 2))) {
            net, context in
            let (y, inner) = context.recordingOutputs {
                context.part("all") { context.checkpointed { net(x, context) } }
            }
            count = inner.all.count
            return y.squared().mean()
        }
        #expect(count == 6)
        #expect(step.gradients[path: "0.weight"] != nil)
    }
}
