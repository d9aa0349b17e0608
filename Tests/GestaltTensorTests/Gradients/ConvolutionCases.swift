import GestaltTensor
import TestSupport

let convolutionCases: [GradientCase] =
    ([7, 8, 21, 33, 40, 51, 60, 77] as [UInt64]).map { seed in
        let c = RandomConvolution(seed: seed)
        let inputs = c.inputs(Double.self)
        return GradientCase("convolution \(c)", inputs: inputs) { c.apply($0) }
    } + [
        GradientCase(
            "convolution with ReLU",
            inputs: [
                .sample([1, 4, 5, 2], seed: 1), .sample([2, 3, 2, 3], seed: 2),
                .sample([3], seed: 3),
            ]
        ) { v in v[0].convolution(v[1], bias: v[2], padding: .same, activation: .relu) },
        GradientCase(
            "transposed convolution to few channels",
            inputs: [.sample([1, 3, 2, 16], seed: 1), .sample([4, 4, 16, 2], seed: 2)]
        ) { v in v[0].transposedConvolution(v[1], stride: [2, 2], padding: .same) },
    ]

let poolingCases: [GradientCase] = [
    GradientCase(
        "max pooling", inputs: [.distinct([2, 6, 4, 3])],
        reference: { naivePooling($0[0], [2, 2], [2, 2], [0, 0], [0, 0]) { $0.max()! } },
        { $0[0].maxPooled(kernel: [2, 2]) }),
    GradientCase(
        "max pooling, overlapping and padded", inputs: [.distinct([1, 7, 6, 2])],
        reference: { naivePooling($0[0], [3, 3], [2, 1], [1, 1], [1, 1]) { $0.max()! } },
        { $0[0].maxPooled(kernel: [3, 3], stride: [2, 1], padding: .symmetric([1, 1])) }),
    GradientCase(
        "average pooling of a clip", inputs: [.sample([1, 4, 4, 6, 2])],
        reference: {
            naivePooling($0[0], [2, 1, 3], [2, 1, 3], [0, 0, 0], [0, 0, 0]) { mean($0) }
        },
        { $0[0].averagePooled(kernel: [2, 1, 3]) }),
    GradientCase(
        "average pooling counting padding", inputs: [.sample([2, 9, 3])],
        reference: { naivePooling($0[0], [3], [2], [1], [1]) { $0.reduce(0, +) / 3 } },
        { $0[0].averagePooled(kernel: [3], stride: [2], padding: .symmetric([1])) }),
    GradientCase(
        "average pooling of what is inside", inputs: [.sample([2, 9, 3])],
        reference: { naivePooling($0[0], [3], [2], [2], [1]) { mean($0) } },
        {
            $0[0].averagePooled(
                kernel: [3], stride: [2], padding: .explicit(before: [2], after: [1]),
                countingPadding: false)
        }),
    GradientCase("global average", inputs: [.sample([2, 3, 4, 5])]) { $0[0].globalAveragePooled() },
]

let upsamplingCases: [GradientCase] = [
    GradientCase(
        "nearest", inputs: [.sample([2, 2, 3, 4])],
        reference: { x in .built([2, 4, 9, 4]) { x[0].at([$0[0], $0[1] / 2, $0[2] / 3, $0[3]]) } },
        { $0[0].upsampled(by: [2, 3]) }),
    GradientCase(
        "nearest of a clip", inputs: [.sample([1, 2, 1, 3, 2])],
        reference: { x in
            .built([1, 4, 2, 3, 2]) {
                x[0].at([0, $0[1] / 2, $0[2] / 2, $0[3], $0[4]])
            }
        },
        { $0[0].upsampled(by: [2, 2, 1]) }),
    GradientCase(
        "linear, larger and smaller", inputs: [.sample([2, 3, 7, 2])],
        reference: { naiveInterpolation(naiveInterpolation($0[0], 1, 8, false), 2, 4, false) },
        { $0[0].interpolated(to: [8, 4]) }),
    GradientCase(
        "linear, corners aligned", inputs: [.sample([1, 4, 5, 3])],
        reference: { naiveInterpolation(naiveInterpolation($0[0], 1, 7, true), 2, 1, true) },
        { $0[0].interpolated(to: [7, 1], aligningCorners: true) }),
    GradientCase("trilinear", inputs: [.sample([1, 2, 3, 2, 2])]) {
        $0[0].interpolated(to: [3, 5, 4])
    },
]

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// `reduce` of what each window holds of the image, channel by channel.
private func naivePooling(
    _ x: Tensor<Double>, _ kernel: [Int], _ stride: [Int], _ before: [Int], _ after: [Int],
    _ reduce: ([Double]) -> Double
) -> Tensor<Double> {
    var shape = x.shape
    for i in kernel.indices {
        shape[i + 1] = (x.shape[i + 1] + before[i] + after[i] - kernel[i]) / stride[i] + 1
    }
    return .built(shape) { index in
        var window: [Double] = []
        for tap in indices(of: Shape(kernel)) {
            var place = index
            for i in kernel.indices { place[i + 1] = index[i + 1] * stride[i] - before[i] + tap[i] }
            if zip(place, x.shape).allSatisfy({ $0 >= 0 && $0 < $1 }) { window.append(x.at(place)) }
        }
        return reduce(window)
    }
}

/// Linear interpolation along one axis, from the definition: hat functions around the positions.
private func naiveInterpolation(
    _ x: Tensor<Double>, _ axis: Int, _ length: Int, _ corners: Bool
) -> Tensor<Double> {
    let n = x.shape[axis]
    var shape = x.shape
    shape[axis] = length
    return .built(shape) { index in
        let j = Double(index[axis])
        let place =
            corners
            ? (length > 1 ? j * Double(n - 1) / Double(length - 1) : 0)
            : min(Double(n - 1), max(0, (j + 0.5) * Double(n) / Double(length) - 0.5))
        return (0..<n).reduce(0) { sum, i in
            var from = index
            from[axis] = i
            return sum + max(0, 1 - abs(place - Double(i))) * x.at(from)
        }
    }
}
