import Foundation
import GestaltData
import GestaltMetrics
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo
import TestSupport
import Testing

@Suite struct InstanceRecipeTests {
    private static func recipe(steps: Int, head: ComponentName = "query:8:1") -> InstanceRecipe {
        var recipe = InstanceRecipe(
            data: SmallRecipes.data, encoder: "dense:4", head: head, classes: 3, labels: 4,
            steps: steps)
        recipe.optimization.batchSize = 2
        return recipe
    }

    @Test(arguments: ["query:8:1", "embedding:4"] as [ComponentName])
    func anInterruptedRunResumesToTheSameBits(head: ComponentName) throws {
        let folder = TemporaryFolder()
        var recipe = Self.recipe(steps: 6, head: head)
        recipe.optimization.checkpointInterval = 1
        let whole = try recipe.train(silent(folder.path("whole")))
        #expect(whole.evaluation?.metrics.contains { $0.name == "iou" } ?? false)
        try interrupt(recipe, folder.path("parts"))
        #expect(try Recipes.resume(folder.path("parts"), silent()).steps == 6)
        for name in ["model.safetensors", "checkpoints/last.safetensors", "config.json"] {
            #expect(
                folder.bytes(of: "parts/" + name) == folder.bytes(of: "whole/" + name), "\(name)")
        }
        let lines = try String(contentsOfFile: folder.path("parts/log.jsonl"), encoding: .utf8)
        #expect(lines.contains("\"loss_class\""), "\(lines)")
        let card = String(decoding: folder.bytes(of: "parts/README.md"), as: UTF8.self)
        #expect(card.contains("An instance head on dense:4, of which trunk trained, on 4 labeled"))
    }

    @Test func roundTrip() throws {
        let folder = TemporaryFolder()
        _ = folder.write(try Self.recipe(steps: 7).json(), as: "recipe.json")
        #expect(try InstanceRecipe(run: folder.path) == Self.recipe(steps: 7))
        #expect(try Recipes.recipe(ofRun: folder.path) is InstanceRecipe)
    }

    @Test func impossibleRecipesAreRefusedByKey() throws {
        func key(_ change: (inout InstanceRecipe) -> Void) -> String? {
            var recipe = Self.recipe(steps: 1)
            change(&recipe)
            do {
                _ = try recipe.train(silent())
                return nil
            } catch { return (error as? ConfigurationError)?.key }
        }
        #expect(key { $0.classes = 1 } == "classes")
        #expect(key { $0.head = "linear" } == "head")
        #expect(
            key {
                $0.choose("tokenizer:clip")
            } == "encoder")
        #expect(key { $0.trains = ["resnet"] } == "trains")
    }

    /// Batches hold single frames: earlier ones that a name demands would be missing.
    @Test func encodersOfEarlierFramesAreRefused() {
        var recipe = Self.recipe(steps: 1)
        recipe.choose("prior:hidden:1:frames=2")
        let error = #expect(throws: ConfigurationError.self) {
            try recipe.train(
                on: SmallPredictor.predictor { $0.conditioning?.frames = 2 }, silent())
        }
        #expect(error?.key == "encoder")
    }

    /// Ids whose category is the background's are no instances, of which data should not have any.
    @Test func instancesWithoutAClassAreErrorsOfTheData() throws {
        var masks = Tensor<UInt8>.zeros([1, 32, 32])
        masks[0, 3..<9, 3..<9] = Tensor(repeating: 5, shape: [6, 6])
        let clip = Clip(
            name: "one", frames: .zeros([1, 32, 32, 3]), masks: masks, categories: [5: 0])
        var random = RandomStream(seed: 1)
        let model = InstanceSegmenter(
            InstanceSegmenterConfiguration(
                encoder: DenseEncoderConfiguration(widths: [4, 8]), head: .embedding(),
                classes: 3, input: PictureInput(height: 32, width: 32)), random: &random)
        let batches = FrameBatches(
            [clip], frames: [FrameIndex(clip: 0, frame: 0)], batchSize: 1, order: .once)
        let task = InstanceTask<InstanceSegmenter>(batches: batches)
        let expected = "ids of instances with a class from 1 to 2"
        #expect(throws: ClipError.label(path: "clip 0, frame 0", value: 5, expected: expected)) {
            try task.loss(of: model, on: batches.batch(at: 0), .inference)
        }
        let set = DataSet(name: "set", clips: [clip], labelMeaning: .instances)
        #expect(
            throws: ClipError.label(path: "set, one, frame 0", value: 5, expected: expected)
        ) { try InstanceReport(of: model, on: set) }
    }

    /// A U-Net's trunk is a dense encoder, to the bit; and a trained model goes on with its own.
    @Test func startsFromAUNetAndGoesOn() throws {
        let folder = TemporaryFolder()
        let unet = try SmallRecipes.unet(steps: 2).train(silent(folder.path("unet"))).model
        var recipe = Self.recipe(steps: 1)
        recipe.choose("dense")
        recipe.model = folder.path("unet")
        recipe.trains = []
        let trained = try recipe.train(silent(folder.path("run"))).model
        let encoder = try #require(trained.encoder as? DenseEncoder)
        #expect(encoder.trunk.state.map(\.value) == unet.trunk.state.map(\.value))
        var further = Self.recipe(steps: 1, head: "embedding")
        further.model = folder.path("run")
        let later = try further.train(silent()).model
        #expect(later.configuration == trained.configuration)
        #expect(later.head is QueryHead && later.state.map(\.value) != trained.state.map(\.value))
    }

    /// A model that knows the truth has the best scores of all measures, one without instances
    /// none.
    @Test func scoresOfTheTruthAndOfNothing() throws {
        struct Oracle: InstanceModel {
            let truth: [InstanceProposals]
            var input: PictureInput { PictureInput() }
            var classes: Int { 3 }
            var sizeMultiple: Int { 1 }
            func loss(
                of frames: Tensor<Float>, _ targets: InstanceTargets, _ context: Context
            ) -> InstanceLoss { InstanceLoss(total: .zeros([])) }
            func proposals(_ frames: Tensor<Float>) -> [InstanceProposals] { truth }
            mutating func visit(_ visitor: inout some ParameterVisitor) {}
        }
        let set = try SmallRecipes.data.open(.train, masks: .required)
        let one = DataSet(
            name: "one", clips: [set.clips[0].window(0..<1)], labelMeaning: .instances)
        let ids = try #require(one.clips[0].masks)[0]
        let own = Set(ids.scalars).subtracting([0]).sorted()
        let masks =
            stacked(
                own.map { id in
                    Tensor(shape: ids.shape, scalars: ids.scalars.map { $0 == id ? 1 : 0 })
                },
                axis: 2) as Tensor<Float>
        let truth = InstanceProposals(
            masks: masks, classes: own.map { min(2, $0) }, scores: own.map { _ in 0.9 })
        let perfect = try InstanceReport(of: Oracle(truth: [truth]), on: one)
        #expect(perfect.measures.allSatisfy { $0.value > 0.999 }, "\(perfect.measures)")
        #expect(perfect.classes.map(\.label) == [1, 2])
        #expect(perfect.classes.map(\.instanceCount) == [1, own.count - 1])
        let none = InstanceProposals(
            masks: .zeros([ids.shape[0], ids.shape[1], 0]), classes: [], scores: [])
        let empty = try InstanceReport(of: Oracle(truth: [none]), on: one)
        #expect(empty.mean.ap50 == 0 && empty.mean.pq == 0 && empty.masks.perImage.iou == 0)
        // All foreground as one object: wrong, although its pixels are right.
        let joined = InstanceProposals(
            masks: masks.sum(axes: [2], keepingAxes: true), classes: [2], scores: [0.9])
        let merged = try InstanceReport(of: Oracle(truth: [joined]), on: one)
        #expect(merged.masks.perImage.iou > 0.999 && merged.mean.ap50 < 0.1)
        // One of the objects ignored: finding it counts neither as right nor as wrong.
        let void = Tensor(
            shape: ids.shape, scalars: ids.scalars.map { $0 == own.last ? Clip.ignoredLabel : $0 })
        let ignoring = DataSet(
            name: "ignoring",
            clips: [
                Clip(
                    name: "one", frames: one.clips[0].frames, masks: void.expanded(axis: 0),
                    categories: one.clips[0].categories)
            ], labelMeaning: .instances)
        let ignored = try InstanceReport(of: Oracle(truth: [truth]), on: ignoring)
        #expect(ignored.mean.ap50 > 0.999 && ignored.mean.pq > 0.999, "\(ignored.mean)")
        let bytes = try JSONEncoder().encode(perfect)
        #expect(try JSONDecoder().decode(InstanceReport.self, from: bytes) == perfect)
        let folder = TemporaryFolder()
        _ = folder.write(Array(bytes), as: "report.json")
        let read = try SegmentationReport.read([folder.path("report.json")])
        #expect(read.map(\.report) == [perfect.masks])
    }
}
