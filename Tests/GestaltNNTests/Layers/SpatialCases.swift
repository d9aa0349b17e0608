import GestaltNN
import GestaltTensor
import TestSupport

private let sequence = Tensor<Float>.sample([2, 7, 4])
private let image = Tensor<Float>.sample([2, 5, 6, 4])
private let clip = Tensor<Float>.sample([1, 3, 4, 4, 2])

let convolutionCases: [LayerCase] = [
    convolutionCase(
        "rank 1", made { Convolution(rank: 1, 4, 3, kernel: 3, padding: .same, random: &$0) },
        sequence, before: 1),
    convolutionCase(
        "rank 2, strided, grouped",
        made { Convolution(rank: 2, 4, 6, kernel: 3, stride: 2, groups: 2, random: &$0) }, image,
        stride: 2, groups: 2),
    convolutionCase(
        "rank 3 without bias",
        made { Convolution(rank: 3, 2, 3, kernel: 2, bias: false, random: &$0) }, clip),
    LayerCase(
        "TransposedConvolution, kernel 2, stride 2",
        made { TransposedConvolution(rank: 2, 4, 3, kernel: 2, stride: 2, random: &$0) },
        input: image
    ) { p, x in
        // Every output has one tap.
        .built([2, 10, 12, 3]) { i in
            (0..<4).reduce(p["bias"]!.at([i[3]])) {
                $0 + x.at([i[0], i[1] / 2, i[2] / 2, $1])
                    * p["weight"]!.at([i[1] % 2, i[2] % 2, $1, i[3]])
            }
        }
    },
]

private func convolutionCase(
    _ name: String, _ layer: Convolution, _ x: Tensor<Float>, stride: Int = 1, before: Int = 0,
    groups: Int = 1
) -> LayerCase {
    LayerCase("Convolution \(name)", layer, input: x) { p, x in
        let w = p["weight"]!
        let rank = x.rank - 2
        let lengths = (1...rank).map { (x.shape[$0] + 2 * before - w.shape[$0 - 1]) / stride + 1 }
        let channels = w.shape[-2]
        return .built(Shape([x.shape[0]] + lengths + [w.shape[-1]])) { i in
            let first = i.last! / (w.shape[-1] / groups) * channels
            var sum = p["bias"]?.at([i.last!]) ?? 0
            for tap in indices(of: Shape(w.shape.dropLast())) {
                let place = (0..<rank).map { i[$0 + 1] * stride - before + tap[$0] }
                guard (0..<rank).allSatisfy({ (0..<x.shape[$0 + 1]).contains(place[$0]) }) else {
                    continue
                }
                sum += x.at([i[0]] + place + [first + tap[rank]]) * w.at(tap + [i.last!])
            }
            return sum
        }
    }
}

let shapeCases: [LayerCase] = [
    LayerCase("MaxPooling", MaxPooling(kernel: [2, 3]), input: image) { _, x in
        pooled(x, [2, 3]) { $0.max()! }
    },
    LayerCase("AveragePooling", AveragePooling(kernel: [2, 3]), input: image) { _, x in
        pooled(x, [2, 3]) { $0.reduce(0, +) / 6 }
    },
    LayerCase("GlobalAveragePooling", GlobalAveragePooling(), input: clip) { _, x in
        .built([1, 2]) { i in
            let values = indices(of: [3, 4, 4]).map { x.at([0] + $0 + [i[1]]) }
            return values.reduce(0, +) / Double(values.count)
        }
    },
    LayerCase("Upsampling", Upsampling(by: [2, 3]), input: image) { _, x in
        .built([2, 10, 18, 4]) { x.at([$0[0], $0[1] / 2, $0[2] / 3, $0[3]]) }
    },
    LayerCase("MaxPooling, one number", MaxPooling(kernel: 2), input: image) { _, x in
        pooled(x, [2, 2]) { $0.max()! }
    },
    LayerCase("AdaptiveMaxPooling", AdaptiveMaxPooling(to: 1), input: image) { _, x in
        pooled(x, [5, 6]) { $0.max()! }
    },
    LayerCase(
        "AdaptiveAveragePooling", AdaptiveAveragePooling(to: [1, 3]), input: image
    ) { _, x in pooled(x, [5, 2]) { $0.reduce(0, +) / 10 } },
    LayerCase("Upsampling, one number", Upsampling(by: 2), input: sequence) { _, x in
        .built([2, 14, 4]) { x.at([$0[0], $0[1] / 2, $0[2]]) }
    },
    LayerCase("Identity", Identity(), input: image) { _, x in x },
    LayerCase("Flatten", Flatten(), input: image) { _, x in
        .init(shape: [2, 120], scalars: x.scalars)
    },
    LayerCase("Flatten, some axes", Flatten(from: -3, through: 2), input: image) { _, x in
        .init(shape: [2, 30, 4], scalars: x.scalars)
    },
    LayerCase("DropPath in inference", DropPath(0.5), input: image) { _, x in x },
    LayerCase("Upsampling, linear", Upsampling(by: [2], .linear), input: sequence) { _, x in
        .built([2, 14, 4]) { i in
            let place = max(0, (Double(i[1]) + 0.5) / 2 - 0.5)
            let (low, share) = (Int(place), place - place.rounded(.down))
            return x.at([i[0], low, i[2]]) * (1 - share)
                + x.at([i[0], min(low + 1, 6), i[2]]) * share
        }
    },
]

private func pooled(
    _ x: Tensor<Double>, _ kernel: [Int], _ function: ([Double]) -> Double
) -> Tensor<Double> {
    .built([x.shape[0], x.shape[1] / kernel[0], x.shape[2] / kernel[1], x.shape[3]]) { i in
        function(
            indices(of: Shape(kernel)).map {
                x.at([i[0], i[1] * kernel[0] + $0[0], i[2] * kernel[1] + $0[1], i[3]])
            })
    }
}
