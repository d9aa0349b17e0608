import Foundation
import GestaltData
import GestaltModels
import GestaltRecipes
import GestaltStudy
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct LatentFolderTests {
    /// 400 bytes and 1600 of a finer stage.
    private func latents(_ value: Float) -> Latent {
        Latent(
            Tensor(repeating: value, shape: [1, 1, 5, 5, 4]), stride: 4,
            finer: [Latent.Stage(Tensor(repeating: value, shape: [1, 10, 10, 4]), stride: 2)])
    }

    @Test func latentsSurviveTheirFile() throws {
        let folder = TemporaryFolder()
        let store = LatentFolder(folder.path("latents"), byteLimit: 10_000)
        #expect(try store.latents("a") == nil)
        try store.store(latents(0.1), "a")
        let read = try #require(try store.latents("a"))
        #expect(read.tensor == latents(0.1).tensor && read.stride == 4)
        #expect(read.finer.map(\.tensor) == latents(0.1).finer.map(\.tensor))
        #expect(read.finer.map(\.stride) == [2])
    }

    @Test func theOnesThatWereNotUsedForTheLongestTimeGoFirst() throws {
        let folder = TemporaryFolder()
        let store = LatentFolder(folder.path, byteLimit: 7000)
        for (age, key) in ["a", "b", "c"].enumerated() {
            try store.store(latents(1), key)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: Double(age - 10) * 60)],
                ofItemAtPath: folder.path(key + ".safetensors"))
        }
        #expect(try store.latents("a") != nil)  // used just now
        try store.store(latents(1), "d")
        #expect(try store.latents("b") == nil)
        #expect(try ["a", "c", "d"].allSatisfy { try store.latents($0) != nil })
        try LatentFolder(folder.path, byteLimit: 100).store(latents(1), "e")
        #expect(try store.latents("e") == nil && folder.names.count == 3)
    }

    @Test func damagedFilesAndThoseOfOtherKeysAreNotUsed() throws {
        let folder = TemporaryFolder()
        let store = LatentFolder(folder.path, byteLimit: 10_000)
        try store.store(latents(1), "a")
        try FileManager.default.copyItem(
            atPath: folder.path("a.safetensors"), toPath: folder.path("b.safetensors"))
        #expect(try store.latents("b") == nil)
        _ = folder.write(Array(folder.bytes(of: "a.safetensors").dropLast(9)), as: "a.safetensors")
        #expect(try store.latents("a") == nil)
    }

    /// Heads on one frozen model share its latents, whatever their seed; those on another do not.
    @Test func headsAndSeedsShareLatents() throws {
        let folder = TemporaryFolder()
        var study = TinyStudy.study(labels: ["4": 2])
        let frozen: [String: JSONTree] = [
            "encoder": "dense", "model": "@video", "trains": [], "augmentation": "flip",
        ]
        study.rows = ["linear", "convolutional:8"].map { head in
            Study.Row(
                head, .encoder,
                Study.Training("head", frozen.merging(["head": .string(head)]) { $1 }))
        }
        func files() -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: folder.path("study/latents")))
                ?? []
        }
        func run() throws -> StudyResults {
            try StudyRun(
                study, folder: folder.path("study"), options: TinyStudy.options()
            ).run()
        }
        let first = try run()
        #expect(first.runs.allSatisfy { $0.state == .done } && first.runs.count == 4)
        #expect(files().count == 1)
        study.models["video"]?.train?.settings["optimization.seed"] = 5
        #expect(try run().runs.allSatisfy { $0.state == .done })
        #expect(files().count == 2)
        // What the store gives is what would have been computed.
        let weights = TinyStudy.weights(folder.path("study"))
        for name in ["latents", "runs"] {
            try FileManager.default.removeItem(atPath: folder.path("study/" + name))
        }
        let anew = try run()
        for run in anew.runs {
            let name = String(run.hash.prefix(16))
            #expect(
                weights[name] != nil
                    && TinyStudy.weights(folder.path("study"))[name] == weights[name])
        }
    }
}
