import GestaltNN
import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

/// The segmentation loss of probabilities, and of weighted pixels.
@Suite struct SoftLossTests {
    /// The loss by its formula, pixel by pixel, in Double.
    ///
    /// - Parameter targets: `[N, H, W, K]`, of the foreground for K = 1.
    static func naive(
        _ logits: [Double], _ targets: [Double], _ weights: [Double], classes: Int
    ) -> Double {
        let width = max(2, classes)
        var entropy = 0.0
        var common = [Double](repeating: 0, count: width)
        var either = common
        for (pixel, weight) in weights.enumerated() {
            let range = pixel * classes..<(pixel + 1) * classes
            let row = classes == 1 ? [0, logits[pixel]] : Array(logits[range])
            let target =
                classes == 1 ? [1 - targets[pixel], targets[pixel]] : Array(targets[range])
            let log = Tensor<Double>(row).logSoftmax().scalars
            for k in 0..<width {
                let p = Tensor<Double>(log[k]).exp().scalar
                entropy -= weight * target[k] * log[k]
                common[k] += weight * p * target[k]
                either[k] += weight * (p + target[k])
            }
        }
        let total = weights.reduce(0, +)
        let share = classes == 1 ? 1.0 : 0.5
        var dice = 0.0
        for k in 1..<width { dice += 1 - (2 * common[k] + 1) / (either[k] + 1) }
        return (total > 0 ? entropy / total : 0) + share * dice
    }

    struct Sample {
        let logits: Tensor<Float>
        let targets: Tensor<Float>
        let weights: Tensor<Float>
        let classes: Int

        /// 40 pixels, a quarter of them of weight 0.
        init(classes: Int) {
            var random = RandomStream(seed: 21)
            self.classes = classes
            logits = random.normal([2, 5, 4, classes], standardDeviation: 2)
            let scores: Tensor<Float> = random.normal(logits.shape, standardDeviation: 2)
            targets = classes == 1 ? scores.sigmoid() : scores.softmax()
            let drawn: Tensor<Float> = random.uniform([2, 5, 4], in: 0..<2)
            weights = Tensor(
                shape: [2, 5, 4],
                scalars: drawn.scalars.enumerated().map { $0 % 4 == 0 ? 0 : $1 })
        }

        func naive(_ logits: [Double]? = nil, weighted: Bool) -> Double {
            SoftLossTests.naive(
                logits ?? self.logits.scalars.map(Double.init), targets.scalars.map(Double.init),
                weighted ? weights.scalars.map(Double.init) : [Double](repeating: 1, count: 40),
                classes: classes)
        }
    }

    /// Sums of 40 terms of size about 1 in Float, with exponentials of a few ulp.
    static let tolerance = 40 * 4 * Double(Float.ulpOfOne)

    @Test(arguments: [1, 2, 3, 7], [false, true])
    func matchesItsFormula(classes: Int, weighted: Bool) {
        let sample = Sample(classes: classes)
        let loss = segmentationLoss(
            sample.logits, probabilities: sample.targets, weights: weighted ? sample.weights : nil)
        #expect(abs(Double(loss.scalar) - sample.naive(weighted: weighted)) < Self.tolerance)
    }

    @Test(arguments: [1, 3], [false, true])
    func gradientsFollowDifferences(classes: Int, weighted: Bool) {
        let sample = Sample(classes: classes)
        let gradient = gradients(at: [sample.logits]) {
            segmentationLoss(
                $0[0], probabilities: sample.targets, weights: weighted ? sample.weights : nil)
        }[0]
        var point = sample.logits.scalars.map(Double.init)
        for (place, found) in gradient.scalars.enumerated() {
            let (center, step) = (point[place], differenceStep(at: point[place]))
            point[place] = center + step
            let above = sample.naive(point, weighted: weighted)
            point[place] = center - step
            let below = sample.naive(point, weighted: weighted)
            point[place] = center
            #expect(abs(Double(found) - (above - below) / (2 * step)) < Self.tolerance)
            let isIgnored = weighted && place / classes % 4 == 0
            #expect(!isIgnored || found == 0, "score \(place)")
        }
    }

    @Test(arguments: [1, 3], [false, true])
    func certainProbabilitiesAreLabels(classes: Int, weighted: Bool) {
        let sample = Sample(classes: classes)
        let weights = weighted ? sample.weights : nil
        let labels = Tensor<UInt8>(
            shape: [2, 5, 4], scalars: (0..<40).map { UInt8($0 % max(2, classes)) })
        let ids = labels.cast(to: Int32.self)
        let certain =
            classes == 1
            ? ids.cast(to: Float.self).expanded(axis: -1)
            : ids.oneHot(depth: classes).cast(to: Float.self)
        let soft = segmentationLoss(sample.logits, probabilities: certain, weights: weights)
        let hard = segmentationLoss(sample.logits, labels, weights: weights)
        #expect(abs(soft.scalar - hard.scalar) < Float(Self.tolerance))
    }

    /// A weight of 0 and an ignored label are the same; together each excludes its own pixels.
    @Test(arguments: [1, 3]) func weightsJoinIgnoredLabels(classes: Int) {
        let sample = Sample(classes: classes)
        let ids = (0..<40).map { UInt8($0 % max(2, classes)) }
        let void = ids.enumerated().map { $0 % 5 == 1 ? UInt8(255) : $1 }
        let counted = Tensor<Float>(
            shape: [2, 5, 4], scalars: (0..<40).map { $0 % 5 == 1 ? 0 : 1 })
        let both = segmentationLoss(
            sample.logits, Tensor(shape: [2, 5, 4], scalars: void), weights: sample.weights)
        let alone = segmentationLoss(
            sample.logits, Tensor(shape: [2, 5, 4], scalars: ids),
            weights: sample.weights * counted)
        #expect(both == alone)
    }

    @Test(arguments: [1, 3]) func noWeightIsNoLoss(classes: Int) {
        let sample = Sample(classes: classes)
        let labels = Tensor<UInt8>(repeating: 1, shape: [2, 5, 4])
        let none = Tensor<Float>.zeros([1])
        let losses: [([Tensor<Float>]) -> Tensor<Float>] = [
            { segmentationLoss($0[0], probabilities: sample.targets, weights: none) },
            { segmentationLoss($0[0], labels, weights: none) },
        ]
        for loss in losses {
            let (value, slopes) = valueAndGradients(at: [sample.logits], loss)
            #expect(value.scalar == 0)
            #expect(slopes[0].scalars.allSatisfy { $0 == 0 })
        }
    }
}
