import Foundation
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltMetrics
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import Synchronization
import TestSupport
import Testing

/// Recipes on folders of frames and masks as people have them.
@Suite struct LabelRecipeTests {
    /// `train/`, `val/` and `test/` with one clip of frames of 16 × 16, their masks as `mask` says.
    private func write(
        _ root: String, frames: Int = 2, _ mask: (_ row: Int, _ column: Int) -> UInt8,
        labeled: (Int) -> Bool = { _ in true }
    ) throws {
        for split in ["train", "val", "test"] {
            for folder in ["c0", "masks/c0"] {
                try FileManager.default.createDirectory(
                    atPath: "\(root)/\(split)/\(folder)", withIntermediateDirectories: true)
            }
            for frame in 0..<frames {
                let ids = (0..<256).map { mask($0 / 16, $0 % 16) }
                let pixels = ids.flatMap { id in (0..<3).map { UInt8($0 * 40) &+ id &* 60 } }
                try PNG.write(
                    Tensor(shape: [16, 16, 3], scalars: pixels),
                    to: "\(root)/\(split)/c0/\(frame).png")
                guard labeled(frame) else { continue }
                try PNG.write(
                    Tensor(shape: [16, 16], scalars: ids),
                    to: "\(root)/\(split)/masks/c0/\(frame).png")
            }
        }
    }

    private func recipe(_ root: String, classes: Int, labels: Int? = nil) -> UNetRecipe {
        var recipe = UNetRecipe(
            data: DataChoice(root), network: UNetConfiguration(widths: [4], classes: classes),
            labels: labels, steps: 2)
        recipe.optimization.batchSize = 2
        return recipe
    }

    /// What a training says beside its numbers.
    private func said(by recipe: UNetRecipe) throws -> [String] {
        let said = Mutex<[String]>([])
        _ = try recipe.train(
            RunOptions(
                showsProgress: false, interruption: Interruption(),
                notice: { text in said.withLock { $0.append(text) } }))
        return said.withLock { $0 }
    }

    /// Ids 0, 1, 2 in stripes with a rim of 255 between them, as in VOC.
    private static func void(_ row: Int, _ column: Int) -> UInt8 {
        column % 5 == 4 ? 255 : UInt8(column / 5 % 3)
    }

    @Test func anIgnoredRimIsNoClass() throws {
        let folder = TemporaryFolder()
        try write(folder.path, Self.void)
        let notices = try said(by: recipe(folder.path, classes: 3))
        #expect(notices.contains { $0.contains("train: label 255 is ignored: 19 %") }, "\(notices)")
        #expect(notices.allSatisfy { !$0.contains("never") }, "\(notices)")
        let set = try recipe(folder.path, classes: 3).data.open(.test, masks: .required, classes: 3)
        #expect(set.labelSummary.ids == [0, 1, 2])
        #expect(set.labelSummary.ignoredPixels == 2 * 16 * 3)
        let report = try SegmentationReport(on: set, classCount: 3) { frames in
            stacked(frames.compactMap { set.clips[$0.clip].masks?[$0.frame] }, axis: 0)
        }
        #expect(report.perImage.iou == 1 && report.classes.allSatisfy { $0.micro.iou == 1 })
    }

    @Test func idsBeyondTheClassesStopTheTraining() throws {
        let folder = TemporaryFolder()
        try write(folder.path, Self.void)
        let error = #expect(throws: ClipError.self) {
            try said(by: recipe(folder.path, classes: 2))
        }
        let text = error?.description ?? ""
        #expect(text.contains("train/masks/c0/0.png: label 2, expected ids from 0 to 1"), "\(text)")
        var objects = recipe(folder.path, classes: 2)
        objects.data.labelMeaning = .instances
        #expect(throws: Never.self) { try said(by: objects) }
        var strict = recipe(folder.path, classes: 3)
        strict.data.ignore = IgnoreRule.none
        #expect(throws: ClipError.self) { try said(by: strict) }
    }

    @Test func fewLabelsAreEnough() throws {
        let folder = TemporaryFolder()
        try write(folder.path, frames: 9, Self.void, labeled: { $0 % 4 == 1 })
        let notices = try said(by: recipe(folder.path, classes: 3, labels: 2))
        #expect(notices.contains { $0.contains("train: 2 of 9 frames labeled") }, "\(notices)")
        let error = #expect(throws: (any Error).self) {
            try said(by: recipe(folder.path, classes: 3, labels: 3))
        }
        #expect("\(error as Any)".contains("1 to 2, the labeled frames"), "\(error as Any)")
    }

    @Test func missingForegroundIsSaid() throws {
        let folder = TemporaryFolder()
        try write(folder.path) { _, _ in 0 }
        let notices = try said(by: recipe(folder.path, classes: 1))
        #expect(notices.contains { $0.contains("train: no foreground in 2 labeled") }, "\(notices)")
        let classes = TemporaryFolder()
        try write(classes.path) { _, column in column < 8 ? 0 : 2 }
        let others = try said(by: recipe(classes.path, classes: 4))
        #expect(others.contains { $0.contains("classes 1, 3 never occur") }, "\(others)")
    }

    @Test func missingBackgroundIsSaid() throws {
        let folder = TemporaryFolder()
        try write(folder.path) { _, _ in 1 }
        let notices = try said(by: recipe(folder.path, classes: 2))
        #expect(notices.contains { $0.contains("train: no background in 2 labeled") }, "\(notices)")
    }

    /// An error in place of a training on nothing.
    @Test(arguments: [nil, 1]) func ignoredFramesAreNoLabels(labels: Int?) throws {
        let folder = TemporaryFolder()
        try write(folder.path) { _, _ in 255 }
        var recipe = recipe(folder.path, classes: 3, labels: labels)
        recipe.data.ignore = .label(255)
        let error = #expect(throws: (any Error).self) { try said(by: recipe) }
        #expect("\(error as Any)".contains("a pixel that is not ignored"), "\(error as Any)")
    }

    @Test func choicesAreKeptInRecipes() throws {
        var recipe = self.recipe("somewhere", classes: 3)
        recipe.data.ignore = .label(7)
        recipe.data.labelMeaning = .instances
        let json = String(decoding: try recipe.json(), as: UTF8.self)
        #expect(json.contains("\"ignore\" : \"7\"") && json.contains("\"instances\""), "\(json)")
    }
}
