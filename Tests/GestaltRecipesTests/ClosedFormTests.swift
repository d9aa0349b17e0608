import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltMetrics
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo
import TestSupport
import Testing

/// Linear heads in closed form.
@Suite struct ClosedFormTests {
    private static func recipe(
        _ fit: HeadRecipe.ClosedForm, _ encoder: ComponentName = "rgb"
    ) -> HeadRecipe {
        var recipe = HeadRecipe(
            data: SmallRecipes.data, encoder: encoder, head: "linear", labels: 8, steps: 1)
        recipe.closedForm = fit
        return recipe
    }

    @Test(arguments: HeadRecipe.ClosedForm.allCases)
    func aFittedHeadIsAnOrdinaryModel(fit: HeadRecipe.ClosedForm) throws {
        let folder = TemporaryFolder()
        let trained = try Self.recipe(fit).train(silent(folder.path("head")))
        #expect(trained.steps == 0)
        let stored = try Segmenter(folder: folder.path("head"))
        #expect(stored.state.map(\.value) == trained.model.state.map(\.value))
        let opened = try OpenedModel(at: folder.path("head"))
        #expect(opened.model is Segmenter && !opened.isUnfinished)
        let data = try SmallRecipes.data.open(.train, masks: .required)
        let report = try SegmentationReport(of: stored, on: data)
        #expect(report.perImage.iou == trained.evaluation?.score)
        // Of colors alone nothing is likelier foreground than not, but foreground is likelier where
        // it is: with the classes' Gaussians apart, a part is told from the floor.
        if fit == .ridge { #expect(report.perImage.iou > 0.1, "\(report.perImage.iou)") }
        let card = String(decoding: folder.bytes(of: "head/README.md"), as: UTF8.self)
        #expect(card.contains("Fitted in closed form by \(fit.rawValue), penalty "), "\(card)")
        // A fitted run has nothing to resume: the fit is the same again.
        let again = try HeadRecipe.resume(folder.path("head"), silent())
        #expect(again.model.state.map(\.value) == stored.state.map(\.value))
    }

    /// The fit is at a minimum that gradient steps do not leave: the loss of the logistic head is
    /// below that of a trained one of few steps.
    @Test func aLogisticFitIsBelowTrainedHeads() throws {
        var trained = Self.recipe(.ridge)
        (trained.closedForm, trained.steps) = (nil, 20)
        trained.optimization.batchSize = 8
        trained.optimization.learningRate = 0.1
        let data = try SmallRecipes.data.open(.train, masks: .required)
        let frames = LabeledFrames.spread(8, of: data)
        let pixels = stacked(frames.map { data.clips[$0.clip].frames[$0.frame] }, axis: 0)
        let masks = stacked(frames.compactMap { data.clips[$0.clip].masks?[$0.frame] }, axis: 0)
        func crossEntropy(_ recipe: HeadRecipe) throws -> Float {
            let z = try recipe.train(silent()).model.logits(pixels.centeredPixels(), .inference)
            let y = (masks.expanded(axis: -1) .> 0).cast(to: Float.self)
            return (z.relu() + ((z.abs() * -1).exp() + 1).log() - y * z).mean().scalar
        }
        let (fitted, stepped) = (
            try crossEntropy(Self.recipe(.logistic)), try crossEntropy(trained)
        )
        #expect(fitted < stepped, "\(fitted), \(stepped)")
    }

    @Test func severalClassesAndLatentsOfAModelAreFitted() throws {
        var recipe = Self.recipe(.ridge, "resnet:3")
        (recipe.classes, recipe.labels) = (3, 4)
        recipe.data.evaluation = nil
        let model = try recipe.train(on: SmallPredictor.predictor(), silent()).model
        let probe = try #require(model.head as? LinearProbe)
        #expect(probe.scores.weight.shape == [16, 3])
        #expect(probe.scores.weight.scalars.allSatisfy { $0.isFinite })
        #expect(probe.scores.weight.abs().max().scalar > 0)
    }

    @Test func whatHasNoMeaningWithoutStepsIsRefusedByItsKey() throws {
        func key(_ change: (inout HeadRecipe) -> Void) -> String? {
            var recipe = Self.recipe(.ridge)
            change(&recipe)
            return #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }?.key
        }
        #expect(key { $0.head = "convolutional" } == "head")
        #expect(key { ($0.encoder, $0.trains) = ("dense:4", ["trunk"]) } == "trains")
        #expect(key { $0.augmentation = .standard } == "augmentation")
        #expect(key { $0.encoder = "noise:5000:4" } == "encoder")
        let folder = TemporaryFolder()
        _ = try Self.recipe(.ridge).train(silent(folder.path("head")))
        #expect(key { $0.model = folder.path("head") } == "model")
    }

    @Test func recipesKeepTheFit() throws {
        let folder = TemporaryFolder()
        let recipe = Self.recipe(.logistic, "prior:hidden:2")
        _ = folder.write(try recipe.json(), as: "recipe.json")
        #expect(try HeadRecipe(run: folder.path) == recipe)
    }
}
