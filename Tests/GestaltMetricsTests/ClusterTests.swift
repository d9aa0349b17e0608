import GestaltMetrics
import GestaltTensor
import TestSupport
import Testing

@Suite struct AdjustedRandIndexTests {
    private struct Fixture: Decodable {
        struct Case: Decodable {
            let name: String
            let predicted: String
            let truth: String
            let ari: Double
            let foreground: Double?
            let perFrame: [Double]
            let perFrameForeground: [Double?]

            private enum CodingKeys: String, CodingKey {
                case name, predicted, truth
                case ari = "ARI"
                case foreground = "FG-ARI"
                case perFrame = "perFrameARI"
                case perFrameForeground = "perFrameFG-ARI"
            }
        }
        let cases: [Case]
    }

    private func agrees(_ a: Double?, _ b: Double?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return MetricFixture.agrees(a, b)
    }

    /// Against scikit-learn.
    @Test(.tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message))
    func valuesOfClipsAndFrames() throws {
        let fixture = try MetricFixture.json("clusters/expected.json", as: Fixture.self)
        #expect(fixture.cases.count == 10)
        for expected in fixture.cases {
            func labels(_ file: String) throws -> Tensor<Int32> {
                try MetricFixture.array(String(file.dropFirst("metrics/".count)), as: Int32.self)
            }
            let (prediction, truth) = (
                try labels(expected.predicted), try labels(expected.truth)
            )
            var (all, foreground) = (AdjustedRandIndex(), AdjustedRandIndex.foreground)
            all.add(prediction: prediction, truth: truth)
            foreground.add(prediction: prediction, truth: truth)
            for frame in 0..<truth.shape[0] {
                all.add(prediction: prediction[frame], truth: truth[frame])
                foreground.add(prediction: prediction[frame], truth: truth[frame])
            }
            let values = [expected.ari] + expected.perFrame
            #expect(all.values.elementsEqual(values, by: agrees), "\(expected.name)")
            let inner = [expected.foreground] + expected.perFrameForeground
            #expect(foreground.values.elementsEqual(inner, by: agrees), "\(expected.name)")
        }
    }

    /// Pairs of pixels together: 1 in both, 2 in the truth, 1 in the prediction, 6 in all, so
    /// (1 − 2 · 1 / 6) / ((2 + 1) / 2 − 2 · 1 / 6).
    @Test func aDividedClusterHasAKnownValue() {
        var index = AdjustedRandIndex()
        index.add(prediction: Tensor<UInt8>([0, 0, 1, 2]), truth: Tensor<UInt8>([0, 0, 1, 1]))
        #expect(abs(index.mean - 4.0 / 7) < 1e-12)
        // Names do not matter; of crossing clusters every pair disagrees.
        index = AdjustedRandIndex()
        index.add(prediction: Tensor<UInt8>([9, 9, 3, 3]), truth: Tensor<UInt8>([0, 0, 1, 1]))
        index.add(prediction: Tensor<UInt8>([0, 1, 0, 1]), truth: Tensor<UInt8>([0, 0, 1, 1]))
        #expect(index.values[0] == 1 && abs((index.values[1] ?? 0) + 0.5) < 1e-12)
    }

    @Test func samplesWithoutAForegroundHaveNoPartInTheMean() {
        let truth = Tensor<UInt8>([0, 1, 1, 2])
        var index = AdjustedRandIndex.foreground
        index.add(prediction: truth, truth: truth)
        var empty = AdjustedRandIndex.foreground
        empty.add(prediction: truth, truth: .zeros([4]))
        index.merge(empty)
        #expect(index.values == [1, nil] && index.mean == 1)
        #expect(index.interval(clips: [0, 1], Bootstrap(resamples: 20)).estimate == 1)
    }
}

/// Against the f_measure of `davis2017-evaluation`.
@Suite(.tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message))
struct BoundaryFixtureTests {
    private struct Fixture: Decodable {
        struct Scores: Decodable {
            let f: Double
            let precision: Double
            let recall: Double

            private enum CodingKeys: String, CodingKey {
                case precision, recall
                case f = "F"
            }
        }
        struct Case: Decodable {
            let index: Int
            let name: String
            let radius1: Scores
            let radius2: Scores
            let radius3: Scores
            let radius5: Scores
        }
        let cases: [Case]
    }

    @Test func outlinesMatchWithinARadius() throws {
        let fixture = try MetricFixture.json("boundary/expected.json", as: Fixture.self)
        let predicted = try MetricFixture.array("boundary/predicted.npy", as: UInt8.self)
        let truth = try MetricFixture.array("boundary/true.npy", as: UInt8.self)
        #expect(fixture.cases.count == 15)
        for expected in fixture.cases {
            let scores = [
                1: expected.radius1, 2: expected.radius2, 3: expected.radius3, 5: expected.radius5,
            ]
            for (radius, values) in scores {
                // 30 × 41 pixels have a diagonal of 50.8.
                var found = BoundaryScores(tolerance: (Double(radius) - 0.5) / 50.8)
                found.add(prediction: predicted[expected.index], truth: truth[expected.index])
                #expect(
                    MetricFixture.agrees(found.f, values.f)
                        && MetricFixture.agrees(found.precision, values.precision)
                        && MetricFixture.agrees(found.recall, values.recall),
                    "\(expected.name) at \(radius)")
            }
        }
    }
}
