import GestaltModels
import GestaltMotion
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// The propagation of labels to the other frames of their clip.
@Suite struct LabelSpreadTests {
    /// Features of four frames that tell all cells apart and move one column a frame.
    private static func moving(rows: Int, columns: Int) -> Tensor<Float> {
        var features = Tensor<Float>.zeros([4, rows, columns, rows * columns])
        for t in 0..<4 {
            for y in 0..<rows {
                for x in 0..<columns {
                    features[scalar: t, y, x, y * columns + (x - t + columns) % columns] = 1
                }
            }
        }
        return features
    }

    @Test func labelsMoveWithTheFeatures() {
        let features = Self.moving(rows: 3, columns: 6)
        var probabilities = Tensor<Float>.zeros([4, 3, 6, 2])
        probabilities[1] = .sample([3, 6, 2], in: 0...1)
        let spread = AffinityPropagation(LabelPropagation(neighbors: 1, radius: 6)).propagated(
            probabilities, features: Latent.Stage(features, stride: 1), from: [1])
        for t in 0..<4 {
            for x in 0..<6 {
                #expect(
                    spread[t, 0..., x] == probabilities[1, 0..., (x - t + 1 + 6) % 6], "\(t), \(x)")
            }
        }
    }

    /// Two labeled frames count alike.
    @Test func labeledFramesAreAveraged() {
        let stage = Latent.Stage(.ones([3, 2, 2, 1]), stride: 2)
        var probabilities = Tensor<Float>.zeros([3, 3, 4, 1])
        probabilities[0] = .ones([3, 4, 1])
        let spread = AffinityPropagation().propagated(
            probabilities, features: stage, from: [0, 2])
        #expect(spread == Tensor(repeating: 0.5, shape: [3, 3, 4, 1]))
    }

    /// Cells of several pixels and of several cells of the features, cut off by the edge.
    @Test(arguments: [1, 2, 5]) func coarseGridsKeepDistributions(stride: Int) {
        let (height, width) = (131, 70)
        let shape: Shape = [2, (height + stride) / stride, (width + stride) / stride, 3]
        var probabilities = Tensor<Float>.zeros([2, height, width, 2])
        let foreground: Tensor<Float> = .sample([height, width, 1], in: 0...1)
        probabilities[0] = concatenated([foreground, 1 - foreground], axis: -1)
        let spread = AffinityPropagation(LabelPropagation(radius: 2)).propagated(
            probabilities, features: Latent.Stage(.sample(shape, in: -1...1), stride: stride),
            from: [0])
        #expect(spread.shape == probabilities.shape)
        #expect((spread.sum(axes: [-1]) - 1).abs().max().scalar < 1e-5)
        #expect(spread.min().scalar >= 0)
    }

    @Test func everyKindOfModelSpreadsByItsFeatures() throws {
        let folder = TemporaryFolder()
        var recipe = StudentRecipeTests.recipe(try StudentRecipeTests.teacher(folder), steps: 1)
        func trained(_ spread: LabelSpread) throws -> [Tensor<Float>] {
            recipe.propagation = spread
            return try recipe.train(silent()).model.state.map(\.value)
        }
        let (none, color, affinity) = (
            try trained(.none), try trained(.color), try trained(.affinity)
        )
        #expect(none != color && color != affinity && none != affinity)

        var random = RandomStream(seed: 4)
        let tokenizer = VQVAE(SmallRecipes.tokenizer(steps: 1).configuration, random: &random)
        _ = try SmallRecipes.head(steps: 1).train(on: tokenizer, silent(folder.path("head")))
        recipe.teachers = [folder.path("head")]
        let byTokenizer = try trained(.affinity)
        #expect(try trained(.color) != byTokenizer)
    }
}
