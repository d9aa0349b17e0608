import GestaltTensor
import TestSupport

/// Windows of fixed number over axes of any length.
let adaptivePoolingCases: [GradientCase] = [
    ([7], [3]), ([6], [2]), ([5, 4], [2, 3]), ([2], [5]), ([3, 4, 5], [1, 3, 5]),
    ([4, 1], [4, 2]),
].flatMap { (lengths: [Int], windows: [Int]) in
    let x = Tensor<Double>.distinct(Shape([2] + lengths + [2]), gap: 0.03)
    return [
        GradientCase(
            "adaptiveAveragePooled to \(windows)", inputs: [x],
            reference: { naivePooling($0[0], windows) { $0.reduce(0, +) / Double($0.count) } },
            { $0[0].adaptiveAveragePooled(to: windows) }),
        GradientCase(
            "adaptiveMaxPooled to \(windows)", inputs: [x],
            reference: { naivePooling($0[0], windows) { $0.max()! } },
            { $0[0].adaptiveMaxPooled(to: windows) }),
    ]
}

private func naivePooling(
    _ x: Tensor<Double>, _ windows: [Int], _ function: ([Double]) -> Double
) -> Tensor<Double> {
    .built(Shape([x.shape[0]] + windows + [x.shape[-1]])) { index in
        let starts = windows.indices.map { index[$0 + 1] * x.shape[$0 + 1] / windows[$0] }
        let ends = windows.indices.map {
            Int((Double((index[$0 + 1] + 1) * x.shape[$0 + 1]) / Double(windows[$0])).rounded(.up))
        }
        return function(
            indices(of: Shape(zip(starts, ends).map { $1 - $0 })).map {
                x.at([index[0]] + zip($0, starts).map { $0 + $1 } + [index.last!])
            })
    }
}
