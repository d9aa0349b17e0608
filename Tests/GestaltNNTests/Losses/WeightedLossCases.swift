import Foundation
import GestaltNN
import GestaltTensor
import TestSupport
import Testing

private let weightedTable: [GradientCase] = [
    softCases, weightedLabelCases, weightedBinaryCases, weightedOverlapCases, weightedDistanceCases,
].flatMap { $0 }

@Suite struct WeightedLossTests {
    typealias D = Tensor<Double>

    @Test(arguments: weightedTable)
    func valueDifferencesAndViewsAgree(_ line: GradientCase) {
        let problems = line.problems()
        #expect(problems.isEmpty, "\(line): \(problems.joined(separator: "; "))")
    }

    /// p = (1/4, 3/4) against t = (1/2, 1/2), and p = (1/2, 1/2) against t = (1, 0).
    @Test func crossEntropyWithDistributionsByHand() {
        let x = D(rows: [[0, log(3)], [0, 0]])
        let t = D(rows: [[0.5, 0.5], [1, 0]])
        let (first, second) = ((log(4) + log(4 / 3.0)) / 2, log(2.0))
        let expected: [(D, Double)] = [
            (crossEntropy(x, probabilities: t), (first + second) / 2),
            (crossEntropy(x, probabilities: t, weights: D([3, 1])), (3 * first + second) / 4),
            (crossEntropy(x, probabilities: t, weights: D([0, 5])), second),
            (
                crossEntropy(x, probabilities: t, weights: D([3, 1]), reduction: .sum),
                3 * first + second
            ),
            // The mean divides by the rows, not by class weights: PyTorch's rule for distributions.
            (
                crossEntropy(x, probabilities: t, classWeights: D([2, 1])),
                (log(4) + log(4 / 3.0) / 2 + 2 * second) / 2
            ),
            // Smoothing turns t = (1, 0) into (0.9, 0.1) and leaves (1/2, 1/2).
            (crossEntropy(x, probabilities: t, labelSmoothing: 0.2), (first + second) / 2),
        ]
        for (loss, value) in expected { #expect(abs(loss.scalar - value) <= 8 * .ulpOfOne) }
    }

    /// Weights of rows and of classes multiply; the mean divides by the sum of their products.
    @Test func weightedCrossEntropyOfLabelsByHand() {
        let x = D(rows: [[0, log(3)], [0, 0], [5, -5]])
        let labels = Tensor<Int32>([1, 0, -1])
        let loss = crossEntropy(
            x, labels, ignoring: -1, classWeights: D([2, 6]), weights: D([0.5, 3, 100]))
        let expected = (0.5 * 6 * log(4 / 3.0) + 3 * 2 * log(2)) / (0.5 * 6 + 3 * 2)
        #expect(abs(loss.scalar - expected) <= 8 * .ulpOfOne)
    }

    @Test func binaryCrossEntropyWithWeightsByHand() {
        let x = D([0, log(3), -log(3)])
        let t = D([0.5, 1, 1])
        let losses = [log(2.0), log(4 / 3.0), log(4.0)]
        let loss = binaryCrossEntropy(x, t, weights: D([1, 2, 0.25]))
        let expected = (losses[0] + 2 * losses[1] + losses[2] / 4) / 3.25
        #expect(abs(loss.scalar - expected) <= 8 * .ulpOfOne)
        let positive = binaryCrossEntropy(x, t, positiveWeight: 3, weights: D(2))
        let weighted = (1.5 * log(2) + log(2) / 2 + 3 * losses[1] + 3 * losses[2]) / 3
        #expect(abs(positive.scalar - weighted) <= 8 * .ulpOfOne)
    }

    @Test(arguments: [LossReduction.mean, .sum, .none])
    func oneHotDistributionsAreLabels(reduction: LossReduction) {
        let x = D.sample([5, 4])
        let labels = Tensor<Int32>([0, 3, 1, 1, 2])
        let w = D([1, 0.25, 0, 2, 3])
        let t = labels.oneHot(depth: 4).cast(to: Double.self)
        let soft = crossEntropy(
            x, probabilities: t, labelSmoothing: 0.1, weights: w, reduction: reduction)
        let hard = crossEntropy(x, labels, labelSmoothing: 0.1, weights: w, reduction: reduction)
        #expect(difference(soft, hard, within: 64 * .ulpOfOne) == nil)
    }

    @Test func allWeights0Give0AndNoGradient() {
        let x = D.sample([2, 3, 4], in: -5...5)
        let t = D.sample([2, 3, 4], seed: 2, in: 0...1)
        let labels = Tensor<Int32>(shape: [2, 3], scalars: [0, 3, 1, 2, 2, 1])
        let none = D.zeros([2, 3])
        let each = none.expanded(axis: -1)
        let losses: [([D]) -> D] = [
            { crossEntropy($0[0], labels, weights: none) },
            { crossEntropy($0[0], probabilities: t, weights: none) },
            { binaryCrossEntropy($0[0], t, weights: each) },
            { focalLoss($0[0], t, weights: each) },
            { diceLoss($0[0], t, weights: none) },
            { jaccardLoss($0[0], t, classes: .exclusive, over: .image, weights: none) },
            { meanSquaredError($0[0], t, weights: each) },
            { meanAbsoluteError($0[0], t, weights: each) },
            { huberLoss($0[0], t, weights: each) },
        ]
        for (place, loss) in losses.enumerated() {
            let (value, slopes) = valueAndGradients(at: [x], loss)
            #expect(value.scalar == 0, "loss \(place)")
            #expect(slopes[0].scalars.allSatisfy { $0 == 0 }, "loss \(place)")
        }
    }

    @Test func weightsThatDoNotFitOrAreNegativeStop() async throws {
        let shape = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            _ = crossEntropy(
                Tensor<Float>.zeros([2, 3]), Tensor<Int32>([0, 1]),
                weights: Tensor<Float>([1, 1, 1]))
        }
        let text = String(decoding: try #require(shape).standardErrorContent, as: UTF8.self)
        #expect(text.contains("crossEntropy: weights [3] for losses [2]"))
        let sign = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            _ = meanSquaredError(
                Tensor<Float>([1, 2]), Tensor<Float>([0, 1]), weights: Tensor<Float>([1, -0.5]))
        }
        let words = String(decoding: try #require(sign).standardErrorContent, as: UTF8.self)
        #expect(words.contains("meanSquaredError: weight -0.5 is negative or NaN"))
    }
}

/// Σ w · l / Σ w, Σ w · l or w · l, with weights of the losses' shape.
private func naiveReduction(
    _ losses: Tensor<Double>, _ weights: Tensor<Double>, _ reduction: LossReduction
) -> Tensor<Double> {
    let weighted = zip(losses.scalars, weights.scalars).map { $0 * $1 }
    switch reduction {
    case .none: return Tensor(shape: losses.shape, scalars: weighted)
    case .sum: return Tensor(weighted.reduce(0, +))
    case .mean: return Tensor(weighted.reduce(0, +) / weights.scalars.reduce(0, +))
    }
}

private let reductions = [LossReduction.mean, .sum, .none]

private let softCases: [GradientCase] = {
    let t = Tensor<Double>.sample([2, 3, 4], seed: 5).softmax()
    let rows = Tensor<Double>.sample([2, 3], seed: 6, in: 0...2)
    let classWeights = Tensor<Double>([0.5, 1, 2, 3])
    return [0, 0.2].flatMap { smoothing in
        [nil, classWeights].flatMap { classWeights in
            reductions.map { reduction in
                GradientCase(
                    "crossEntropy of distributions \(reduction), smoothing \(smoothing), "
                        + "classes weighted \(classWeights != nil)",
                    inputs: [.sample([2, 3, 4])],
                    reference: { v in
                        let losses = naiveSoft(v[0], t, smoothing, classWeights?.scalars)
                        return naiveReduction(losses, rows, reduction)
                    },
                    { v in
                        crossEntropy(
                            v[0], probabilities: t, labelSmoothing: smoothing,
                            classWeights: classWeights, weights: rows, reduction: reduction)
                    })
            }
        }
    }
}()

private func naiveSoft(
    _ x: Tensor<Double>, _ t: Tensor<Double>, _ smoothing: Double, _ classWeights: [Double]?
) -> Tensor<Double> {
    .built(Shape(x.shape.dropLast())) { index in
        let total = (0..<4).reduce(0) { $0 + exp(x.at(index + [$1])) }
        return (0..<4).reduce(0) { loss, k in
            let target = (1 - smoothing) * t.at(index + [k]) + smoothing / 4
            return loss - (classWeights?[k] ?? 1) * target * (x.at(index + [k]) - log(total))
        }
    }
}

private let weightedLabelCases: [GradientCase] = {
    let labels = Tensor<Int32>(shape: [2, 3], scalars: [0, 3, 1, 2, 2, 1])
    let oneHot = labels.oneHot(depth: 4).cast(to: Double.self)
    // Broadcast over the first axis.
    let rows = Tensor<Double>([0.5, 2, 0])
    return reductions.map { reduction in
        GradientCase(
            "crossEntropy of labels, rows weighted, \(reduction)", inputs: [.sample([2, 3, 4])],
            reference: { v in
                naiveReduction(
                    naiveSoft(v[0], oneHot, 0.1, nil), rows.broadcast(to: [2, 3]), reduction)
            },
            { v in
                crossEntropy(
                    v[0], labels, labelSmoothing: 0.1, weights: rows, reduction: reduction)
            })
    }
}()

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

private let weightedBinaryCases: [GradientCase] = {
    let t = Tensor<Double>.sample([3, 5], seed: 2, in: 0...1)
    let hard = t.mapped { $0.rounded() }
    let columns = Tensor<Double>([0, 1, 0.5, 3, 2])
    let all = columns.broadcast(to: [3, 5])
    return reductions.flatMap { reduction in
        [
            GradientCase(
                "binaryCrossEntropy, weighted, \(reduction)", inputs: [.sample([3, 5])],
                reference: { v in
                    let losses = naiveBroadcast(v[0], t) { x, t in
                        -2.5 * t * log(sigmoid(x)) - (1 - t) * log(1 - sigmoid(x))
                    }
                    return naiveReduction(losses, all, reduction)
                },
                { v in
                    binaryCrossEntropy(
                        v[0], t, positiveWeight: 2.5, weights: columns, reduction: reduction)
                }),
            GradientCase(
                "focalLoss, weighted, \(reduction)", inputs: [.sample([3, 5])],
                reference: { v in
                    let losses = naiveBroadcast(v[0], hard) { x, t in
                        let p = t == 1 ? sigmoid(x) : 1 - sigmoid(x)
                        return -(1 - p) * (1 - p) * log(p)
                    }
                    return naiveReduction(losses, all, reduction)
                },
                { v in
                    focalLoss(v[0], hard, balance: nil, weights: columns, reduction: reduction)
                }),
        ]
    }
}()

private let weightedOverlapCases: [GradientCase] = {
    let t = Tensor<Double>.sample([2, 3, 2], seed: 2, in: 0...1)
    let places = Tensor<Double>(rows: [[1, 0.5, 0], [2, 0.25, 1]])
    return [OverlapScope.batch, .image].flatMap { scope in
        [true, false].map { isDice in
            GradientCase(
                "\(isDice ? "diceLoss" : "jaccardLoss"), weighted, \(scope)",
                inputs: [.sample([2, 3, 2])],
                reference: { v in
                    Tensor(naiveWeightedOverlap(v[0], t, places, scope, isDice: isDice))
                },
                { v in
                    isDice
                        ? diceLoss(v[0], t, over: scope, smoothing: 0.5, weights: places)
                        : jaccardLoss(v[0], t, over: scope, smoothing: 0.5, weights: places)
                })
        }
    }
}()

private func naiveWeightedOverlap(
    _ x: Tensor<Double>, _ t: Tensor<Double>, _ w: Tensor<Double>, _ scope: OverlapScope,
    isDice: Bool
) -> Double {
    var sums: [[Int]: (common: Double, either: Double)] = [:]
    for index in indices(of: x.shape) {
        let (p, weight) = (sigmoid(x.at(index)), w.at(Array(index.dropLast())))
        let key = [scope == .image ? index[0] : 0, index.last!]
        sums[key, default: (0, 0)].common += weight * p * t.at(index)
        sums[key, default: (0, 0)].either += weight * (p + t.at(index))
    }
    let scores = sums.values.map { common, either in
        isDice ? (2 * common + 0.5) / (either + 0.5) : (common + 0.5) / (either - common + 0.5)
    }
    return 1 - scores.reduce(0, +) / Double(scores.count)
}

private let weightedDistanceCases: [GradientCase] = {
    typealias D = Tensor<Double>
    let inputs: [D] = [.distinct([3, 4]), .distinct([3, 4], seed: 2) * 2 + 0.03]
    let w = D([0.5, 0, 2, 1])
    let losses: [(String, @Sendable (Double) -> Double, @Sendable (D, D, LossReduction) -> D)] = [
        (
            "meanSquaredError", { $0 * $0 },
            { meanSquaredError($0, $1, weights: w, reduction: $2) }
        ),
        (
            "meanAbsoluteError", { abs($0) },
            { meanAbsoluteError($0, $1, weights: w, reduction: $2) }
        ),
        (
            "huberLoss", { abs($0) <= 0.7 ? $0 * $0 / 2 : 0.7 * (abs($0) - 0.35) },
            { huberLoss($0, $1, delta: 0.7, weights: w, reduction: $2) }
        ),
    ]
    return losses.flatMap { name, formula, body in
        reductions.map { reduction in
            GradientCase(
                "\(name), weighted, \(reduction)", inputs: inputs,
                reference: { v in
                    naiveReduction(
                        naiveBroadcast(v[0], v[1]) { formula($0 - $1) }, w.broadcast(to: [3, 4]),
                        reduction)
                },
                { v in body(v[0], v[1], reduction) })
        }
    }
}()
