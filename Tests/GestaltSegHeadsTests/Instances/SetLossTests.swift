import GestaltNN
import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

@Suite struct SetLossTests {
    /// Two pictures of 12 pixels: two instances and an ignored pixel, then one instance.
    static let targets = InstanceTargets(
        Tensor(
            shape: [2, 3, 4],
            scalars: [
                0, 1, 1, 1, 0, 2, 2, 255, 0, 0, 0, 0, 5, 5, 0, 0, 5, 5, 0, 0, 0, 0, 0, 0,
            ]), categories: [[1: 1, 2: 2], [5: 2]])

    static func predictions(_ seed: UInt64) -> (classes: Tensor<Double>, masks: Tensor<Double>) {
        var random = RandomStream(seed: seed)
        return (
            random.normal([2, 4, 3], standardDeviation: 2),
            random.normal([2, 4, 12], standardDeviation: 2)
        )
    }

    /// Of one prediction and one instance: class cost, binary cross entropy and Dice loss by their
    /// formulas, over the pixels that count.
    private static func terms(
        _ classes: [Double], _ masks: [Double], _ label: Int, _ truth: [Double], _ counted: [Double]
    ) -> (probability: Double, entropy: Double, dice: Double) {
        let p = Tensor(classes).softmax(axis: 0).scalars
        let s = Tensor(masks).sigmoid().scalars
        var (entropy, common, either, pixels) = (0.0, 0.0, 0.0, 0.0)
        for pixel in truth.indices {
            let t = truth[pixel]
            entropy -= counted[pixel] * Tensor(t * s[pixel] + (1 - t) * (1 - s[pixel])).log().scalar
            common += counted[pixel] * t * s[pixel]
            either += counted[pixel] * (t + s[pixel])
            pixels += counted[pixel]
        }
        return (p[label], entropy / pixels, 1 - (2 * common + 1) / (either + 1))
    }

    /// The least costs over all assignments of the first picture's two instances.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func matchesAllAssignments(seed: UInt64) {
        let (classes, masks) = Self.predictions(seed)
        let truth = Self.targets.membership.cast(to: Double.self)
        let counted = Self.targets.weights!.cast(to: Double.self)
        func terms(_ picture: Int, _ query: Int, _ instance: Int) -> (Double, Double, Double) {
            Self.terms(
                classes[picture, query].scalars, masks[picture, query].scalars,
                Int(Self.targets.classes[picture][instance]), truth[picture, instance].scalars,
                counted[picture].scalars)
        }
        func cost(_ t: (Double, Double, Double)) -> Double { 2.5 * (t.1 + t.2) - t.0 }
        let pairs = (0..<4).flatMap { a in (0..<4).map { (a, $0) } }.filter { $0 != $1 }
        let first = pairs.min {
            cost(terms(0, $0.0, 0)) + cost(terms(0, $0.1, 1))
                < cost(terms(0, $1.0, 0)) + cost(terms(0, $1.1, 1))
        }!
        let second = (0..<4).min { cost(terms(1, $0, 0)) < cost(terms(1, $1, 0)) }!
        let matched = [terms(0, first.0, 0), terms(0, first.1, 1), terms(1, second, 0)]

        let loss = setLoss(classes: classes, masks: masks, Self.targets, emptyWeight: 0.1)
        // The first picture has 11 pixels that count, the second 12.
        let entropy = (11 * matched[0].1 + 11 * matched[1].1 + 12 * matched[2].1) / 34
        let dice = matched.reduce(0) { $0 + $1.2 } / 3
        var labels = [[0, 0, 0, 0], [0, 0, 0, 0]]
        (labels[0][first.0], labels[0][first.1], labels[1][second]) = (1, 2, 2)
        var (sum, weight) = (0.0, 0.0)
        for picture in 0..<2 {
            for query in 0..<4 {
                let label = labels[picture][query]
                let share = label == 0 ? 0.1 : 1
                let p = classes[picture, query].softmax(axis: 0)[label]
                sum -= share * p.log().scalar
                weight += share
            }
        }
        #expect(abs(loss.masks.scalar - entropy) < 1e-12 * max(1, entropy))
        #expect(abs(loss.dice.scalar - dice) < 1e-12)
        #expect(abs(loss.classes.scalar - sum / weight) < 1e-12 * max(1, sum))
        let total = sum / weight + 2.5 * (entropy + dice)
        #expect(abs(loss.total.scalar - total) < 1e-11 * max(1, total))
    }

    /// A tenth for a hundred queries, and together as much for fewer.
    @Test(arguments: [(4, 1), (16, 0.625), (100, 0.1)] as [(Int, Double)])
    func queriesWithoutInstancesWeighAsManyAsOfAHundred(queries: Int, weight: Double) {
        var random = RandomStream(seed: 2)
        let classes: Tensor<Double> = random.normal([2, queries, 3])
        let masks: Tensor<Double> = random.normal([2, queries, 12])
        let usual = setLoss(classes: classes, masks: masks, Self.targets)
        let stated = setLoss(
            classes: classes, masks: masks, Self.targets, emptyWeight: weight)
        #expect(abs(usual.total.scalar - stated.total.scalar) < 1e-12 * stated.total.scalar)
    }

    @Test func gradientsAgreeWithDifferences() {
        let (classes, masks) = Self.predictions(9)
        let found = gradients(at: [classes, masks]) {
            setLoss(classes: $0[0], masks: $0[1], Self.targets).total
        }
        let problems = centralDifferences(
            of: {
                let loss = setLoss(classes: $0[0], masks: $0[1], Self.targets).total.scalar
                return (loss, abs(loss))
            }, at: [classes, masks], comparing: found)
        #expect(problems.isEmpty, "\(problems)")
    }

    @Test func theOrderOfPredictionsDoesNotMatter() {
        let (classes, masks) = Self.predictions(3)
        let order = Tensor<Int32>([2, 0, 3, 1])
        let one = setLoss(classes: classes, masks: masks, Self.targets).total.scalar
        let other = setLoss(
            classes: classes.gathered(order, axis: 1), masks: masks.gathered(order, axis: 1),
            Self.targets
        ).total.scalar
        #expect(abs(one - other) < 1e-12 * one)
    }

    @Test func ignoredPixelsAndUnmatchedMasksHaveNoGradient() {
        let (classes, masks) = Self.predictions(4)
        let gradient = gradients(at: [masks]) {
            setLoss(classes: classes, masks: $0[0], Self.targets).total
        }[0]
        #expect(gradient[0, 0..., 7].scalars.allSatisfy { $0 == 0 })
        let rows = gradient.abs().sum(axes: [2])
        #expect(rows[0].scalars.count { $0 > 0 } == 2 && rows[1].scalars.count { $0 > 0 } == 1)
    }

    @Test func picturesWithoutInstancesTeachClassesOnly() {
        let (classes, masks) = Self.predictions(5)
        let empty = InstanceTargets(.zeros([2, 3, 4]), categories: [[:], [:]])
        let loss = setLoss(classes: classes, masks: masks, empty)
        #expect(loss.masks.scalar == 0 && loss.dice.scalar == 0)
        let expected = crossEntropy(classes, Tensor<Int32>.zeros([2, 4])).scalar
        #expect(abs(loss.total.scalar - expected) < 1e-12 * expected)
    }

    @Test func moreInstancesThanQueriesAreLeftOut() {
        let (classes, masks) = Self.predictions(6)
        let loss = setLoss(
            classes: classes.sliced(0..<1, axis: 1), masks: masks.sliced(0..<1, axis: 1),
            Self.targets)
        #expect(loss.total.scalar.isFinite && loss.dice.scalar > 0)
    }

    @Test(arguments: [Double.nan, .infinity]) func nonFinitePredictionsHaveNoLoss(value: Double) {
        let (classes, masks) = Self.predictions(7)
        var broken = masks
        broken[0, 0, 0] = Tensor(value)
        broken[0, 1, 1] = Tensor(-value)
        #expect(setLoss(classes: classes, masks: broken, Self.targets).total.scalar.isNaN)
    }
}
