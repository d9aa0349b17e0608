import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import TestSupport
import Testing

/// What a path is stands before what it holds.
@Suite struct InspectionTests {
    private let folder = TemporaryFolder()

    private func value(_ inspection: Inspection, _ key: String) -> String? {
        inspection.facts.first { $0.key == key }?.value.description
    }

    private func table(_ inspection: Inspection, _ name: String) -> [[String]] {
        inspection.tables.first { $0.name == name }?.rows.map { $0.map(\.description) } ?? []
    }

    @Test("nothing there is an error that says so")
    func missing() {
        let error = #expect(throws: FileFailure.self) {
            try Inspection(of: folder.path("none.npy"))
        }
        #expect(error?.reason.contains("No such file") == true)
    }

    @Test(
        "files are what their bytes say, whatever their names",
        arguments: [
            ("a.npy", [UInt8]("{\"images\": [1, 2], \"annotations\": [3]}".utf8), "annotations"),
            ("b.png", Array("{\"shapes\": [], \"imagePath\": \"x\"}".utf8), "annotations"),
            ("c", Array("{\"step\":1,\"kind\":\"train\",\"loss\":2}\n".utf8), "log"),
            ("d.json", Array("[1, 2, 3]".utf8), "json"),
            ("e.ckpt", Array("hello\nworld\n".utf8), "text"),
            ("f.pt", [], "unusable"),
            ("g.mp4", [0, 0, 0, 24] + Array("ftypmp42".utf8) + [0, 0, 0, 0], "film"),
            (
                "h.ckpt",
                Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
                "unusable"
            ),
            ("i.npy", [1, 2, 3, 4, 250, 251, 252, 253, 0, 9], "unknown"),
            ("j.html", Array("<!DOCTYPE html><html></html>".utf8), "unusable"),
        ])
    func kinds(name: String, bytes: [UInt8], kind: String) throws {
        let inspection = try Inspection(of: folder.write(bytes, as: name))
        #expect(inspection.kind == kind, "\(inspection.what)")
        #expect(!inspection.what.isEmpty)
    }

    @Test("pictures: size, channels, distinct label values")
    func picture() throws {
        let ids = Tensor<UInt8>(shape: [2, 3], scalars: [0, 1, 2, 255, 1, 0])
        try PNG.write(ids, to: folder.path("mask"))
        let inspection = try Inspection(of: folder.path("mask"))
        #expect(inspection.kind == "picture" && inspection.what.contains("2 × 3, 1 channel"))
        #expect(value(inspection, "label_values") == "0 1 2 255")
    }

    @Test("arrays and archives")
    func arrays() throws {
        try NPY.write(Tensor<Int32>.zeros([2, 5]), to: folder.path("x"))
        #expect(try Inspection(of: folder.path("x")).what.contains("int32 [2, 5]"))
        try NPZ.write([(name: "video", tensor: Tensor<UInt8>.zeros([4]))], to: folder.path("y.npz"))
        let archive = try Inspection(of: folder.path("y.npz"))
        #expect(table(archive, "arrays").map { $0.prefix(3) } == [["video", "uint8", "4"]])
    }

    @Test("records: keys with their numbers folded, and how many")
    func records() throws {
        let example = Example(features: [
            "0/x": .floats([1]), "1/x": .floats([1]), "name": .bytes([[1, 2]]),
        ])
        let writer = try TFRecordWriter(path: folder.path("r"))
        for _ in 0..<3 { try writer.append(example.serialized()) }
        try writer.finish()
        let inspection = try Inspection(of: folder.path("r"))
        #expect(inspection.kind == "records" && value(inspection, "records") == "3")
        #expect(
            table(inspection, "features_of_the_first_record") == [
                ["N/x", "2", "1 floats"], ["name", "1", "1 × 2 bytes"],
            ])
    }

    @Test("a folder of clips: splits, counts, labeled frames, ids")
    func data() throws {
        for (split, labeled) in [("train", [0]), ("val", [])] {
            let clip = folder.path("d/\(split)/c1")
            for path in [clip, folder.path("d/\(split)/masks/c1")] {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true)
            }
            for frame in 0..<3 {
                try PNG.write(Tensor<UInt8>.zeros([4, 6, 3]), to: "\(clip)/\(frame).png")
            }
            for frame in labeled {
                let ids = Tensor<UInt8>(shape: [4, 6], scalars: (0..<24).map { UInt8($0 / 12) })
                try PNG.write(ids, to: folder.path("d/\(split)/masks/c1/\(frame).png"))
            }
        }
        let inspection = try Inspection(of: folder.path("d"))
        #expect(inspection.kind == "data" && inspection.what.contains("2 with 6 frames"))
        #expect(
            table(inspection, "splits").map { [$0[0], $0[1], $0[2], $0[4], $0[7]] } == [
                ["train", "1", "3", "1", "0.5"], ["val", "1", "3", "0", "–"],
            ])
        let flat = try Inspection(of: folder.path("d/val/c1"))
        #expect(flat.what.contains("without splits") && !flat.remarks.isEmpty)
    }

    @Test("a folder of nothing that is known is an error that says what is there")
    func foreign() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("e"), withIntermediateDirectories: true)
        #expect(throws: ClipError.self) { try Inspection(of: folder.path("e")) }
    }

    @Test("models: kind, sizes, parameters")
    func models() throws {
        var random = RandomStream(seed: 1)
        let unet = UNet(.demo, random: &random)
        try unet.write(to: folder.path("unet"))
        let inspection = try Inspection(of: folder.path("unet"))
        #expect(inspection.kind == "model" && inspection.what.contains("U-Net for foreground at"))
        #expect(value(inspection, "model") == "unet" && value(inspection, "input_size") == "64 64")
        #expect(!table(inspection, "tensors").isEmpty)
        let weights = try Inspection(of: folder.path("unet/model.safetensors"))
        #expect(weights.what.contains("the weights of a model, unet"))
        let configuration = try Inspection(of: folder.path("unet/config.json"))
        #expect(configuration.kind == "configuration")
    }

    @Test("runs: how far they came, and their checkpoints")
    func runs() throws {
        let recipe = UNetRecipe(
            data: DataChoice("synthetic:1"), network: .demo, labels: 2, steps: 2)
        _ = try recipe.train(RunOptions(folder: folder.path("run"), showsProgress: false))
        let inspection = try Inspection(of: folder.path("run"))
        #expect(inspection.kind == "run" && inspection.what.contains("finished, 2 steps"))
        #expect(value(inspection, "recipe") == "unet" && value(inspection, "step") == "2")
        #expect(value(inspection, "data") == "synthetic:1")
        let last = try Inspection(of: folder.path("run/checkpoints/last.safetensors"))
        #expect(last.kind == "training_checkpoint" && last.what.contains("unet, step 2"))
        #expect(try Inspection(of: folder.path("run/recipe.json")).kind == "recipe")
        #expect(try Inspection(of: folder.path("run/log.jsonl")).kind == "log")
    }
}
