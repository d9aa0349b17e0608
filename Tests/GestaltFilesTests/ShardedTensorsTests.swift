import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

/// Checkpoints in several files, put together here.
@Suite struct ShardedTensorsTests {
    private static func write(_ folder: TemporaryFolder, _ index: String) throws -> String {
        let one = Tensor<Float>([1, 2])
        try SafeTensors.write(
            [(name: "a", tensor: one)], metadata: ["format": "pt", "n": "1"],
            to: folder.path("model-00001-of-00002.safetensors"))
        try SafeTensors.write(
            [(name: "b.weight", tensor: one * 2), (name: "b.bias", tensor: one * 3)],
            to: folder.path("model-00002-of-00002.safetensors"))
        return folder.write(Array(index.utf8), as: "model.safetensors.index.json")
    }

    private static func index(_ places: [(String, String)]) -> String {
        let map = places.map { "\"\($0.0)\": \"\($0.1)\"" }.joined(separator: ",")
        return "{\"metadata\": {\"total_size\": 24}, \"weight_map\": {\(map)}}"
    }

    private static let (first, second) = (
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    )
    private static let right = [("a", first), ("b.weight", second), ("b.bias", second)]

    @Test func opens() throws {
        let folder = TemporaryFolder()
        let path = try Self.write(folder, Self.index(Self.right))
        #expect(try ShardedTensors.index(in: folder.path) == path)
        let file = try ShardedTensors(contentsOf: path)
        #expect(file.shards == [Self.first, Self.second] && file.metadata["n"] == "1")
        #expect(Set(file.members.map(\.name)) == ["a", "b.weight", "b.bias"])
        #expect(try file.tensor("b.bias", as: Float.self).scalars == [3, 6])
        let table = TensorTable(file)
        #expect(try table.tensor("b.weight").scalars == [2, 4] && table.shape(of: "a") == [2])
        #expect(try ArrayFile.members(path).count == 3)
        #expect(throws: FileError.self) { try file.tensor("c", as: Float.self) }
    }

    @Test(arguments: [
        ([("a", "../model.safetensors")], "beside the index"),
        ([("a", "/etc/passwd")], "beside the index"),
        ([("a", "sub/../../x")], "beside the index"), ([("a", "")], "beside the index"),
        ([("a", ".hidden")], "beside the index"), ([("a", "x\\\\y")], "beside the index"),
        ([("a", first), ("c", "model-00003-of-00003.safetensors")], "1 missing: model-00003"),
        ([("a", first), ("c", first)], "no such tensor"),
        ([("a", second), ("b.weight", second), ("b.bias", second)], "no such tensor"),
        ([("a", first), ("b.weight", second)], "b.bias"),
        ([("a", second), ("b.weight", second), ("b.bias", first), ("z", first)], "a second one"),
        ([("a", first), ("a", second)], "no second key"), ([], "at most"),
        ([("a", "model.safetensors.index.json")], "index of a checkpoint in several"),
    ])
    func refuses(_ places: [(String, String)], _ words: String) throws {
        let folder = TemporaryFolder()
        let path = try Self.write(folder, Self.index(places))
        let error = #expect(throws: FileError.self) { try ShardedTensors(contentsOf: path) }
        #expect(error?.description.contains(words) == true, "\(error as Any)")
    }

    @Test(arguments: ["[]", "{}", "{\"weight_map\": 3}", "{\"weight_map\": {\"a\": 3}}", "x"])
    func brokenIndices(text: String) throws {
        let folder = TemporaryFolder()
        let path = try Self.write(folder, text)
        #expect(throws: FileError.self) { try ShardedTensors(contentsOf: path) }
    }

    /// PyTorch's own form, shards of pickles; beside the same model in safetensors, that one counts.
    @Test func shardsOfPickles() throws {
        let folder = TemporaryFolder()
        for (name, key) in [("p-1.bin", "a"), ("p-2.bin", "b")] {
            let tensor = Pickled.tensor(Pickled.storage("0", count: 1), shape: [1], strides: [1])
            let file = ZipBuilder.checkpoint(
                Pickled.whole(Pickled.dictionary([(key, tensor)])),
                storages: [("0", storageBytes([5]))])
            _ = folder.write(file.bytes, as: name)
        }
        let path = folder.write(
            Array(Self.index([("a", "p-1.bin"), ("b", "p-2.bin")]).utf8),
            as: "pytorch_model.bin.index.json")
        #expect(try ShardedTensors.index(in: folder.path) == path)
        #expect(try ShardedTensors(contentsOf: path).tensor("b", as: Float.self).scalars == [5])
        let safe = try Self.write(folder, Self.index(Self.right))
        #expect(try ShardedTensors.index(in: folder.path) == safe)
        #expect(try ShardedTensors.index(in: "/absent") == nil)
    }

    @Test func mutations() throws {
        let folder = TemporaryFolder()
        let text = Array(Self.index(Self.right).utf8)
        let path = try Self.write(folder, Self.index(Self.right))
        let attack = ReaderAttack("safetensors index", seed: 61, count: 1500, [text])
        let problems = attack.run(
            expecting: { $0 is FileError },
            { broken in
                try Data(broken).write(to: URL(filePath: path))
                let file = try ShardedTensors(contentsOf: path)
                for member in file.members { _ = try file.tensor(member.name, as: Float.self) }
            })
        #expect(problems.isEmpty, "\(problems.prefix(5))")
    }
}
