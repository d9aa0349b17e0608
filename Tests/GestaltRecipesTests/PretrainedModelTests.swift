import Foundation
import GestaltData
import GestaltMedia
import GestaltMetrics
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltRobotPush
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

/// The models in the repository: found by name, small, and as good as their cards say.
@Suite struct PretrainedModelTests {
    static let names = PretrainedModels.names

    @Test("the set has a model for each purpose of the commands")
    func purposes() throws {
        let set = PretrainedModels.usualSet
        for use: ModelUse in [.segmentation, .prediction, .tokenizer, .forecast, "dense", "prior"] {
            let name = try PretrainedModels.fullName(of: set, for: use)
            #expect(Self.names.contains(name), "\(use)")
            #expect(try OpenedModel(at: set, for: use).path == name)
        }
        #expect(try OpenedModel(at: set, for: .segmentation).segmentation().classes == 1)
        #expect(try OpenedModel(at: set + "/parts").segmentation().classes == 3)
        #expect(try OpenedModel(at: set, for: .prediction).predictor().prior.parameterCount > 0)
        #expect(try OpenedModel(at: set, for: .forecast).forecaster().parameterCount > 0)
    }

    @Test("a name that is no model, or not one model, is an error that lists the names")
    func unknownNames() throws {
        for name in ["robot-push-smal", PretrainedModels.usualSet + "/background"] {
            let error = #expect(throws: PretrainedModelError.self) { try OpenedModel(at: name) }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.hasPrefix(name + ": no such file or folder"), "\(text)")
            #expect(Self.names.allSatisfy(text.contains), "\(text)")
        }
        for use: ModelUse? in [nil, "flow"] {
            #expect(
                throws: PretrainedModelError.unclear(
                    set: PretrainedModels.usualSet, use: use, models: Self.names)
            ) { try OpenedModel(at: PretrainedModels.usualSet, for: use) }
        }
    }

    @Test("a path that exists, or looks like one, is never a name")
    func paths() throws {
        let folder = TemporaryFolder()
        #expect(!PretrainedModels.isName(folder.path))
        #expect(!PretrainedModels.isName(folder.path("robot-push-small")))
        #expect(!PretrainedModels.isName("nothing.ckpt"))
        #expect(PretrainedModels.isName(PretrainedModels.usualSet))
    }

    @Test("all models together take at most 20 MiB")
    func sizes() throws {
        var bytes = 0
        for name in Self.names {
            let path = try PretrainedModels.path(of: name)
            for file in try FileManager.default.contentsOfDirectory(atPath: path) {
                let attributes = try FileManager.default.attributesOfItem(
                    atPath: path + "/" + file)
                bytes += (attributes[.size] as? Int) ?? 0
            }
        }
        #expect(bytes > 0 && bytes <= 20 << 20, "\(bytes)")
    }

    @Test("each card describes the model beside it", arguments: names)
    func cards(name: String) throws {
        let folder = try PretrainedModels.path(of: name)
        let card = try ModelCard(folder: folder)
        let model = try OpenedModel(at: name).model
        #expect(card.name == name && card.parameterCount == model.parameterCount)
        let readme = FileManager.default.contents(atPath: ModelFolder(folder).cardPath)
        #expect(readme == Data(card.markdown.utf8))
        #expect(!card.trainings.isEmpty && !card.markdown.contains("/work"))
        #expect(card.trainings.allSatisfy { $0.steps > 0 && $0.command?.contains("/") == false })
        #expect(card.scores.contains { $0.data == "sample" && !$0.metrics.isEmpty })
    }

    @Test("on the sample the weights score what their cards say", arguments: names)
    func sampleScores(name: String) throws {
        let tables = try ModelCard(folder: PretrainedModels.path(of: name)).scores
        try check(name, tables.filter { $0.data == "sample" }) { DataChoice($0.data) }
    }

    @Test(
        "on the test clips the weights score what their cards say", .tags(.peer, .slow),
        .enabled(if: OutsideFiles.data.isThere, "\(OutsideFiles.data.message)"),
        arguments: names)
    func scores(name: String) throws {
        let tables = try ModelCard(folder: PretrainedModels.path(of: name)).scores
            .filter { $0.data != "sample" && !$0.data.hasPrefix("synthetic") }
        #expect(!tables.isEmpty, "\(name)")
        try check(name, tables) { table in
            DataChoice(try #require(OutsideFiles.data.file(table.data)?.path))
        }
    }

    /// Evaluates a model as its card did, and compares every score.
    private func check(
        _ name: String, _ tables: [ModelCard.Scores],
        data: (ModelCard.Scores) throws -> DataChoice
    ) throws {
        let evaluations = try ModelEvaluation.all(of: OpenedModel(at: name))
        #expect(tables.count == evaluations.count)
        for (table, evaluation) in zip(tables, evaluations) {
            let split = try #require(Split.allCases.first { $0.folder == table.split })
            let scores = try evaluation.scores(on: evaluation.open(data(table), split))
            let found = Dictionary(
                uniqueKeysWithValues: scores.metrics.map { ($0.name, $0.value) })
            #expect(scores.basis == table.basis)
            #expect(found.count >= table.metrics.count)
            for metric in table.metrics {
                let value = try #require(found[metric.name])
                #expect(
                    abs(value - metric.value) <= ModelCard.Scores.tolerance(of: metric),
                    "\(name), \(table.data), \(metric.name): \(value), the card says \(metric.value)"
                )
            }
        }
    }

    @Test("the demonstration begins with a mask and futures", .tags(.slow))
    func demonstration() throws {
        let folder = TemporaryFolder()
        var lines: [String] = []
        try PretrainedDemonstration(DataSet.sample(.test))
            .write(to: folder.path) { lines.append($0) }
        #expect(folder.names == ["foreground.png", "future.gif", "picture.png"])
        #expect(lines.count == 2 && lines[1].contains("robot-push-small/predictor"))
        #expect(try Image.read(folder.path("picture.png")).shape.dimensions == [64, 64, 3])
        #expect(folder.bytes(of: "future.gif").starts(with: Array("GIF89a".utf8)))
    }

    @Test("a frame of the sample is segmented far better than by the mean mask")
    func oneFrame() throws {
        let network = try OpenedModel(at: PretrainedModels.usualSet, for: .segmentation)
            .segmentation()
        let test = try DataSet.sample(.test)
        let mean = try MeanMask(of: DataSet.sample(.train)).report(on: test)
        let report = try SegmentationReport(of: network, on: test, measuresBoundaries: false)
        #expect(report.perImage.iou > mean.perImage.iou + 0.3, "\(report.perImage.iou)")
    }
}
