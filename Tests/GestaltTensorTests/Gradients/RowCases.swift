import Foundation
import GestaltTensor
import TestSupport

private func logSum(_ x: [Double]) -> Double {
    let top = x.max() ?? 0
    return top + log(x.reduce(0) { $0 + exp($1 - top) })
}

private func alongAxis(
    _ x: Tensor<Double>, _ axis: Int, _ function: (Double, [Double]) -> Double
) -> Tensor<Double> {
    .built(x.shape) { index in
        let resolved = x.shape.resolved(axis)
        let line = (0..<x.shape[axis]).map { place in
            var other = index
            other[resolved] = place
            return x.at(other)
        }
        return function(x.at(index), line)
    }
}

/// Softmax and its relatives, running sums.
let rowCases: [GradientCase] = {
    let places: [(Shape, Int)] = [
        ([3, 5], -1), ([3, 5], 0), ([2, 3, 4], 1), ([4, 1], -1), ([1, 40], -1), ([0, 3], -1),
        ([2, 130], 1), ([3], 0),
    ]
    return places.flatMap { shape, axis in
        [
            GradientCase(
                "softmax along \(axis)", inputs: [.sample(shape, seed: 4)],
                reference: { alongAxis($0[0], axis) { x, line in exp(x - logSum(line)) } },
                { $0[0].softmax(axis: axis) }),
            GradientCase(
                "logSoftmax along \(axis)", inputs: [.sample(shape, seed: 4)],
                reference: { alongAxis($0[0], axis) { x, line in x - logSum(line) } },
                { $0[0].logSoftmax(axis: axis) }),
            GradientCase(
                "cumulativeSum along \(axis)", inputs: [.sample(shape, seed: 4)],
                reference: { x in
                    .built(x[0].shape) { index in
                        let resolved = x[0].shape.resolved(axis)
                        return (0...index[resolved]).reduce(0) { sum, place in
                            var other = index
                            other[resolved] = place
                            return sum + x[0].at(other)
                        }
                    }
                },
                { $0[0].cumulativeSum(axis: axis) }),
        ]
    }
}()
