import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import TestSupport
import Testing

private struct Network: Module {
    var first: Linear
    var norm: BatchNorm
    var last: Linear

    init(classes: Int = 2, seed: UInt64) {
        var random = RandomStream(seed: seed)
        first = Linear(3, 4, random: &random)
        norm = BatchNorm(channels: 4)
        norm.runningMean.value = random.normal([4])
        last = Linear(4, classes, random: &random)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("first", &first)
        visitor.module("norm", &norm)
        visitor.module("last", &last)
    }
}

private func values(_ network: Network) -> [[UInt32]] {
    network.state.map { $0.value.scalars.map(\.bitPattern) }
}

@Suite struct ModuleWeightsTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path("network.safetensors") }

    /// The state of a network as tensors of a file.
    private func tensors(_ network: Network) -> [(name: String, tensor: Tensor<Float>)] {
        network.state.map { (name: $0.path, tensor: $0.value) }
    }

    @Test func parametersAndBuffersSurviveTheRoundTrip() throws {
        let saved = Network(seed: 1)
        try saved.save(to: path)
        #expect(try Set(SafeTensorsFile(contentsOf: path).names) == Set(saved.state.map(\.path)))
        var network = Network(seed: 2)
        #expect(values(network) != values(saved))
        let report = try network.load(from: path)
        #expect(values(network) == values(saved))
        #expect(report.isComplete && report.problems.isEmpty)
        #expect(Set(report.loaded) == Set(saved.state.map(\.path)))
    }

    /// A file that lacks one tensor, has two strangers and two of another shape.
    private func writeMisfit() throws -> Network {
        let other = Network(classes: 5, seed: 3)
        var tensors = tensors(other).filter { $0.name != "norm.runningMean" }
        tensors.append((name: "head.weight", tensor: .zeros([2])))
        tensors.append((name: "aaa", tensor: .zeros([])))
        try SafeTensors.write(tensors, to: path)
        return other
    }

    @Test func everyDifferenceIsReportedBeforeAnythingIsReplaced() throws {
        _ = try writeMisfit()
        var network = Network(seed: 4)
        let before = values(network)
        let error = #expect(throws: StateMismatch.self) { try network.load(from: path) }
        #expect(error?.path == path)
        #expect(
            Set(error?.problems ?? []) == [
                "missing: norm.runningMean", "unexpected: head.weight", "unexpected: aaa",
                "last.weight: expected [4, 2], found [4, 5]", "last.bias: expected [2], found [5]",
            ])
        #expect(error?.problems.count == 5)
        #expect(values(network) == before)
    }

    @Test func aPartialLoadTakesWhatFitsAndReportsTheRest() throws {
        let other = try writeMisfit()
        var network = Network(seed: 4)
        let before = network
        let report = try network.load(from: path, partially: true)
        #expect(!report.isComplete)
        #expect(report.missing == ["norm.runningMean"])
        #expect(Set(report.unexpected) == ["head.weight", "aaa"])
        #expect(report.mismatched.map(\.path) == ["last.weight", "last.bias"])
        #expect(report.mismatched.map(\.expected) == [[4, 2], [2]])
        #expect(report.mismatched.map(\.found) == [[4, 5], [5]])
        #expect(
            report.loaded == [
                "first.weight", "first.bias", "norm.scale", "norm.shift", "norm.runningVariance",
            ])
        for (index, entry) in network.state.enumerated() {
            let source = report.loaded.contains(entry.path) ? other : before
            #expect(entry.value == source.state[index].value, "\(entry.path)")
        }
        let text = report.description
        #expect(text.hasPrefix("5 tensors loaded"))
        for problem in report.problems { #expect(text.contains(problem), "\(text)") }
    }

    @Test func aFileOfAnotherKindChangesNothing() throws {
        let broken = folder.write([1, 2, 3], as: "broken.safetensors")
        var network = Network(seed: 4)
        let before = values(network)
        for path in [broken, folder.path("none.safetensors")] {
            let error = #expect(throws: FileError.self) {
                try network.load(from: path, partially: true)
            }
            #expect(error?.path == path)
        }
        #expect(values(network) == before)
    }
}
