import Foundation
import GestaltFiles
import Testing

/// Where checkpoints keep their tensors, as torch 2.13 wrote them (`make_siblings.py`). The names are
/// those that `state_dict()` gave there.
@Suite struct CheckpointPlacesTests {
    static let state = [
        "kept", "body.0.weight", "body.0.bias", "body.1.weight", "body.1.bias",
        "body.1.running_mean", "body.1.running_var", "body.1.num_batches_tracked", "head.weight",
        "head.bias",
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let names: [String]
        let place: String
        /// Paths of what else holds tensors.
        var others: [String] = []

        init(_ file: String, _ names: [String], at place: String = "", others: [String] = []) {
            (testDescription, self.names, self.place, self.others) = (file, names, place, others)
        }
    }

    static let cases = [
        Case("whole", state), Case("whole-looped", state), Case("whole-legacy", state),
        Case("whole-twin", state + ["second.weight", "second.bias"]),
        Case("whole-parallel", state.map { "module." + $0 }),
        Case("params", state, at: "params"),
        Case("net", state, at: "net", others: ["epoch", "optimizer"]),
        Case("ema", state, at: "params", others: ["params_ema"]),
        Case("deep", state, at: "a.b.0.weights"),
        Case("kept-module", state, at: "model", others: ["opt"]),
        Case(
            "two",
            state.map { "generator." + $0 } + state.map { "discriminator." + $0 },
            others: ["optimizer", "discriminator", "generator"]),
        Case("nested-keys", ["conv.kernel", "conv.bias"], at: "params"),
        Case("list", ["0", "1"]), Case("tuple", ["0", "1.a"]), Case("alone", ["tensor"]),
        Case("optimizer-only", [], others: ["state"]), Case("circle", state, at: "state_dict"),
    ]

    static func open(_ name: String) throws -> PyTorchFile {
        try PyTorchFile(contentsOf: PyTorchFileTests.path("modules/\(name).pt"))
    }

    @Test(arguments: cases) func findsTheStateDictionary(_ item: Case) throws {
        let file = try Self.open(item.testDescription)
        #expect(file.names == item.names)
        var paths = file.parts.map(\.path)
        if !item.names.isEmpty {
            #expect(paths.removeFirst() == item.place)
            #expect(file.parts[0].names.count == item.names.count && !file.parts[0].isOptimizer)
        }
        #expect(paths == item.others)
        for name in file.names {
            // By the whole way from the root, too.
            let way = item.place.isEmpty ? name : item.place + "." + name
            if item.testDescription != "alone" { #expect(try file.info(way) == file.info(name)) }
            _ = try file.anyTensor(name)
        }
    }

    @Test func whatIsThereIsNamed() throws {
        let optimizer = try Self.open("optimizer-only")
        #expect(optimizer.parts.map(\.isOptimizer) == [true])
        let error = #expect(throws: FileError.self) { try optimizer.info("weight") }
        #expect(error?.description.contains("state.…") == true, "\(error as Any)")
        let two = try Self.open("two")
        #expect(two.parts.filter(\.isOptimizer).map(\.path) == ["optimizer"])
        #expect(
            try two.info("optimizer.state.0.exp_avg").shape
                == two.info("generator.body.0.weight").shape)
        let none = try Self.open("no-tensors")
        #expect(none.parts.isEmpty && none.names.isEmpty)
    }

    @Test func attributesOfAModuleAreHyperParameters() throws {
        #expect(try Self.open("whole").hyperParameters?["width"]?.integer == 2)
    }

    @Test func circlesEnd() throws {
        let file = try Self.open("circle")
        #expect(file.root["self"] == .recursion)
        #expect(file.root["self"]?.description == "…")
    }

    /// Names that come together only when they are joined.
    @Test func equalNamesAreRefused() {
        let tensor = Pickled.tensor(Pickled.storage("0", count: 2), shape: [2], strides: [1])
        let root = Pickled.dictionary([
            ("a.b", tensor), ("a", Pickled.dictionary([("b", tensor)])),
        ])
        let error = #expect(throws: FileError.self) {
            try PyTorchFile(
                bytes:
                    ZipBuilder.checkpoint(
                        Pickled.whole(root), storages: [("0", storageBytes([1, 2]))]
                    ).bytes)
        }
        #expect(error?.description.contains("a.b twice") == true, "\(error as Any)")
    }
}
