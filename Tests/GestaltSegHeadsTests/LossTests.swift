import GestaltNN
import GestaltSegHeads
import GestaltTensor
import Testing

@Suite struct LossTests {
    /// The loss by its formula, pixel by pixel, in Double.
    static func naive(_ logits: Tensor<Float>, _ labels: Tensor<UInt8>, ignored: UInt8?) -> Double {
        let classes = logits.shape[3]
        let scores = logits.scalars.map(Double.init)
        var entropy = 0.0
        var counted = 0.0
        var common = [Double](repeating: 0, count: max(2, classes))
        var either = common
        for (pixel, label) in labels.scalars.enumerated() where label != ignored {
            counted += 1
            let row =
                classes == 1
                ? [0, scores[pixel]] : Array(scores[pixel * classes..<(pixel + 1) * classes])
            let label = min(Int(label), row.count - 1)
            let weights = row.map { Tensor<Double>($0).exp().scalar }
            let total = weights.reduce(0, +)
            entropy -= Tensor<Double>(weights[label] / total).log().scalar
            for (k, weight) in weights.enumerated() {
                common[k] += k == label ? weight / total : 0
                either[k] += weight / total + (k == label ? 1 : 0)
            }
        }
        let share = classes == 1 ? 1.0 : 0.5
        var dice = 0.0
        for k in 1..<max(2, classes) { dice += 1 - (2 * common[k] + 1) / (either[k] + 1) }
        return entropy / counted + share * dice
    }

    @Test(arguments: [(1, nil), (1, 2), (3, nil), (3, 2), (2, 1)] as [(Int, UInt8?)])
    func matchesItsFormula(classes: Int, ignored: UInt8?) {
        var random = RandomStream(seed: 11)
        let logits: Tensor<Float> = random.normal([2, 5, 4, classes], standardDeviation: 2)
        // Labels above the last class among them.
        let labels = Tensor<UInt8>(
            shape: [2, 5, 4], scalars: (0..<40).map { _ in UInt8(random.integer(in: 0..<5)) })
        let loss = segmentationLoss(logits, labels, ignoring: ignored).scalar
        let expected = Self.naive(logits, labels, ignored: ignored)
        // Sums of 40 terms of size about 1 in Float, with exponentials of a few ulp.
        #expect(abs(Double(loss) - expected) < 40 * 4 * Double(Float.ulpOfOne))
    }

    @Test func certainAndRightIsNoLoss() {
        let labels = Tensor<UInt8>(shape: [1, 2, 2], scalars: [0, 1, 2, 1])
        let binary = Tensor<Float>(shape: [1, 2, 2, 1], scalars: [-50, 50, 50, 50])
        #expect(segmentationLoss(binary, labels).scalar < 1e-6)
        let classes =
            (labels.cast(to: Int32.self).oneHot(depth: 3).cast(to: Float.self) - 0.5) * 100
        #expect(segmentationLoss(classes, labels).scalar < 1e-6)
    }
}
