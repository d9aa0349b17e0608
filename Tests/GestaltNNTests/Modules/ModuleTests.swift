import GestaltNN
import GestaltTensor
import Testing

private struct Net: Module {
    var encoder: Linear
    var norm = BatchNorm(channels: 3)
    var heads: [Linear]
    var extra: Linear?

    init() {
        var random = RandomStream(seed: 1)
        encoder = Linear(2, 3, random: &random)
        heads = [Linear(3, 1, bias: false, random: &random), Linear(3, 1200, random: &random)]
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("norm", &norm)
        visitor.modules("heads", &heads)
        visitor.module("extra", &extra)
    }
}

@Suite struct ModuleTests {
    @Test func pathsFollowTheOrderOfVisit() {
        #expect(
            Net().state.map(\.path) == [
                "encoder.weight", "encoder.bias", "norm.scale", "norm.shift", "norm.runningMean",
                "norm.runningVariance", "heads.0.weight", "heads.1.weight", "heads.1.bias",
            ])
        #expect(Net().parameterCount == 6 + 3 + 6 + 3 + 3600 + 1200)
    }

    @Test func mapStateReplacesByPathAndLeavesCopiesAlone() {
        var net = Net()
        let before = net
        net.mapState { path, value in path.hasPrefix("heads.0") ? value * 2 : value }
        #expect(net.heads[0].weight == before.heads[0].weight * 2)
        #expect(net.encoder.weight == before.encoder.weight)
        #expect(before.heads[0].weight == Net().heads[0].weight)
    }

    @Test(
        arguments: [
            (["encoder"], [], "encoder.weight", true), (["enc"], [], "encoder.weight", false),
            ([""], [], "heads.0.weight", true), ([""], ["heads"], "heads.0.weight", false),
            (["heads"], ["heads.1"], "heads.1.bias", false),
            (["heads"], ["heads.1"], "heads.0.weight", true),
            ([], [], "norm.scale", false),
        ] as [([String], [String], String, Bool)])
    func freezingCoversWholePathPartsWithExceptions(
        paths: [String], exceptions: [String], path: String, isFrozen: Bool
    ) {
        #expect(Freezing(paths, except: exceptions).covers(path) == isFrozen)
    }

    @Test func partsAtEveryDepthWithTheirTypes() {
        let parts = Net().namedModules
        #expect(parts.map(\.path) == ["", "encoder", "norm", "heads.0", "heads.1"])
        #expect(parts[0].type is Net.Type && parts[2].type is BatchNorm.Type)
        let layers = Sequential {
            Identity()
            Sequential { Activation.relu }
        }
        #expect(
            layers.namedModules.map(\.description) == [
                "Sequential", "0: Identity", "1: Sequential", "1.0: Activation",
            ])
    }

    @Test func aClosureThatReturnsTheLossAloneGivesTheSameGradients() throws {
        let (net, x) = (Net(), Tensor<Float>.ones([2, 2]))
        let alone = valueAndGradients(of: net, .training(random: RandomStream(seed: 1))) {
            $0.encoder(x, $1).squared().sum()
        }
        let pair = valueAndGradients(of: net, .training(random: RandomStream(seed: 1))) {
            net, context in
            let y = net.encoder(x, context)
            return (y.squared().sum(), y.detached)
        }
        #expect(alone.loss == pair.loss && alone.gradients.tensors == pair.gradients.tensors)
        struct Refusal: Error {}
        #expect(throws: Refusal.self) {
            try valueAndGradients(of: net, .inference) { _, _ throws(Refusal) -> Tensor<Float> in
                throw Refusal()
            }
        }
    }

    @Test func theTableHasEveryRowTotalsOfPartsAndWhatIsFrozen() {
        let table = ModelSummary(of: Net(), freezing: Freezing(["encoder", "heads.0"]))
        #expect(table.parts.map(\.name) == ["encoder", "norm", "heads"])
        #expect(table.parts.map(\.parameters) == [9, 6, 4803])
        #expect(table.parts.map(\.frozen) == [9, 0, 3])
        let lines = table.description.split(separator: "\n").map(String.init)
        #expect(lines.count == 1 + 1 + 9 + 1 + 4)
        #expect(lines[2] == "encoder.weight        [2, 3]         6  frozen")
        #expect(lines.last?.hasPrefix("total") == true)
        #expect(lines.last?.contains("4 818") == true)
        #expect(Net().summary.description.contains("heads.1.weight"))
    }
}
