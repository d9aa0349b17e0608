import Foundation
import GestaltNN
import GestaltTensor
import TestSupport
import Testing

let layerTable: [LayerCase] = [
    linearCases, normCases, convolutionCases, shapeCases, sequenceCases,
].flatMap { $0 }

@Suite struct LayerTests {
    @Test(arguments: layerTable)
    func valueAgreesWithPlainLoops(_ line: LayerCase) {
        let problem = line.valueProblem()
        #expect(problem == nil, "\(line): \(problem ?? "")")
    }

    @Test(arguments: layerTable)
    func gradientsOfParametersAgreeWithDifferences(_ line: LayerCase) {
        let problems = line.gradientProblems()
        #expect(problems.isEmpty, "\(line): \(problems.joined(separator: "; "))")
    }
}

func made<L>(_ make: (inout RandomStream) -> L) -> L {
    var random = RandomStream(seed: 4)
    return make(&random)
}

private let linearCases: [LayerCase] = {
    let naive: @Sendable ([String: Tensor<Double>], Tensor<Double>) -> Tensor<Double> = { p, x in
        let (w, b) = (p["weight"]!, p["bias"])
        return .built(Shape(x.shape.dropLast() + [w.shape[1]])) { index in
            (0..<w.shape[0]).reduce(b?.at([index.last!]) ?? 0) {
                $0 + x.at(index.dropLast() + [$1]) * w.at([$1, index.last!])
            }
        }
    }
    return [
        LayerCase(
            "Linear", made { Linear(5, 3, random: &$0) }, input: .sample([4, 5]), reference: naive),
        LayerCase(
            "Linear without bias", made { Linear(5, 3, bias: false, random: &$0) },
            input: .sample([2, 2, 3, 5]), reference: naive),
        LayerCase(
            "Linear on a vector", made { Linear(7, 2, random: &$0) }, input: .sample([7]),
            reference: naive),
        LayerCase(
            "Sequential",
            made { random in
                Sequential {
                    Linear(3, 4, random: &random)
                    Dropout(0.5)
                    Activation.tanh
                }
            }, input: .sample([6, 3])
        ) { p, x in
            naive(["weight": p["0.weight"]!, "bias": p["0.bias"]!], x).mapped { tanh($0) }
        },
    ]
}()

private let normCases: [LayerCase] = {
    let inputs: [Tensor<Float>] = [.sample([6, 4]), .sample([2, 3, 5, 4]) + 3]
    return inputs.flatMap { x in
        var batch = BatchNorm(channels: 4)
        batch.runningMean.value = .sample([4], seed: 5)
        batch.runningVariance.value = .sample([4], seed: 6, in: 0.5...2)
        return [
            LayerCase("BatchNorm in inference", batch, input: x) { p, x in
                .built(x.shape) { index in
                    let c = [index.last!]
                    let root = (p["runningVariance"]!.at(c) + 1e-5).squareRoot()
                    return (x.at(index) - p["runningMean"]!.at(c)) / root * p["scale"]!.at(c)
                        + p["shift"]!.at(c)
                }
            },
            LayerCase("BatchNorm in training", BatchNorm(channels: 4), input: x, isTraining: true) {
                _, x in x.mapped { $0 / (1 + 1e-5).squareRoot() }
            },
            LayerCase("LayerNorm", LayerNorm(width: 4), input: x) { _, x in
                normalized(x, epsilon: 1e-5) { Array($0.dropLast()) }
            },
            LayerCase("RMSNorm", RMSNorm(width: 4), input: x) { _, x in
                .built(x.shape) { index in
                    let squares = (0..<4).reduce(0.0) {
                        $0 + x.at(index.dropLast() + [$1]) * x.at(index.dropLast() + [$1])
                    }
                    return x.at(index) / (squares / 4 + 1e-6).squareRoot()
                }
            },
            LayerCase("GroupNorm", GroupNorm(groups: 2, channels: 4), input: x) { _, x in
                normalized(x, epsilon: 1e-5) { [$0[0], $0.last! / 2] }
            },
            LayerCase(
                "GroupNorm, not affine", GroupNorm(groups: 2, channels: 4, affine: false), input: x
            ) { _, x in normalized(x, epsilon: 1e-5) { [$0[0], $0.last! / 2] } },
            LayerCase("LayerNorm, not affine", LayerNorm(width: 4, affine: false), input: x) {
                _, x in normalized(x, epsilon: 1e-5) { Array($0.dropLast()) }
            },
            LayerCase("LayerNorm without bias", LayerNorm(width: 4, bias: false), input: x) {
                _, x in normalized(x, epsilon: 1e-5) { Array($0.dropLast()) }
            },
            LayerCase(
                "BatchNorm in training, not affine", BatchNorm(channels: 4, affine: false),
                input: x, isTraining: true
            ) { _, x in x.mapped { $0 / (1 + 1e-5).squareRoot() } },
            LayerCase("RMSNorm, not affine", RMSNorm(width: 4, affine: false), input: x) { _, x in
                .built(x.shape) { index in
                    let squares = (0..<4).reduce(0.0) {
                        $0 + x.at(index.dropLast() + [$1]) * x.at(index.dropLast() + [$1])
                    }
                    return x.at(index) / (squares / 4 + 1e-6).squareRoot()
                }
            },
        ] + instanceNorms(x)
    }
}()

private func instanceNorms(_ x: Tensor<Float>) -> [LayerCase] {
    // One position has no deviation: 0 for all.
    [false, true].map { affine in
        LayerCase(
            "InstanceNorm\(affine ? ", affine" : "")", InstanceNorm(channels: 4, affine: affine),
            input: x
        ) { _, x in normalized(x, epsilon: 1e-5) { [$0[0], $0.last!] } }
    }
}

/// Elements with the same key share mean and variance.
private func normalized(
    _ x: Tensor<Double>, epsilon: Double, by key: ([Int]) -> [Int]
) -> Tensor<Double> {
    var groups: [[Int]: [Double]] = [:]
    for index in indices(of: x.shape) { groups[key(index), default: []].append(x.at(index)) }
    return .built(x.shape) { index in
        let values = groups[key(index)]!
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (x.at(index) - mean) / (squares / Double(values.count) + epsilon).squareRoot()
    }
}
