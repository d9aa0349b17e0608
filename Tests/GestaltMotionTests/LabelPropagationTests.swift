import GestaltMotion
import GestaltTensor
import TestSupport
import Testing

@Suite struct LabelPropagationTests {
    /// Features that tell all cells apart: cell (y, x) has those of the cell `shift` columns before.
    static func cells(_ height: Int, _ width: Int, shift: Int) -> Tensor<Float> {
        var features = Tensor<Float>.zeros([height, width, height * width])
        for y in 0..<height {
            for x in 0..<width {
                let source = (x - shift + width) % width
                features[scalar: y, x, y * width + source] = 2
            }
        }
        return features
    }

    @Test func labelsMoveWithTheirFeatures() {
        let labels: Tensor<Float> = .sample([3, 4, 2], in: 0...1)
        let propagation = LabelPropagation(neighbors: 1, radius: 4)
        let moved = propagation.labels(
            of: Self.cells(3, 4, shift: 1),
            from: [.init(features: Self.cells(3, 4, shift: 0), labels: labels)])
        for y in 0..<3 {
            for x in 0..<4 { #expect(moved[y, x] == labels[y, (x + 3) % 4]) }
        }
    }

    @Test func equalCellsShareTheirLabels() {
        let features = Tensor<Float>.ones([1, 3, 5])
        let labels = Tensor<Float>(shape: [1, 3, 1], scalars: [0, 0.75, 1])
        let reference = LabelPropagation.Reference(features: features, labels: labels)
        func run(_ propagation: LabelPropagation) -> [Float] {
            propagation.labels(of: features, from: [reference]).scalars
        }
        #expect(run(LabelPropagation(neighbors: 1, radius: 2)) == [0, 0, 0])
        #expect(run(LabelPropagation(neighbors: 2, radius: 1)) == [0.375, 0.375, 0.875])
        #expect(run(LabelPropagation(neighbors: 5, radius: 0)) == [0, 0.75, 1])
    }

    @Test func zeroFeaturesAreSimilarToNothing() {
        let labels = Tensor<Float>(shape: [1, 2, 1], scalars: [0, 1])
        let result = LabelPropagation(neighbors: 2, radius: 1).labels(
            of: .zeros([1, 2, 3]), from: [.init(features: .ones([1, 2, 3]), labels: labels)])
        #expect(result.scalars == [0.5, 0.5])
    }

    /// All cells of both references in range, sorted, softmax: the definition.
    @Test func agreesWithTheDefinition() {
        let (height, width) = (5, 6)
        let target: Tensor<Float> = .sample([height, width, 4], seed: 1)
        let references = (2...3).map { seed in
            LabelPropagation.Reference(
                features: .sample([height, width, 4], seed: UInt64(seed)),
                labels: .sample([height, width, 2], seed: UInt64(seed + 10), in: 0...1))
        }
        let propagation = LabelPropagation(neighbors: 4, radius: 2, temperature: 0.2)
        let result = propagation.labels(of: target, from: references)
        func cosine(_ a: [Float], _ b: [Float]) -> Float {
            func dot(_ a: [Float], _ b: [Float]) -> Float {
                zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
            }
            return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
        }
        for y in 0..<height {
            for x in 0..<width {
                var found: [(similarity: Float, labels: [Float])] = []
                for reference in references {
                    for v in max(0, y - 2)...min(height - 1, y + 2) {
                        for u in max(0, x - 2)...min(width - 1, x + 2) {
                            let similarity = cosine(
                                target[y, x].scalars, reference.features[v, u].scalars)
                            found.append((similarity, reference.labels[v, u].scalars))
                        }
                    }
                }
                let best = found.sorted { $0.similarity > $1.similarity }.prefix(4)
                let scores = Tensor<Float>(best.map { $0.similarity / 0.2 })
                let weights = scores.softmax(axis: 0).scalars
                for k in 0..<2 {
                    let expected = zip(best, weights).reduce(Float(0)) {
                        $0 + $1.1 * $1.0.labels[k]
                    }
                    #expect(abs(result[scalar: y, x, k] - expected) < 1e-5)
                }
            }
        }
    }

    @Test func labelsOfAClipMoveBothWays() {
        let features = stacked((0..<5).map { Self.cells(2, 5, shift: $0) })
        let labels: Tensor<Float> = .sample([2, 5, 1], in: 0...1)
        let propagation = LabelPropagation(neighbors: 1, radius: 5)
        for context in [0, 2] {
            let all = propagation.labels(
                ofClip: features, from: labels, frame: 2, context: context)
            for t in 0..<5 {
                for x in 0..<5 {
                    #expect(all[t, 0..., x] == labels[0..., (x + 2 - t + 5) % 5])
                }
            }
        }
    }
}
