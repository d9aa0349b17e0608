import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// What may stand where a model is named.
@Suite struct OpenedModelTests {
    @Test("a finished run is its model, a checkpoint of it is that of its step")
    func finishedRuns() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        let trained = try SmallRecipes.unet(steps: 4).train(silent(run)).model
        for path in [run, run + "/model.safetensors", run + "/checkpoints/last.safetensors"] {
            let opened = try OpenedModel(at: path)
            #expect(opened.remark == nil && opened.model.title.contains("U-Net"))
            let network = try opened.segmentation()
            #expect(network.state.map(\.value) == trained.state.map(\.value), "\(path)")
        }
        // A checkpoint is enough by itself, under any name.
        let moved = folder.path("elsewhere.bin")
        try FileManager.default.copyItem(
            atPath: run + "/checkpoints/best.safetensors", toPath: moved)
        #expect(try OpenedModel(at: moved).model.parameterCount == trained.parameterCount)
    }

    @Test("the average of the weights is what a checkpoint stands for")
    func averages() throws {
        let folder = TemporaryFolder()
        var recipe = SmallRecipes.tokenizer(steps: 3)
        recipe.optimization.averageDecay = 0.5
        let trained = try recipe.train(silent(folder.path("run"))).model
        let opened = try OpenedModel(at: folder.path("run/checkpoints/last.safetensors"))
        let tokenizer = try #require(try opened.tokenizer() as? VQVAE)
        #expect(tokenizer.configuration == trained.configuration)
        #expect(tokenizer.state.map(\.value) == trained.state.map(\.value))
    }

    @Test("an unfinished run is its best checkpoint, else its last, and says so")
    func unfinishedRuns() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        var recipe = SmallRecipes.unet(steps: 40)
        recipe.optimization.evaluationInterval = 1000
        recipe.optimization.checkpointInterval = 1
        try interrupt(recipe, run)
        let last = try OpenedModel(at: run)
        let remark = try #require(last.remark)
        #expect(remark.contains("stopped at step") && remark.contains("of 40"), "\(remark)")
        #expect(remark.contains("last checkpoint"), "\(remark)")
        try FileManager.default.copyItem(
            atPath: run + "/checkpoints/last.safetensors",
            toPath: run + "/checkpoints/best.safetensors")
        #expect(try OpenedModel(at: run).remark?.contains("best checkpoint") == true)
    }

    @Test("a run without a checkpoint says what to do")
    func empty() throws {
        let folder = TemporaryFolder()
        let recipe = try SmallRecipes.unet(steps: 3).json()
        _ = folder.write(recipe, as: "recipe.json")
        #expect(throws: TrainingError.noCheckpoint(path: folder.path)) {
            try OpenedModel(at: folder.path)
        }
    }

    @Test("a damaged checkpoint does not spoil the finished model beside it")
    func damage() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        _ = try SmallRecipes.unet(steps: 2).train(silent(run))
        _ = folder.write([1, 2, 3], as: "run/checkpoints/last.safetensors")
        #expect(try OpenedModel(at: run).model.kind == "unet")
        try FileManager.default.removeItem(atPath: run + "/config.json")
        #expect(throws: FileError.self) { try OpenedModel(at: run) }
    }

    @Test("checkpoints without a configuration, or with tensors missing, are refused by name")
    func brokenCheckpoints() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        _ = try SmallRecipes.unet(steps: 2).train(silent(run))
        let file = try SafeTensorsFile(contentsOf: run + "/checkpoints/last.safetensors")
        let tensors = try file.names.map {
            (name: $0, tensor: try file.tensor($0, as: Float.self))
        }
        func error(
            _ metadata: [String: String], dropping name: String? = nil
        ) throws -> String {
            let path = folder.path("broken.safetensors")
            try SafeTensors.write(
                tensors.filter { $0.name != name }, metadata: metadata, to: path)
            let error = #expect(throws: TrainingError.self) { try OpenedModel(at: path) }
            return error.map { "\($0)" } ?? ""
        }
        var bare = file.metadata
        bare["configuration"] = nil
        #expect(try error(bare).contains("configuration"))
        let missing = try #require(file.names.first { $0.hasPrefix("model.") })
        #expect(try error(file.metadata, dropping: missing).contains(missing))
        var odd = file.metadata
        odd["step"] = "x"
        #expect(try error(odd).contains("step"))
    }

    @Test("VideoGPT's files, with settings; models of ours take none")
    func videoGPT() throws {
        let folder = TemporaryFolder()
        let predictor = SmallPredictor.predictor()
        let file = folder.path("theirs.safetensors")
        try VideoModel(predictor).write(videoGPT: file)
        let opened = try OpenedModel(at: file)
        #expect(try opened.predictor().configuration.prior.width == 12)
        #expect(
            try opened.tokenizer().configuration.codeCount
                == predictor.tokenizer.configuration.codeCount)
        try predictor.write(to: folder.path("ours"))
        #expect(throws: VideoGPTError.self) {
            try OpenedModel(at: folder.path("ours"), settings: ["heads": "2"])
        }
        #expect(throws: FileError.self) { try OpenedModel(at: folder.path("nothing.ckpt")) }
    }

    @Test("each kind says what it is where another is needed")
    func kinds() throws {
        let folder = TemporaryFolder()
        let predictor = SmallPredictor.predictor()
        let head = try SmallPredictor.head("prior:hidden:1", steps: 1).train(
            on: predictor, silent()
        ).model
        var random = RandomStream(seed: 1)
        let unet = UNet(UNetConfiguration(widths: [4, 6]), random: &random)
        let models: [(String, any StoredModel, [ModelNeed])] = [
            ("tokenizer", predictor.tokenizer, [.predictor, .segmentation]),
            ("predictor", predictor, [.segmentation]),
            ("head", head, [.tokenizer, .predictor]), ("unet", unet, [.tokenizer, .predictor]),
        ]
        for (name, model, refused) in models {
            try model.write(to: folder.path(name))
            let opened = try OpenedModel(at: folder.path(name))
            #expect(opened.model.parameterCount == model.parameterCount)
            func need(_ open: () throws -> Any) -> ModelNeed? {
                do {
                    _ = try open()
                    return nil
                } catch { return (error as? ModelMismatch)?.needed }
            }
            let found = [
                need { try opened.tokenizer() }, need { try opened.predictor() },
                need { try opened.segmentation() },
            ].compactMap { $0 }
            #expect(found == refused, "\(name)")
        }
        let error = #expect(throws: ModelMismatch.self) {
            try OpenedModel(at: folder.path("head")).tokenizer()
        }
        #expect(
            error?.description == folder.path("head")
                + " is a segmentation model (head on prior:hidden:1:query=start), but a "
                + "video tokenizer or predictor is needed")
    }
}

/// Trains until the first checkpoint is there, then stops.
func interrupt<R: Recipe>(_ recipe: R, _ run: String) throws {
    let stop = Interruption()
    let watcher = Thread {
        while !FileManager.default.fileExists(atPath: run + "/checkpoints/last.safetensors") {
            usleep(1000)
        }
        stop.request()
    }
    watcher.start()
    #expect(throws: TrainingError.self) { try recipe.train(silent(run, stop)) }
}
