import Foundation
import GestaltData
import GestaltFitting
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining
import TestSupport
import Testing

@Suite struct FittingTests {
    /// A fit of a few steps of a small network.
    private func prepared(_ change: (inout Fitting) -> Void = { _ in }) throws -> PreparedFit {
        var fitting = Fitting(DataChoice("synthetic:4", seed: 3), minutes: 1)
        fitting.labels = 6
        fitting.budget.size = FrameSize(height: 32, width: 32)
        change(&fitting)
        var cost = Facts.costs[0]
        cost.width = 4
        var prepared = try fitting.prepared(costs: [cost])
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

    @Test func aFitThatStopsResumesToTheSameBits() throws {
        let folder = TemporaryFolder()
        let report = try prepared().run(options(folder.path("whole")))
        #expect(report.categories.map(\.name) == ["arm", "object"])
        #expect(report.heldOut.basis == .split)
        for stage in ["2 of 3", "3 of 3"] {
            let path = folder.path("stopped " + stage)
            let interruption = Interruption()
            #expect(throws: TrainingError.self) {
                try prepared().run(
                    options(path, interruption) {
                        if $0.hasPrefix(stage) { interruption.request() }
                    })
            }
            #expect(weights(path) == nil)
            #expect(throws: TrainingError.self) { try prepared().run(options(path)) }
            let resumed = try Fitting.resume(path, options(path))
            #expect(resumed.categories == report.categories)
            #expect(weights(path) != nil && weights(path) == weights(folder.path("whole")))
        }
        #expect(try FitDescription(folder: folder.path("whole")).plan.width == 4)
        #expect(
            try ModelCategories.read(from: folder.path("whole")).map(\.name)
                == ["background", "arm", "object"])
    }

    /// Twenty labels and little time: a teacher from random weights, and a student.
    @Test func aFitWithoutPreTraining() throws {
        let folder = TemporaryFolder()
        let fit = try prepared { $0.labels = 20 }
        #expect(fit.description.plan.stages.map(\.name) == ["teacher", "student"])
        let report = try fit.run(options(folder.path("fit")))
        #expect(report.categories.map(\.name) == ["arm", "object"])
        #expect(!FileManager.default.fileExists(atPath: folder.path("fit/encoder")))
    }

    @Test func aLaterFitStartsFromAnEarlierOne() throws {
        let folder = TemporaryFolder()
        try prepared().run(options(folder.path("first")))
        let later = try prepared {
            $0.earlier = folder.path("first")
            $0.labels = 9
        }
        #expect(later.description.plan.stages.map(\.name) == ["teacher", "student"])
        #expect(later.description.plan.width == 4)
        try later.run(options(folder.path("second")))
        #expect(throws: ConfigurationError.self, "three classes are not foreground") {
            try prepared { ($0.earlier, $0.classes) = (folder.path("first"), 1) }
        }
        let model = try OpenedModel(at: folder.path("second")).segmentation()
        #expect(model.classes == 3 && model.input.height == 32)
        #expect(weights(folder.path("second")) != weights(folder.path("first")))
    }

    @Test func aFitStatesItsPlanAndWritesNothingBefore() throws {
        let folder = TemporaryFolder()
        let lines = try prepared().description.lines
        #expect(lines.contains { $0.contains("MiB of memory") } && lines.count > 5, "\(lines)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("fit.json")))
        #expect(throws: TrainingError.self) { try FitDescription(folder: folder.path("none")) }
    }
}
