import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo
import Synchronization
import TestSupport
import Testing

/// The targets of unlabeled frames, their weights, and what is said of them.
@Suite struct StudentTargetTests {
    /// A U-Net that gives every pixel the same probability of foreground.
    private static func constant(
        _ probability: Float, _ folder: TemporaryFolder, _ name: String
    ) throws -> String {
        var random = RandomStream(seed: 1)
        var configuration = UNetConfiguration(widths: [4, 8])
        (configuration.input.height, configuration.input.width) = (64, 64)
        var network = UNet(configuration, random: &random)
        network.scores.weight = .zeros(network.scores.weight.shape)
        network.scores.bias = Tensor(
            repeating: log(probability / (1 - probability)), shape: [1])
        try network.write(to: folder.path(name))
        return folder.path(name)
    }

    /// What a run of two steps says, a sentence each, without its memory.
    private static func said(
        _ teachers: String..., change: (inout StudentRecipe) -> Void = { _ in }
    ) throws -> [String] {
        var recipe = StudentRecipe(data: SmallRecipes.data, teachers: teachers, labels: 4, steps: 2)
        (recipe.labeledBatch, recipe.optimization.batchSize) = (2, 5)
        recipe.propagation = .none
        change(&recipe)
        let said = Mutex<[String]>([])
        _ = try recipe.train(
            RunOptions(
                showsProgress: false, interruption: Interruption(),
                notice: { text in said.withLock { $0.append(text) } }))
        return said.withLock { $0.filter { $0.contains("pseudo-label") } }
    }

    @Test func aClassThatTheTeacherNeverFindsIsSaid() throws {
        let folder = TemporaryFolder()
        let path = try Self.constant(0.1, folder, "background")
        let said = try Self.said(path)
        let before = try #require(said.first)
        #expect(
            before
                == "no pseudo-label of class 1 is used: the teacher's probabilities have no pixel "
                + "of it")
        #expect(said.count == 2 && said[1].contains("the targets had no pixel of it"), "\(said)")
    }

    @Test func aThresholdThatSelectsNothingIsSaidOnce() throws {
        let folder = TemporaryFolder()
        let path = try Self.constant(0.6, folder, "unsure")
        let said = try Self.said(path) {
            $0.threshold = ConfidenceThresholds(0, classes: [1: 0.75])
            $0.steps = 3
            $0.optimization.evaluationInterval = 1
        }
        let words = said.filter { $0.contains("class 1") }
        #expect(words.count == 2, "\(said)")
        #expect(
            words[0].contains("pixels in the teacher's probabilities reaches the threshold 0.75"))
        #expect(words[1].contains("student, steps 1 to 1: ") && words[1].contains("0.75"))
        let reached = try Self.said(path) {
            $0.threshold = ConfidenceThresholds(0.75, classes: [1: 0.5])
        }
        #expect(!reached.contains { $0.contains("class 1") }, "\(reached)")
    }

    @Test func severalTeachersAreAveraged() throws {
        let folder = TemporaryFolder()
        let (sure, unsure) = (
            try Self.constant(0.9, folder, "sure"), try Self.constant(0.6, folder, "unsure")
        )
        func reaches(_ threshold: Float, _ teachers: (String, String)) throws -> Bool {
            try !Self.said(teachers.0, teachers.1) {
                $0.threshold = ConfidenceThresholds(threshold)
            }.contains { $0.contains("class 1 is used: none of") }
        }
        // The mean is 0.75.
        #expect(try reaches(0.7, (sure, unsure)) && !reaches(0.8, (sure, unsure)))
        #expect(try reaches(0.7, (unsure, sure)) && reaches(0.8, (sure, sure)))
        #expect(try !reaches(0.7, (unsure, unsure)))
    }

    @Test func teachersThatDoNotAgreeAreRefused() throws {
        let folder = TemporaryFolder()
        let first = try StudentRecipeTests.teacher(folder)
        var random = RandomStream(seed: 1)
        var configuration = UNetConfiguration(widths: [4], classes: 3)
        (configuration.input.height, configuration.input.width) = (64, 64)
        try UNet(configuration, random: &random).write(to: folder.path("three"))
        let recipe = StudentRecipeTests.recipe(first, folder.path("three"), steps: 1)
        let error = #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }
        #expect(error?.key == "teachers" && "\(error as Any)".contains("3 classes"))
    }

    @Test func aModelOfAnotherWidthIsNoStart() throws {
        let folder = TemporaryFolder()
        let teacher = try StudentRecipeTests.teacher(folder)
        var random = RandomStream(seed: 1)
        var configuration = UNetConfiguration(widths: [4, 8])
        (configuration.input.height, configuration.input.width) = (64, 64)
        try UNet(configuration, random: &random).write(to: folder.path("narrow"))
        var recipe = StudentRecipeTests.recipe(teacher, steps: 1)
        recipe.start = folder.path("narrow")
        let error = #expect(throws: ConfigurationError.self) { try recipe.train(silent()) }
        #expect(error?.key == "start" && "\(error as Any)".contains("have other shapes"))
    }

    @Test func theBandLiesWithinItsDistanceOfAnotherClass() {
        var classes = Tensor<UInt8>.zeros([7, 8])
        classes[scalar: 3, 4] = 2
        for band in 0...3 {
            let expected = (0..<56).map { place -> Float in
                let distance = max(abs(place / 8 - 3), abs(place % 8 - 4))
                // The single pixel sees another class at distance 1.
                return band > 0 && distance <= band ? 0 : 1
            }
            #expect(classes.weightsBeyondBoundaries(band: band).scalars == expected, "\(band)")
        }
        #expect(Tensor<UInt8>.ones([3, 3]).weightsBeyondBoundaries(band: 2).min().scalar == 1)
    }

    @Test func aBandOverAllIsSaid() throws {
        let folder = TemporaryFolder()
        // A network of random weights whose scores lie far above and below 0.
        var random = RandomStream(seed: 1)
        var configuration = UNetConfiguration(widths: [4, 8])
        (configuration.input.height, configuration.input.width) = (64, 64)
        var network = UNet(configuration, random: &random)
        network.scores.weight = network.scores.weight * 1000
        let clip = try SmallRecipes.data.open(.train, masks: .ignored).clip(at: 0)
        let frames = clip.frames.cast(to: Float.self) / 255 - 0.5
        let middle = network.logits(frames, .inference).mean().scalar
        network.scores.bias = Tensor(repeating: -middle, shape: [1])
        try network.write(to: folder.path("random"))
        let teacher = folder.path("random")
        let without = try Self.said(teacher)
        #expect(without.isEmpty, "\(without)")
        let said = try Self.said(teacher) { $0.boundaryBand = 64 }
        for label in 0...1 {
            let words = said.filter { $0.contains("class \(label) ") }
            #expect(words.count == 2, "\(said)")
            #expect(words.first?.contains("lie within 64 pixels of a boundary") == true, "\(said)")
            #expect(words.last?.contains("outside the boundary band") == true, "\(said)")
        }
    }

    @Test func aBandChangesWhatIsLearned() throws {
        let folder = TemporaryFolder()
        var recipe = StudentRecipeTests.recipe(try StudentRecipeTests.teacher(folder), steps: 2)
        let without = try recipe.train(silent()).model.state.map(\.value)
        recipe.boundaryBand = 2
        #expect(try recipe.train(silent()).model.state.map(\.value) != without)
    }

    @Test func anAverageHasItsDecayByDefault() throws {
        let folder = TemporaryFolder()
        var recipe = StudentRecipeTests.recipe(try StudentRecipeTests.teacher(folder), steps: 2)
        recipe.optimization.averageDecay = nil
        let usual = try recipe.train(silent()).model.state.map(\.value)
        recipe.optimization.averageDecay = StudentRecipe.usualAverageDecay
        #expect(try recipe.train(silent()).model.state.map(\.value) == usual)
        recipe.averageShare = 0
        recipe.optimization.averageDecay = nil
        #expect(try recipe.train(silent()).model.state.map(\.value) != usual)
    }
}
