import Foundation
import GestaltNN
import GestaltTensor
import TestSupport
import Testing

private let lossTable: [GradientCase] = [
    crossEntropyCases, binaryCases, overlapCases, distanceCases,
].flatMap { $0 }

@Suite struct LossTests {
    @Test(arguments: lossTable)
    func valueDifferencesAndViewsAgree(_ line: GradientCase) {
        let problems = line.problems()
        #expect(problems.isEmpty, "\(line): \(problems.joined(separator: "; "))")
    }

    @Test func lossesInFloatFollowThoseInDouble() {
        let x = Tensor<Float>.sample([70, 37], seed: 3, in: -20...20)
        let labels = Tensor<Int32>((0..<70).map { Int32($0 * 7 % 37) })
        let t = Tensor<Float>.sample([70, 37], seed: 4, in: 0...1)
        func both<Scalar: FloatingScalar>(_ x: Tensor<Scalar>, _ t: Tensor<Scalar>) -> [[Double]] {
            let found = gradients(at: [x]) { v in
                crossEntropy(v[0], labels, labelSmoothing: 0.1) + binaryCrossEntropy(v[0], t)
            }
            let values = [
                crossEntropy(x, labels, reduction: .none).scalars.map { Double($0) },
                binaryCrossEntropy(x, t, reduction: .none).scalars.map { Double($0) },
            ]
            return values + [found[0].scalars.map { Double($0) }]
        }
        let pairs = zip(both(x, t), both(x.mapped { Double($0) }, t.mapped { Double($0) }))
        for (found, expected) in pairs {
            let worst = zip(found, expected).map { abs($0 - $1) }.max()!
            #expect(worst <= lossTolerance(magnitude: expected.map { abs($0) }.max()!))
        }
    }

    @Test func extremeLogitsGiveFiniteLossesAndGradients() {
        let x = Tensor<Float>([-1e4, -100, 0, 100, 1e4])
        for target in [Float(0), 1] {
            let t = Tensor<Float>(repeating: target, shape: [5])
            let (value, slope) = valueAndGradients(at: [x]) { v in
                binaryCrossEntropy(v[0], t, reduction: .sum) + focalLoss(v[0], t, reduction: .sum)
                    + crossEntropy(v[0].expanded(axis: 0), Tensor<Int32>([1]))
            }
            #expect(value.scalar.isFinite)
            #expect(slope[0].scalars.allSatisfy { $0.isFinite })
        }
    }

    @Test func ignoredLabelsCountForNothingAndAllOfThemGive0() {
        let x = Tensor<Double>.sample([4, 3])
        let all = Tensor<Int32>([255, 255, 255, 255])
        let (value, slope) = valueAndGradients(at: [x]) { v in
            crossEntropy(v[0], all, ignoring: 255)
        }
        #expect(value.scalar == 0)
        #expect(slope[0] == Tensor.zeros([4, 3]))
        let some = Tensor<Int32>([2, 255, 0, 255])
        let left = crossEntropy(
            concatenatedRows(x, [0, 2]), Tensor<Int32>([2, 0]))
        #expect(difference(crossEntropy(x, some, ignoring: 255), left, within: 1e-15) == nil)
    }

    private func concatenatedRows(_ x: Tensor<Double>, _ rows: [Int]) -> Tensor<Double> {
        .built([rows.count, x.shape[1]]) { x.at([rows[$0[0]], $0[1]]) }
    }
}

/// Exponentials good for a few units, a sum of some dozens of terms.
private func lossTolerance(magnitude: Double) -> Double {
    32 * Double(Float.ulpOfOne) * max(1, magnitude)
}

private let crossEntropyCases: [GradientCase] = {
    let labels = Tensor<Int32>(shape: [2, 3], scalars: [0, 3, -1, 2, 2, 1])
    let weights = Tensor<Double>([0.5, 1, 2, 3])
    return [0, 0.2].flatMap { smoothing in
        [nil, weights].flatMap { weights in
            [LossReduction.mean, .sum, .none].map { reduction in
                GradientCase(
                    "crossEntropy \(reduction), smoothing \(smoothing), weighted \(weights != nil)",
                    inputs: [.sample([2, 3, 4])],
                    reference: { v in
                        naiveCrossEntropy(v[0], labels, smoothing, weights, reduction)
                    },
                    { v in
                        crossEntropy(
                            v[0], labels, labelSmoothing: smoothing, ignoring: -1,
                            classWeights: weights, reduction: reduction)
                    })
            }
        }
    }
}()

private func naiveCrossEntropy(
    _ x: Tensor<Double>, _ labels: Tensor<Int32>, _ smoothing: Double, _ weights: Tensor<Double>?,
    _ reduction: LossReduction
) -> Tensor<Double> {
    let w = weights?.scalars ?? [1, 1, 1, 1]
    var total = 0.0
    let losses = Tensor<Double>.built(labels.shape) { index in
        let label = Int(labels.at(index))
        guard label >= 0 else { return 0 }
        let exponentials = (0..<4).map { exp(x.at(index + [$0])) }
        let p = exponentials.map { $0 / exponentials.reduce(0, +) }
        total += w[label]
        let soft = (0..<4).reduce(0) { $0 - w[$1] * log(p[$1]) } / 4
        return -(1 - smoothing) * w[label] * log(p[label]) + smoothing * soft
    }
    switch reduction {
    case .none: return losses
    case .sum: return Tensor(losses.scalars.reduce(0, +))
    case .mean: return Tensor(losses.scalars.reduce(0, +) / total)
    }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

private let binaryCases: [GradientCase] = {
    let t = Tensor<Double>.sample([3, 5], seed: 2, in: 0...1)
    return [1.0, 3.5].map { weight in
        GradientCase(
            "binaryCrossEntropy, positive weight \(weight)", inputs: [.sample([3, 5])],
            reference: { v in
                naiveBroadcast(v[0], t) { x, t in
                    -weight * t * log(sigmoid(x)) - (1 - t) * log(1 - sigmoid(x))
                }
            },
            { v in binaryCrossEntropy(v[0], t, positiveWeight: weight, reduction: .none) })
    }
        + [0, 1, 2, 2.5].flatMap { focus in
            [nil, 0.25].map { balance in
                GradientCase(
                    "focalLoss, focus \(focus), balance \(balance ?? .nan)",
                    inputs: [.sample([3, 5])],
                    reference: { v in
                        naiveBroadcast(v[0], t.mapped { $0.rounded() }) { x, t in
                            let p = t == 1 ? sigmoid(x) : 1 - sigmoid(x)
                            let alpha = balance.map { t == 1 ? $0 : 1 - $0 } ?? 1
                            return -alpha * pow(1 - p, focus) * log(p)
                        }
                    },
                    { v in
                        focalLoss(
                            v[0], t.mapped { $0.rounded() }, focus: focus, balance: balance,
                            reduction: .none)
                    })
            }
        }
}()

private let overlapCases: [GradientCase] = {
    let t = Tensor<Double>.sample([2, 3, 2, 2], seed: 2, in: 0...1)
    return [ClassRelation.independent, .exclusive].flatMap { classes in
        [OverlapScope.batch, .image].flatMap { scope in
            [true, false].map { isDice in
                GradientCase(
                    "\(isDice ? "diceLoss" : "jaccardLoss") \(classes) \(scope)",
                    inputs: [.sample([2, 3, 2, 2])],
                    reference: { v in
                        Tensor(naiveOverlap(v[0], t, classes, scope, isDice: isDice))
                    },
                    { v in
                        isDice
                            ? diceLoss(v[0], t, classes: classes, over: scope, smoothing: 0.5)
                            : jaccardLoss(v[0], t, classes: classes, over: scope, smoothing: 0.5)
                    })
            }
        }
    }
}()

private func naiveOverlap(
    _ x: Tensor<Double>, _ t: Tensor<Double>, _ classes: ClassRelation, _ scope: OverlapScope,
    isDice: Bool
) -> Double {
    var sums: [[Int]: (common: Double, either: Double)] = [:]
    for index in indices(of: x.shape) {
        let p: Double
        if classes == .independent {
            p = sigmoid(x.at(index))
        } else {
            let other = exp(x.at(index.dropLast() + [1 - index.last!]))
            p = exp(x.at(index)) / (exp(x.at(index)) + other)
        }
        let key = [scope == .image ? index[0] : 0, index.last!]
        sums[key, default: (0, 0)].common += p * t.at(index)
        sums[key, default: (0, 0)].either += p + t.at(index)
    }
    let scores = sums.values.map { common, either in
        isDice ? (2 * common + 0.5) / (either + 0.5) : (common + 0.5) / (either - common + 0.5)
    }
    return 1 - scores.reduce(0, +) / Double(scores.count)
}

private let distanceCases: [GradientCase] = {
    let inputs: [Tensor<Double>] = [.distinct([3, 4]), .distinct([3, 4], seed: 2) * 2 + 0.03]
    let laws:
        [(String, @Sendable (Double) -> Double, @Sendable ([Tensor<Double>]) -> Tensor<Double>)] = [
            ("meanSquaredError", { $0 * $0 }, { meanSquaredError($0[0], $0[1]) }),
            ("meanAbsoluteError", { abs($0) }, { meanAbsoluteError($0[0], $0[1]) }),
            (
                "huberLoss", { abs($0) <= 0.7 ? $0 * $0 / 2 : 0.7 * (abs($0) - 0.35) },
                { huberLoss($0[0], $0[1], delta: 0.7) }
            ),
        ]
    return laws.map { name, law, body in
        GradientCase(
            name, inputs: inputs,
            reference: { v in
                let terms = naiveBroadcast(v[0], v[1]) { law($0 - $1) }.scalars
                return Tensor(terms.reduce(0, +) / Double(terms.count))
            }, body)
    }
}()
