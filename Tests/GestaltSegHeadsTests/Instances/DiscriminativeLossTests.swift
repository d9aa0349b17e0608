import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

@Suite struct DiscriminativeLossTests {
    private static func embeddings(_ seed: UInt64) -> Tensor<Double> {
        var random = RandomStream(seed: seed)
        return random.normal([2, 12, 3], standardDeviation: 0.8)
    }

    /// Equations 1 to 4, pixel by pixel.
    private static func naive(_ embeddings: Tensor<Double>, _ targets: InstanceTargets) -> Double {
        func length(_ v: [Double]) -> Double {
            v.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        func difference(_ a: [Double], _ b: [Double]) -> Double {
            length(zip(a, b).map { $0 - $1 })
        }
        var total = 0.0
        for (picture, classes) in targets.classes.enumerated() where !classes.isEmpty {
            let members = classes.indices.map { instance in
                (0..<12).filter { targets.membership[scalar: picture, instance, $0] > 0 }
                    .map { embeddings[picture, $0].scalars }
            }
            let means = members.map { pixels in
                (0..<3).map { k in pixels.reduce(0) { $0 + $1[k] } / Double(pixels.count) }
            }
            let count = Double(classes.count)
            for (mean, pixels) in zip(means, members) {
                for pixel in pixels {
                    let excess = max(0, difference(mean, pixel) - 0.5)
                    total += excess * excess / Double(pixels.count) / count
                }
                total += 0.001 * length(mean) / count
            }
            for a in means.indices {
                for b in means.indices where a != b {
                    let missing = max(0, 3 - difference(means[a], means[b]))
                    total += missing * missing / (count * (count - 1))
                }
            }
        }
        return total / Double(targets.count)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func matchesItsFormula(seed: UInt64) {
        let embeddings = Self.embeddings(seed)
        let loss = discriminativeLoss(embeddings, SetLossTests.targets).scalar
        // The roots have 1e-8 added to their squares.
        #expect(abs(loss - Self.naive(embeddings, SetLossTests.targets)) < 1e-6)
    }

    @Test func gradientsAgreeWithDifferences() {
        let embeddings = Self.embeddings(5)
        let found = gradients(at: [embeddings]) { discriminativeLoss($0[0], SetLossTests.targets) }
        let problems = centralDifferences(
            of: {
                let loss = discriminativeLoss($0[0], SetLossTests.targets).scalar
                return (loss, abs(loss))
            }, at: [embeddings], comparing: found)
        #expect(problems.isEmpty, "\(problems)")
        // Background and ignored pixels belong to no instance.
        #expect(found[0][0, 0].scalars == [0, 0, 0] && found[0][0, 7].scalars == [0, 0, 0])
    }

    @Test func tightAndDistantInstancesHaveNoLossButTheBound() {
        let scenes = InstanceScenes(count: 2, side: 10)
        let ids = scenes.masks.cast(to: Double.self).reshaped([2, 100, 1])
        let loss = discriminativeLoss(ids * 3, scenes.targets).scalar
        #expect(loss > 0 && loss < 0.001 * 12)
    }

    @Test func picturesWithoutInstancesHaveNoLoss() {
        let empty = InstanceTargets(.zeros([2, 3, 4]), categories: [[:], [:]])
        #expect(discriminativeLoss(Self.embeddings(1), empty).scalar == 0)
    }
}
