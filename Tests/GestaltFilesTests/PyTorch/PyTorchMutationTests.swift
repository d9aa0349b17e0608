import Foundation
import GestaltFiles
import TestSupport
import Testing

/// Thousands of broken checkpoints. A value or a ``FileError`` is right, another error fails the
/// test, a crash or a hang ends it.
@Suite(.timeLimit(.minutes(30))) struct PyTorchMutationTests {
    private static func read(_ bytes: [UInt8]) throws {
        let file = try PyTorchFile(bytes: bytes)
        for member in file.members where member.isReadable || member.shape == [2] {
            _ = try file.anyTensor(member.name)
        }
        _ = file.root.description
    }

    private static func attack(
        _ seed: UInt64, count: Int, _ label: String, _ file: [UInt8],
        _ wrapped: @escaping ([UInt8]) -> [UInt8] = { $0 }
    ) {
        let attack = ReaderAttack(label, seed: seed, count: count, [file], mending: wrapped)
        let problems = attack.run(expecting: { $0 is FileError }, read)
        #expect(problems.isEmpty, "\(problems.prefix(5))")
    }

    @Test(
        arguments: PyTorchFileTests.names + [
            "newer.pt", "siblings.pt", "siblings-legacy.pt", "modules/whole-looped.pt",
            "modules/two.pt",
            "modules/whole-legacy.pt",
        ]) func checkpoints(name: String) throws
    {
        let path = try PyTorchFileTests.path(name)
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        Self.attack(11, count: 3000, name, bytes)
    }

    /// Only the pickle is broken, its checksum is right: nothing before the machine catches it.
    @Test(arguments: 0..<4) func pickles(seed: UInt64) {
        let tensor = Pickled.tensor(
            Pickled.storage("0", count: 4), shape: [2, 2], strides: [2, 1])
        let options =
            Pickled.call("argparse", "Namespace", [])
            + Pickled.dictionary([("a", Pickled.integer(3))]) + Pickled.build
        let pickle = Pickled.whole(
            Pickled.dictionary([
                ("state_dict", Pickled.dictionary([("w", tensor), ("v", tensor)])),
                ("hyper_parameters", Pickled.dictionary([("args", options)])),
                ("list", Pickled.emptyList + Pickled.put(1) + Pickled.none + Pickled.append),
                ("same", Pickled.get(1)),
            ]))
        let storage = storageBytes([1, 2, 3, 4])
        Self.attack(seed, count: 5000, "pickle", pickle) {
            ZipBuilder.checkpoint($0, storages: [("0", storage)]).bytes
        }
    }

    @Test func scripts() {
        let pickle = Pickled.whole(Pickled.emptyDictionary)
        let script = ZipBuilder.checkpoint(
            pickle,
            others: [
                ("constants.pkl", pickle), ("code/__torch__.py", Array("class Net(Module):".utf8)),
            ])
        Self.attack(14, count: 1000, "TorchScript", script.bytes)
    }

    private static let folder = OutsideFiles.fixtures.file("videogpt/checkpoints")

    @Test(
        .tags(.peer),
        .enabled(if: OutsideFiles.fixtures.isThere, "\(OutsideFiles.fixtures.message)"),
        arguments: [
            "bare-zip.pt", "legacy-nonzip.pt", "mixed-dtypes.pt", "mixed-dtypes-legacy.pt",
            "tokenizer-lightning133.ckpt", "prior-lightning2.ckpt",
        ])
    func outsideCheckpoints(name: String) throws {
        let path = try #require(Self.folder?.appendingPathComponent(name).path)
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        Self.attack(12, count: 500, name, bytes)
    }
}
