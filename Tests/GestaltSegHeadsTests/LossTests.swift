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
            let label = classes == 1 ? min(Int(label), 1) : Int(label)
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

    @Test(
        arguments: [
            (1, nil), (1, 2), (1, 0), (1, 255), (3, nil), (3, 2), (3, 255), (2, 1), (5, 0), (5, 4),
            (255, 254),
        ] as [(Int, UInt8?)])
    func matchesItsFormula(classes: Int, ignored: UInt8?) {
        var random = RandomStream(seed: 11)
        let logits: Tensor<Float> = random.normal([2, 5, 4, classes], standardDeviation: 2)
        // With one class any label above 0 is foreground.
        let labels = Tensor<UInt8>(
            shape: [2, 5, 4],
            scalars: (0..<40).map { place in
                let label = UInt8(random.integer(in: 0..<(classes == 1 ? 5 : classes)))
                return place % 3 == 0 ? ignored ?? label : label
            })
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

    struct Ignoring: Sendable, CustomTestStringConvertible {
        let classes: Int
        let label: UInt8
        /// Every so many pixels are ignored.
        let every: Int

        var testDescription: String { "\(classes) classes, \(label) every \(every) pixels" }
    }

    static let ignorings = [1, 2, 3, 7].flatMap { classes in
        [(UInt8(255), 2), (255, 5), (255, 59), (254, 3)].map {
            Ignoring(classes: classes, label: $0.0, every: $0.1)
        }
    }

    /// Scores and labels of 2 × 6 × 5 pixels, some of them ignored.
    private func sample(_ void: Ignoring) -> (logits: Tensor<Float>, labels: Tensor<UInt8>) {
        var random = RandomStream(seed: UInt64(void.every))
        let logits: Tensor<Float> = random.normal([2, 6, 5, void.classes], standardDeviation: 3)
        let labels = (0..<60).map { place in
            let label = UInt8(random.integer(in: 0..<max(2, void.classes)))
            return place % void.every == 1 ? void.label : label
        }
        return (logits, Tensor(shape: [2, 6, 5], scalars: labels))
    }

    /// Mean and overlap over the batch know no places: the pixels left can stand in one row.
    @Test(arguments: ignorings) func theLossIsThatOfThePixelsLeft(_ void: Ignoring) {
        let (logits, labels) = sample(void)
        let left = labels.scalars.indices.filter { labels.scalars[$0] != void.label }
        let rows = logits.reshaped([60, void.classes]).gathered(
            Tensor(left.map(Int32.init)), axis: 0)
        let kept = Tensor<UInt8>(
            shape: [1, 1, left.count], scalars: left.map { labels.scalars[$0] })
        let alone = segmentationLoss(
            rows.reshaped([1, 1, left.count, void.classes]), kept, ignoring: nil
        ).scalar
        let loss = segmentationLoss(logits, labels, ignoring: void.label).scalar
        // Sums of 60 terms in another order.
        #expect(abs(loss - alone) <= 60 * Float.ulpOfOne * max(1, alone))
    }

    @Test(arguments: ignorings) func ignoredScoresHaveNoGradient(_ void: Ignoring) {
        let (logits, labels) = sample(void)
        let gradient = gradients(at: [logits]) {
            segmentationLoss($0[0], labels, ignoring: void.label)
        }[0].reshaped([60, void.classes])
        for (place, label) in labels.scalars.enumerated() {
            let row = gradient[place].scalars
            #expect(row.allSatisfy { $0 == 0 } == (label == void.label), "pixel \(place): \(row)")
        }
    }

    @Test(arguments: [1, 2, 3, 255]) func nothingCountedIsNoLoss(classes: Int) {
        var random = RandomStream(seed: 3)
        let logits: Tensor<Float> = random.normal([1, 2, 3, classes], standardDeviation: 9)
        let labels = Tensor<UInt8>(repeating: 255, shape: [1, 2, 3])
        #expect(segmentationLoss(logits, labels).scalar == 0)
        let gradient = gradients(at: [logits]) { segmentationLoss($0[0], labels) }[0]
        #expect(gradient.scalars.allSatisfy { $0 == 0 })
    }

    @Test func aLabelAboveTheClassesStops() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let labels = Tensor<UInt8>(repeating: 3, shape: [1, 1, 1])
            _ = segmentationLoss(.zeros([1, 1, 1, 3]), labels)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("label 3 with scores of 3 classes"))
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity], [1, 3])
    func scoresThatAreNotFiniteAreNoLabels(value: Float, classes: Int) {
        var scalars = [Float](repeating: 0.25, count: 3 * 4 * classes)
        scalars[7 * classes] = value
        let probabilities = Tensor<Float>(shape: [3, 2, 2, classes], scalars: scalars)
        let error = #expect(throws: NonFiniteScores.self) { try labels(ofFinite: probabilities) }
        #expect(error?.description == "picture 1: the model's scores are not finite")
        scalars[7 * classes] = 0
        let finite = Tensor<Float>(shape: [3, 2, 2, classes], scalars: scalars)
        #expect(throws: Never.self) { try labels(ofFinite: finite) }
    }
}
