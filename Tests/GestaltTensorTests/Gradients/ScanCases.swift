import GestaltTensor
import TestSupport

/// Running products and extrema, quantiles.
let scanCases: [GradientCase] = runningCases + quantileCases

private func running(
    _ x: Tensor<Double>, axis: Int, _ function: @escaping ([Double]) -> Double
) -> Tensor<Double> {
    .built(x.shape) { index in
        function(
            (0...index[axis]).map { place in
                var other = index
                other[axis] = place
                return x.at(other)
            })
    }
}

private let runningCases: [GradientCase] =
    [0, 1, -1].flatMap { axis in
        let index = axis < 0 ? axis + 3 : axis
        return [
            GradientCase(
                "cumulativeProduct \(axis)", inputs: [.sample([2, 4, 3])],
                reference: { running($0[0], axis: index) { $0.reduce(1, *) } },
                { $0[0].cumulativeProduct(axis: axis) }),
            GradientCase(
                "cumulativeMaximum \(axis)", inputs: [.distinct([2, 4, 3])],
                reference: { running($0[0], axis: index) { $0.max()! } },
                { $0[0].cumulativeMaximum(axis: axis) }),
            GradientCase(
                "cumulativeMinimum \(axis)", inputs: [.distinct([2, 4, 3])],
                reference: { running($0[0], axis: index) { $0.min()! } },
                { $0[0].cumulativeMinimum(axis: axis) }),
        ]
    } + [
        GradientCase(
            "cumulativeProduct with zeros",
            inputs: [Tensor(shape: [3, 4], scalars: [2, 0, 3, 4, 0, 0, 5, 1, 1, 2, 4, 0])],
            reference: { running($0[0], axis: 1) { $0.reduce(1, *) } },
            { $0[0].cumulativeProduct(axis: 1) }),
        GradientCase("cumulativeProduct of nothing", inputs: [.sample([0, 3])]) {
            $0[0].cumulativeProduct(axis: 0) + $0[0].cumulativeMaximum(axis: 1)
        },
    ]

private func quantile(_ values: [Double], _ q: Double) -> Double {
    let (ordered, place) = (values.sorted(), q * Double(values.count - 1))
    let low = Int(place)
    let high = min(low + 1, values.count - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - Double(low))
}

private let quantileCases: [GradientCase] =
    [0, 0.3, 0.5, 0.75, 1].flatMap { q in
        [[0], [-1, 0], nil].map { (axes: [Int]?) in
            GradientCase(
                "quantile \(q) over \(axes.map { "\($0)" } ?? "all")",
                inputs: [.distinct([3, 2, 4])],
                reference: { naiveReduction($0[0], axes: axes ?? [0, 1, 2]) { quantile($0, q) } },
                { $0[0].quantile(q, axes: axes, keepingAxes: true) })
        }
    } + [
        GradientCase(
            "median of an even number", inputs: [.distinct([4, 3])],
            reference: { naiveReduction($0[0], axes: [0]) { quantile($0, 0.5) }.reshaped([3]) },
            { $0[0].median(axes: [0]) })
    ]
