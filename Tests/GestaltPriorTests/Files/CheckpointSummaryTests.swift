import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct CheckpointSummaryTests {
    @Test func ofAPrior() throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("prior")
        try VideoModel(small.model).write(videoGPT: path)
        let summary = try CheckpointSummary(of: path)
        #expect(summary.kind == .videoGPTPrior && summary.fileKind == .safeTensors)
        #expect(summary.frames == 4 && summary.height == 16 && summary.width == 32)
        #expect(summary.missingSettings.isEmpty && summary.removed.isEmpty)
        #expect(summary.tokenizer?.strides == small.model.configuration.tokenizer.strides)
        #expect(summary.prior == small.model.configuration.prior)
        #expect(summary.settings.contains { $0.name == "heads" && $0.value == "2" })
        #expect(
            summary.description.hasPrefix("VideoGPT prior with its tokenizer, 4 frames of 16×32"))
        #expect(summary.description.contains(" k parameters"))
    }

    @Test func ofABareState() throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("bare.safetensors")
        try SafeTensors.write(small.predictorState(), metadata: ["step": "7"], to: path)
        let summary = try CheckpointSummary(of: path)
        #expect(summary.kind == .videoGPTPrior && summary.frames == nil && summary.step == 7)
        #expect(summary.missingSettings.count == 3)
        #expect(summary.notes.contains { $0.contains("downsample=") })
        // Parameters as PyTorch counts them: what a gradient reaches.
        let counted = small.model.state.filter { entry in
            !["runningMean", "runningVariance", "usage", "sums", "isInitialized", "embeddings"]
                .contains { entry.path.hasSuffix($0) } && entry.path != "prior.hidden"
        }
        let least = counted.reduce(0) { $0 + $1.value.shape.elementCount }
        #expect((least...(least + 16 * 8 + 12)).contains(summary.parameterCount))
    }

    @Test func ofFolders() throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        try small.model.write(to: folder.path("p"))
        let predictor = try CheckpointSummary(of: folder.path("p"))
        #expect(predictor.kind == .gestalt("predictor") && predictor.frames == 4)
        #expect(predictor.description.hasPrefix("Gestalt predictor, 4 frames of 16×32"))
        #expect(predictor.settings.contains { $0.name == "prior.heads" && $0.value == "2" })
        try small.model.tokenizer.write(to: folder.path("t"))
        let tokenizer = try CheckpointSummary(of: folder.path("t"))
        #expect(tokenizer.kind == .gestalt("vqvae") && tokenizer.height == nil)
        #expect(tokenizer.parameterCount > 0)
        #expect(throws: FileError.self) { try CheckpointSummary(of: folder.path("absent")) }
        #expect(throws: FileError.self) { try CheckpointSummary(of: folder.path) }
        let text = folder.write(Array("version https://git-lfs".utf8), as: "x.ckpt")
        let error = #expect(throws: VideoGPTError.self) { try CheckpointSummary(of: text) }
        #expect(error?.description.contains("git lfs pull") == true, "\(error as Any)")
    }

    @Test func ofStrangers() throws {
        let folder = TemporaryFolder()
        let path = folder.path("net.safetensors")
        try SafeTensors.write(
            [(name: "conv.weight", tensor: Tensor<Float>.zeros([10, 120]))], to: path)
        let summary = try CheckpointSummary(of: path)
        #expect(summary.kind == .tensors && summary.parameterCount == 1200)
        #expect(summary.description == "1 tensors of an unknown model, 1.2 k parameters")
    }

    /// A checkpoint in several files, by its index and by its folder.
    @Test func inSeveralFiles() throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let state = try small.predictorState()
        let half = state.count / 2
        var map: [String] = []
        for (index, part) in [state[..<half], state[half...]].enumerated() {
            let name = "model-\(index)-of-2.safetensors"
            try SafeTensors.write(Array(part), to: folder.path(name))
            map += part.map { "\"\($0.name)\": \"\(name)\"" }
        }
        let index = folder.write(
            Array("{\"weight_map\": {\(map.joined(separator: ","))}}".utf8),
            as: "model.safetensors.index.json")
        for path in [folder.path, index] {
            let model = try VideoModel(at: path, settings: SmallPredictor.settings)
            #expect(model.predictor?.configuration == small.model.configuration)
            #expect(try CheckpointSummary(of: path).kind == .videoGPTPrior)
        }
        try FileManager.default.removeItem(atPath: folder.path("model-1-of-2.safetensors"))
        let error = #expect(throws: FileError.self) { try VideoModel(at: folder.path) }
        #expect(error?.description.contains("1 missing: model-1-of-2") == true)
    }

    /// Broken files of a model open or give a typed error.
    @Test(.tags(.slow), arguments: [71, 72] as [UInt64]) func mutations(seed: UInt64) throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("model")
        let (state, settings) =
            seed == 71
            ? (try small.predictorState(), SmallPredictor.settings)
            : (try small.tokenizerState(), SmallPredictor.tokenizerSettings)
        try SafeTensors.write(
            state.map { (name: "module." + $0.name, tensor: $0.tensor) },
            metadata: ["hyper_parameters": "{\"heads\": 2, \"downsample\": [2, 4, 4]}"], to: path)
        let whole = folder.bytes(of: "model")
        var mutator = Mutator(seed: seed)
        for round in 0..<Mutator.count(300) {
            try Data(mutator.mutated(whole)).write(to: URL(filePath: path))
            do {
                _ = try CheckpointSummary(of: path).notes
                _ = try VideoModel(at: path, settings: settings)
            } catch is FileError {
            } catch is VideoGPTError {
            } catch is ConfigurationError {
            } catch {
                Issue.record("round \(round): \(error)")
            }
        }
    }
}
