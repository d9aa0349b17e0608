import Foundation
import GestaltNN
import GestaltTensor
import TestSupport

private let sequence = Tensor<Float>.sample([2, 5, 4])

let sequenceCases: [LayerCase] = [
    LayerCase("SinusoidalPositions", SinusoidalPositions(width: 4), input: sequence) { _, x in
        .built(x.shape) { index in
            let pair = Double(index[2] / 2 * 2) / 4
            let angle = Double(index[1]) / pow(10_000, pair)
            return x.at(index) + (index[2] % 2 == 0 ? sin(angle) : cos(angle))
        }
    },
    LayerCase(
        "TransformerBlock",
        made { TransformerBlock(width: 4, heads: 2, hiddenWidth: 6, random: &$0) }, input: sequence,
        reference: { naiveBlock($0, $1, isCausal: false) }),
    LayerCase(
        "TransformerBlock, causal, dropping in training alone",
        made {
            TransformerBlock(
                width: 4, heads: 2, hiddenWidth: 6, isCausal: true, dropout: 0.3, dropPath: 0.2,
                random: &$0)
        }, input: sequence, reference: { naiveBlock($0, $1, isCausal: true) }),
]

private typealias Parameters = [String: Tensor<Double>]

/// One block by plain loops, two heads.
private func naiveBlock(
    _ p: Parameters, _ x: Tensor<Double>, isCausal: Bool
) -> Tensor<Double> {
    let normed = rowNorm(x, p, "attentionNorm")
    let parts = ["query", "key", "value"].map { affine(normed, p, "attention." + $0) }
    let (length, half) = (x.shape[1], x.shape[2] / 2)
    let attended = Tensor<Double>.built(x.shape) { i in
        let head = i[2] / half * half
        let scores = (0..<length).map { j -> Double in
            guard !isCausal || j <= i[1] else { return 0 }
            let dot = (0..<half).reduce(0) {
                $0 + parts[0].at([i[0], i[1], head + $1]) * parts[1].at([i[0], j, head + $1])
            }
            return exp(dot / Double(half).squareRoot())
        }
        let total = scores.reduce(0, +)
        return (0..<length).reduce(0) { $0 + scores[$1] / total * parts[2].at([i[0], $1, i[2]]) }
    }
    let y = added(x, affine(attended, p, "attention.output"))
    let hidden = affine(rowNorm(y, p, "expansionNorm"), p, "expansion")
        .mapped { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }
    return added(y, affine(hidden, p, "contraction"))
}

private func added(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Tensor<Double> {
    .built(a.shape) { a.at($0) + b.at($0) }
}

private func affine(_ x: Tensor<Double>, _ p: Parameters, _ name: String) -> Tensor<Double> {
    let (w, b) = (p[name + ".weight"]!, p[name + ".bias"]!)
    return .built([x.shape[0], x.shape[1], w.shape[1]]) { i in
        (0..<w.shape[0]).reduce(b.at([i[2]])) {
            $0 + x.at([i[0], i[1], $1]) * w.at([$1, i[2]])
        }
    }
}

private func rowNorm(_ x: Tensor<Double>, _ p: Parameters, _ name: String) -> Tensor<Double> {
    .built(x.shape) { i in
        let row = (0..<x.shape[2]).map { x.at([i[0], i[1], $0]) }
        let mean = row.reduce(0, +) / Double(row.count)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
        return (x.at(i) - mean) / (variance + 1e-5).squareRoot() * p[name + ".scale"]!.at([i[2]])
            + p[name + ".shift"]!.at([i[2]])
    }
}
