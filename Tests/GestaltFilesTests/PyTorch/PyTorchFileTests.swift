import Foundation
import GestaltFiles
import GestaltTensor
import Testing

/// Checkpoints that PyTorch itself wrote, by `Fixtures/PyTorch/make.py`.
@Suite struct PyTorchFileTests {
    static let names = ["lightning.ckpt", "legacy.ckpt", "bare.pt", "deflated.pt", "protocol1.pth"]

    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.resourcePath) + "/Fixtures/PyTorch/" + name
    }

    @Test(arguments: names) func tensors(name: String) throws {
        let file = try PyTorchFile(contentsOf: Self.path(name))
        let expected = try SafeTensorsFile(contentsOf: Self.path("expected.safetensors"))
        #expect(file.names == expected.names)
        for name in file.names {
            let (info, stated) = (try file.info(name), try expected.info(name))
            #expect(info.type == stated.type && info.shape == stated.shape, "\(name)")
            #expect(
                try TensorBits(file.anyTensor(name)) == TensorBits(expected.anyTensor(name)),
                "\(name)")
        }
    }

    @Test func conversions() throws {
        let file = try PyTorchFile(contentsOf: Self.path("bare.pt"))
        let wide = try file.tensor("half-columns", as: Float.self)
        #expect(wide.shape.dimensions == [4, 3])
        let half = try file.tensor("half", as: Float.self)
        #expect(wide.scalars == half.transposed().scalars)
        #expect(try file.tensor("short", as: Int64.self).scalars == [-300, 300])
        let error = #expect(throws: FileError.self) { try file.tensor("short", as: UInt8.self) }
        #expect(error?.description.contains("tensor short") == true)
        #expect(throws: FileError.self) { try file.tensor("absent", as: Float.self) }
        #expect(file.contains("one") && !file.contains("absent"))
        #expect(try file.info("rows").storageName == file.info("columns").storageName)
    }

    @Test(arguments: ["lightning.ckpt", "legacy.ckpt"]) func hyperParameters(name: String) throws {
        let file = try PyTorchFile(contentsOf: Self.path(name))
        let options = try #require(file.hyperParameters)
        #expect(options["downsample"]?.integers == [4, 2, 2])
        #expect(options["lr"]?.real == 3e-4)
        #expect(options["name"]?.string == "café 日本")
        #expect(options["gpus"]?.isNull == true && options["absent"] == nil)
        #expect(options["resume"]?.bool == false)
        #expect(options["inner"]?["a"]?.description == "[1, [2, [3]]]")
        #expect(file.root["global_step"]?.integer == 70000)
        #expect(file.root["optimizer_states"]?.elements?[0]["param_groups"]?.elements?.count == 1)
    }

    @Test(arguments: ["lightning.ckpt", "legacy.ckpt"]) func elsewhere(name: String) throws {
        let file = try PyTorchFile(contentsOf: Self.path(name))
        let entries = try #require(file.root["callbacks"]?.entries)
        #expect(
            entries.map(\.key) == [.global(PickleGlobal(module: "__main__", name: "Callback"))])
        let best = try #require(entries[0].value["best"]?.tensor)
        #expect(try file.tensor(best, as: Float.self).scalar == 0.25)
        let states = try #require(file.root["optimizer_states"]?.elements?[0]["state"]?.entries)
        let average = try #require(states[0].value["exp_avg"]?.tensor)
        #expect(
            try file.tensor(average, as: Float.self).scalars
                == file.tensor("rows", as: Float.self).scalars)
    }

    @Test(arguments: ["lightning.ckpt", "legacy.ckpt", "protocol1.pth"])
    func plainValues(name: String) throws {
        let extra = try #require(try PyTorchFile(contentsOf: Self.path(name)).root["extra"])
        #expect(extra["big"] == .bigInteger("-1180591620717411303424"))
        #expect(extra["wide"]?.integer == Int.max && extra["least"]?.integer == Int.min)
        #expect(extra["raw"] == .bytes([0, 255]) && extra["no bytes"] == .bytes([]))
        #expect(extra["numbers"]?.integers == Array(0..<300))
        #expect(extra["size"]?.integers == [2, 3])
        #expect(extra["type"] == .global(PickleGlobal(module: "torch", name: "float16")))
        guard case .object(let device)? = extra["device"], case .object(let set)? = extra["set"]
        else {
            Issue.record("no objects: \(extra)")
            return
        }
        #expect(device.name == "torch.device" && device.arguments == [.string("cpu")])
        #expect(set.name == "__builtin__.set" && set.arguments == [.list([.integer(5)])])
    }

    @Test func newerTypes() throws {
        let file = try PyTorchFile(contentsOf: Self.path("newer.pt"))
        #expect(file.names == ["u16", "u32", "u64"])
        #expect(try file.info("u16").type == .uint16)
        #expect(try file.tensor("u16", as: Int32.self).scalars == [65535, 1])
        #expect(try file.tensor("u32", as: Int64.self).scalars == [4_294_967_295, 2])
        #expect(try file.tensor("u64", as: Int64.self).scalars == [3, 4])
        let error = #expect(throws: FileError.self) { try file.anyTensor("complex") }
        #expect(error?.description.contains("complex") == true, "\(error as Any)")
    }

    @Test func otherFilesAreNamed() throws {
        for (bytes, word) in [
            (NPY.encode(Tensor<Float>([1])), "npy data"), ([], "an empty file"),
            (Array("hello".utf8), "found text"),
            (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "git lfs pull"),
        ] {
            let error = #expect(throws: FileError.self) { try PyTorchFile(bytes: bytes) }
            #expect(error?.description.contains(word) == true, "\(error as Any)")
        }
        #expect(throws: FileError.self) { try PyTorchFile(contentsOf: "/absent.ckpt") }
    }
}
