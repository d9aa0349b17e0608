import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import TestSupport
import Testing

/// Runs that go on: with more steps, on data that moved, from another model.
@Suite struct RunContinuationTests {
    private static func recipe(steps: Int) -> UNetRecipe {
        var recipe = SmallRecipes.unet(steps: steps)
        recipe.optimization.evaluationInterval = 100
        recipe.optimization.checkpointInterval = 100
        return recipe
    }

    @Test("a finished run is extended on the schedule of the new length")
    func extending() throws {
        let folder = TemporaryFolder()
        let (parts, whole) = (folder.path("parts"), folder.path("whole"))
        _ = try Self.recipe(steps: 3).train(silent(parts))
        _ = try Self.recipe(steps: 6).train(silent(whole))
        var options = silent()
        options.changes.steps = 6
        let longer = try UNetRecipe.resume(parts, options)
        #expect(longer.steps == 6)
        #expect(try UNetRecipe(run: parts).steps == 6)
        func rates(_ run: String) throws -> [String] {
            try logLines(run).filter { $0.contains("kind=train") }.map { line in
                String(line.split(separator: " ").first { $0.hasPrefix("learning_rate=") }!)
            }
        }
        #expect(try rates(parts).suffix(3) == rates(whole).suffix(3))
        #expect(try rates(parts).count == 6)
        // The folder holds the extended model, and goes on being resumable as it is.
        #expect(
            try OpenedModel(at: parts).segmentation().state.map(\.value)
                == longer.model.state.map(\.value))
        #expect(try UNetRecipe.resume(parts, silent()).steps == 6)
        options.changes.steps = 5
        #expect(throws: TrainingError.stepsDone(path: parts, done: 6, asked: 5)) {
            try UNetRecipe.resume(parts, options)
        }
    }

    @Test("extended before its first step, a run is the longer one to the bit")
    func extendingFromTheStart() throws {
        let folder = TemporaryFolder()
        let stop = Interruption()
        stop.request()
        #expect(throws: TrainingError.self) {
            try Self.recipe(steps: 3).train(silent(folder.path("parts"), stop))
        }
        var options = silent()
        options.changes.steps = 5
        let longer = try UNetRecipe.resume(folder.path("parts"), options)
        let whole = try Self.recipe(steps: 5).train(silent())
        #expect(longer.model.state.map(\.value) == whole.model.state.map(\.value))
    }

    @Test("an extension that was stopped is its checkpoint, not the model before")
    func stoppedExtension() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        _ = try Self.recipe(steps: 3).train(silent(run))
        #expect(try OpenedModel(at: run).remark == nil)
        let stop = Interruption()
        stop.request()
        var options = silent(nil, stop)
        options.changes.steps = 9
        #expect(throws: TrainingError.self) { try UNetRecipe.resume(run, options) }
        #expect(try OpenedModel(at: run).remark?.contains("step 3 of 9") == true)
    }

    @Test("a U-Net and a head begin where another ended")
    func beginnings() throws {
        let folder = TemporaryFolder()
        let first = try Self.recipe(steps: 3).train(silent(folder.path("unet"))).model
        var again = Self.recipe(steps: 1)
        again.model = folder.path("unet/checkpoints/last.safetensors")
        again.network = UNetConfiguration(widths: [4])
        again.optimization.learningRate = 1e-9
        let second = try again.train(silent(folder.path("again"))).model
        #expect(second.configuration.widths == first.configuration.widths)
        #expect(relativeDeviation(second.scores.weight, from: first.scores.weight) < 1e-4)
        #expect(try UNetRecipe(run: folder.path("again")).network.widths == [8, 16])
        #expect(try UNetRecipe.resume(folder.path("again"), silent()).steps == 1)

        let predictor = SmallPredictor.predictor()
        let head = try SmallPredictor.head("prior:hidden:1:skips", steps: 2)
            .train(on: predictor, silent(folder.path("head"))).model
        var further = SmallPredictor.head("tokenizer", steps: 1)
        further.model = folder.path("head")
        further.optimization.learningRate = 1e-9
        let trained = try further.train(silent(folder.path("further"))).model
        #expect(trained.configuration == head.configuration)
        for (one, other) in zip(trained.encoder.state, head.encoder.state) {
            #expect(one.value == other.value, "\(one.path)")
        }
        let resumed = try HeadRecipe.resume(folder.path("further"), silent())
        #expect(resumed.model.state.map(\.value) == trained.state.map(\.value))

        again.model = folder.path("head")
        let error = #expect(throws: ModelMismatch.self) { try again.train(silent()) }
        #expect(error?.needed == .unet)
    }

    @Test("clips may have moved, but not changed")
    func movedData() throws {
        let folder = TemporaryFolder()
        try Self.clips(in: folder.path("here"), seed: 1)
        var recipe = SmallRecipes.tokenizer(steps: 3)
        recipe.data = DataChoice(folder.path("here"))
        recipe.data.evaluation = nil
        let whole = try recipe.train(silent(folder.path("whole"))).model
        let (stop, run) = (Interruption(), folder.path("run"))
        stop.request()
        #expect(throws: TrainingError.self) { try recipe.train(silent(run, stop)) }
        try FileManager.default.moveItem(
            atPath: folder.path("here"), toPath: folder.path("there"))
        #expect(throws: (any Error).self) { try TokenizerRecipe<VQVAE>.resume(run, silent()) }
        try Self.clips(in: folder.path("others"), seed: 2)
        var options = silent()
        options.changes.data = folder.path("others")
        let error = #expect(throws: TrainingError.self) {
            try TokenizerRecipe<VQVAE>.resume(run, options)
        }
        #expect("\(error!)".contains("the clips this run began with (2 clips of 10 frames"))
        options.changes.data = folder.path("there")
        let resumed = try TokenizerRecipe<VQVAE>.resume(run, options).model
        #expect(resumed.state.map(\.value) == whole.state.map(\.value))
        #expect(try TokenizerRecipe<VQVAE>(run: run).data.location == folder.path("there"))
    }

    /// Two clips of five frames as folders of pictures.
    private static func clips(in folder: String, seed: UInt64) throws {
        var random = RandomStream(seed: seed)
        for clip in ["a", "b"] {
            let path = folder + "/train/" + clip
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            for frame in 0..<5 {
                let noise: Tensor<Float> = random.uniform([16, 16, 3], in: -0.5..<0.5)
                try PNG.write(noise.pixelBytes(), to: "\(path)/\(frame).png")
            }
        }
    }
}
