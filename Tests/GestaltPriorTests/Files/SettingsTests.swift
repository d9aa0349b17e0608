import Foundation
import GestaltFiles
import GestaltModels
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import TestSupport
import Testing

/// Settings that the tensors contradict, and settings that nothing reads.
@Suite struct SettingsTests {
    @Test(arguments: [
        (
            ["downsample": "2,4,4", "heads": "2", "attn_type": "sparse"],
            "as the masks in the state"
        ),
        (["downsample": "2,2,2", "heads": "2"], "largest stride"),
        (["downsample": "4,4,4", "heads": "2", "sequence_length": "4"], "sequence_length"),
        (["downsample": "2,4,4", "heads": "2", "resolution": "64"], "resolution"),
        (["downsample": "2,4,4", "heads": "5"], "heads"),
        (["frobnicate": "1"], "one of the settings"),
    ])
    func contradictions(settings: [String: String], words: String) throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("bare.safetensors")
        try VideoModel(small.model).write(videoGPT: path, withMasks: true)
        let file = try SafeTensorsFile(contentsOf: path)
        try SafeTensors.write(
            file.names.map { (name: $0, tensor: try file.anyTensor($0)) }, to: path)
        do {
            _ = try VideoModel(at: path, settings: settings)
            Issue.record("opened")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
            #expect(!"\(error)".contains("--"), "\(error)")
        }
    }

    @Test(arguments: ["heads", "attn_type", "resolution", "sequence_length", "dropout"])
    func tokenizersTakeFew(name: String) throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("bare.safetensors")
        try SafeTensors.write(small.tokenizerState(), to: path)
        let error = #expect(throws: VideoGPTError.self) {
            try VideoModel(at: path, settings: ["downsample": "2,4,4", name: "2"])
        }
        #expect(error?.description.contains("no prior") == true, "\(error as Any)")
        #expect(error?.description.contains(name) == true)
    }

    @Test func foldersTakeNone() throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        try small.model.write(to: folder.path("p"))
        let error = #expect(throws: VideoGPTError.self) {
            try VideoModel(at: folder.path("p"), settings: ["heads": "2", "downsample": "2,4,4"])
        }
        #expect(error?.description.contains("it takes none, found downsample, heads") == true)
    }

    @Test func whatIsMissingNamesNoFlag() throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("bare.safetensors")
        try SafeTensors.write(small.tokenizerState(), to: path)
        let error = #expect(throws: VideoGPTError.self) { try VideoModel(at: path) }
        #expect(error?.description.contains("downsample=T,H,W") == true)
        #expect(error?.description.contains("--set") == false)
    }
}
