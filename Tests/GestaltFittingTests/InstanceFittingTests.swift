import Foundation
import GestaltData
import GestaltFitting
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

/// Fits of models that tell objects apart.
@Suite struct InstanceFittingTests {
    /// A fit of a few steps of a small network.
    private func prepared(_ change: (inout Fitting) -> Void = { _ in }) throws -> PreparedFit {
        var fitting = Fitting(DataChoice("synthetic:4", seed: 3), minutes: 1)
        fitting.tellsInstances = true
        fitting.labels = 6
        fitting.budget.size = FrameSize(height: 32, width: 32)
        change(&fitting)
        var cost = Facts.costs[0]
        cost.width = 4
        var prepared = try fitting.prepared(costs: [cost], instanceCosts: [cost])
        for place in prepared.description.plan.stages.indices {
            prepared.description.plan.stages[place].steps = 3
            prepared.description.plan.stages[place].rounds = 1
        }
        return prepared
    }

    private func options(
        _ folder: String, _ interruption: Interruption = Interruption(),
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) -> RunOptions {
        RunOptions(
            folder: folder, showsProgress: false, interruption: interruption, notice: notice)
    }

    private func weights(_ folder: String) -> Data? {
        FileManager.default.contents(atPath: folder + "/model.safetensors")
    }

    @Test(.tags(.slow)) func aFitOfObjectsScoresThemAndResumesToTheSameBits() throws {
        let folder = TemporaryFolder()
        let report = try prepared().run(options(folder.path("whole")))
        let scores = try #require(report.objects)
        #expect(scores.map(\.name) == ["arm", "object"] && report.categories.isEmpty)
        for score in scores {
            #expect(score.objects > 0 && score.ap50 != nil && score.pq != nil, "\(score)")
            #expect((0...1).contains(score.pq?.value ?? -1), "\(score)")
        }
        #expect(report.lines.contains { $0.hasPrefix("arm: AP50 ") && $0.contains("PQ ") })
        let opened = try OpenedModel(at: folder.path("whole"))
        #expect(try opened.instanceModel().classes == 3)
        #expect(throws: ModelMismatch.self) { try opened.segmentation() }
        #expect(
            try ModelCategories.read(from: folder.path("whole")).map(\.name)
                == ["background", "arm", "object"])

        let path = folder.path("stopped")
        let interruption = Interruption()
        #expect(throws: TrainingError.self) {
            try prepared().run(
                options(path, interruption) {
                    if $0.hasPrefix("2 of 2") { interruption.request() }
                })
        }
        #expect(weights(path) == nil)
        let resumed = try Fitting.resume(path, options(path))
        #expect(resumed.objects == report.objects)
        #expect(weights(path) != nil && weights(path) == weights(folder.path("whole")))

        let later = try prepared { $0.earlier = folder.path("whole") }
        #expect(later.description.plan.stages.map(\.name) == ["instances"])
        try later.run(options(folder.path("later")))
        #expect(weights(folder.path("later")) != weights(folder.path("whole")))
    }

    @Test func theLargestNumberOfObjectsIsAFactOfTheLabels() throws {
        var choice = DataChoice("synthetic:2", seed: 3)
        #expect(try FrameFacts(of: choice, labels: 4).mostObjects == nil)
        choice.labelMeaning = .instances
        let facts = try FrameFacts(of: choice, labels: 4)
        #expect(facts.classes == 3 && facts.categories.map(\.name).last == "object")
        #expect((2...20).contains(facts.mostObjects ?? 0), "\(facts.mostObjects ?? 0)")
    }

    /// Writes two clips of frames with masks of these ids.
    private func clips(_ folder: TemporaryFolder, ids: [UInt8]) throws -> DataChoice {
        for film in ["a", "b"] {
            for part in ["", "masks/"] {
                try OutputFolder.make(folder.path("set/train/\(part)\(film)"))
            }
            var mask = Tensor<UInt8>.zeros([16, 16])
            mask.withMutableScalars { pixels in
                for (place, id) in ids.enumerated() { pixels[20 + 40 * place] = id }
            }
            for frame in 0..<3 {
                try PNG.write(
                    Tensor<UInt8>.zeros([16, 16, 3]),
                    to: folder.path("set/train/\(film)/\(frame).png"))
                try PNG.write(mask, to: folder.path("set/train/masks/\(film)/\(frame).png"))
            }
        }
        return DataChoice(folder.path("set"))
    }

    @Test func blackAndWhiteMasksHaveNoObjects() throws {
        let folder = TemporaryFolder()
        var fitting = Fitting(try clips(folder, ids: [255]))
        fitting.tellsInstances = true
        #expect(throws: ClipError.self) {
            try fitting.prepared(costs: Facts.costs, instanceCosts: Facts.costs)
        }
        let numbered = TemporaryFolder()
        var choice = try clips(numbered, ids: [1, 2, 3])
        choice.labelMeaning = .instances
        let facts = try FrameFacts(of: choice)
        #expect(facts.mostObjects == 3 && facts.classes == 2)
        #expect(facts.categories.map(\.name) == ["background", "object"])
        let divided = try FrameFacts(of: choice, classes: 3)
        #expect(divided.mostObjects == 3 && divided.classes == 3)
        #expect(divided.categories.map(\.name) == ["background", "class 1", "class 2"])
    }

    @Test func moreClassesThanCategoriesAreRefused() {
        #expect(throws: ClipError.self) { try prepared { $0.classes = 4 } }
    }

    @Test func aFitOfObjectsHasTwoClassesOrMore() {
        #expect(throws: ConfigurationError.self) { try prepared { $0.classes = 1 } }
    }
}
