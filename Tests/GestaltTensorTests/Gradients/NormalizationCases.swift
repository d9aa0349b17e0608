import Foundation
import GestaltTensor
import TestSupport

/// Large, so that rows of nearly equal numbers do not make the function steep.
private let epsilon = 0.5

/// Rows of one channel, several, as many as a folded row, and more; one sample and several.
private let shapes: [Shape] = [
    [5, 3], [2, 3, 1], [1, 4], [2, 2, 3, 6], [70, 2], [3, 80], [130, 65],
]

let normalizationCases: [GradientCase] =
    shapes.flatMap { shape in columnCases(shape) + groupCases(shape) + layerCases(shape) }
    + [gainCase([5, 3]), gainCase([2, 3, 9]), gainCase([70, 17])]

private func inputs(_ shape: Shape) -> [Tensor<Double>] {
    [
        .sample(shape) + 3, .sample([shape[-1]], seed: 2, in: 0.5...2),
        .sample([shape[-1]], seed: 3, in: -0.5...0.5),
    ]
}

private func columnCases(_ shape: Shape) -> [GradientCase] {
    let mean = Tensor<Double>.sample([shape[-1]], seed: 4) + 3
    let variance = Tensor<Double>.sample([shape[-1]], seed: 5, in: 0.5...2)
    // One value per channel has no variance: refused.
    let isSingle = shape.elementCount == shape[-1]
    return [false, true].flatMap { rectifies in
        [
            GradientCase(
                "batchNormalized\(rectifies ? ", rectified" : "")", inputs: inputs(shape),
                reference: { v in
                    naiveNormalized(v[0], v[1], v[2], rectifies) { $0.last! }
                },
                { v in
                    v[0].batchNormalized(
                        scale: v[1], shift: v[2], epsilon: epsilon, rectifies: rectifies
                    ).value
                }),
            GradientCase(
                "normalized\(rectifies ? ", rectified" : "")", inputs: inputs(shape),
                reference: { v in
                    .built(shape) { index in
                        let c = index.last!
                        let root = (variance.scalars[c] + epsilon).squareRoot()
                        let y =
                            (v[0].at(index) - mean.scalars[c]) / root * v[1].scalars[c]
                            + v[2].scalars[c]
                        return rectifies ? max(y, 0) : y
                    }
                },
                { v in
                    v[0].normalized(
                        mean: mean, variance: variance, scale: v[1], shift: v[2],
                        epsilon: epsilon, rectifies: rectifies)
                }),
        ].suffix(isSingle ? 1 : 2)
    }
}

private func groupCases(_ shape: Shape) -> [GradientCase] {
    let channels = shape[-1]
    return [1, 2, 3].filter { channels % $0 == 0 }.flatMap { groups in
        [false, true].map { swishes in
            GradientCase(
                "groupNormalized in \(groups)\(swishes ? ", swished" : "")",
                inputs: inputs(shape),
                reference: { v in
                    let y = naiveNormalized(v[0], v[1], v[2], false) { index in
                        index[0] * groups + index.last! / (channels / groups)
                    }
                    return swishes ? y.mapped { $0 / (1 + exp(-$0)) } : y
                },
                { v in
                    v[0].groupNormalized(
                        groups: groups, scale: v[1], shift: v[2], epsilon: epsilon,
                        swishes: swishes)
                })
        }
    }
}

/// ε added to the reciprocal root; rows of unlike numbers, since nothing tames a small variance.
private func gainCase(_ shape: Shape) -> GradientCase {
    let width = shape[-1]
    return GradientCase(
        "layerNormalized, ε after the root",
        inputs: [.sample(shape) + Tensor<Double>.range(0..<width) * 2] + inputs(shape)[1...],
        reference: { v in
            .built(shape) { index in
                let row = (0..<width).map { v[0].at(index.dropLast() + [$0]) }
                let mean = row.reduce(0, +) / Double(width)
                let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
                let c = index.last!
                return (row[c] - mean) * (1 / variance.squareRoot() + epsilon) * v[1].scalars[c]
                    + v[2].scalars[c]
            }
        },
        { v in v[0].layerNormalized(scale: v[1], shift: v[2], epsilonAfterRoot: epsilon) })
}

private func layerCases(_ shape: Shape) -> [GradientCase] {
    let width = shape[-1]
    return [
        GradientCase(
            "layerNormalized", inputs: inputs(shape),
            reference: { v in
                naiveNormalized(v[0], v[1], v[2], false) { row(of: $0, in: shape) }
            },
            { v in v[0].layerNormalized(scale: v[1], shift: v[2], epsilon: epsilon) }),
        GradientCase(
            "rootMeanSquareNormalized", inputs: [.sample(shape), inputs(shape)[1]],
            reference: { v in
                .built(shape) { index in
                    let squares = (0..<width).reduce(0.0) { sum, c in
                        let x = v[0].at(index.dropLast() + [c])
                        return sum + x * x
                    }
                    let root = (squares / Double(width) + epsilon).squareRoot()
                    return v[0].at(index) / root * v[1].scalars[index.last!]
                }
            },
            { v in v[0].rootMeanSquareNormalized(scale: v[1], epsilon: epsilon) }),
    ]
}

private func row(of index: [Int], in shape: Shape) -> Int {
    zip(index, shape).dropLast().reduce(0) { $0 * $1.1 + $1.0 }
}

/// Elements with the same key share mean and variance.
private func naiveNormalized(
    _ x: Tensor<Double>, _ scale: Tensor<Double>, _ shift: Tensor<Double>, _ rectifies: Bool,
    by key: ([Int]) -> Int
) -> Tensor<Double> {
    var groups: [Int: [Double]] = [:]
    for index in indices(of: x.shape) { groups[key(index), default: []].append(x.at(index)) }
    let statistics = groups.mapValues { values in
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean: mean, root: (squares / Double(values.count) + epsilon).squareRoot())
    }
    return .built(x.shape) { index in
        let (mean, root) = statistics[key(index)]!
        let c = index.last!
        let y = (x.at(index) - mean) / root * scale.scalars[c] + shift.scalars[c]
        return rectifies ? max(y, 0) : y
    }
}
