import GestaltTensor
import TestSupport

/// Equations, each judged by loops over all of its letters.
let einsumCases: [GradientCase] = [
    einsumCase("bij,bjk->bik", [[2, 3, 4], [2, 4, 5]]),
    einsumCase("ij,jk->ki", [[3, 4], [4, 2]]),
    einsumCase("ij->ji", [[3, 4]]),
    einsumCase("ij->", [[3, 4]]),
    einsumCase("ij->j", [[3, 4]]),
    einsumCase("ii->i", [[3, 3]]),
    einsumCase("ii->", [[4, 4]]),
    einsumCase("iji->j", [[3, 2, 3]]),
    einsumCase("iii->i", [[3, 3, 3]]),
    einsumCase("i,j->ij", [[3], [4]]),
    einsumCase("i,i->", [[5], [5]]),
    einsumCase("i,i->i", [[5], [5]]),
    einsumCase("ijk,k->ij", [[2, 3, 4], [4]]),
    einsumCase("ij,kl->", [[2, 3], [2, 2]]),
    einsumCase("nlhd,nshd->nhls", [[2, 3, 2, 4], [2, 5, 2, 4]]),
    einsumCase("bn,anm,bm->ba", [[2, 3], [4, 3, 5], [2, 5]]),
    einsumCase("ii,ij->j", [[3, 3], [3, 2]]),
    einsumCase(",ij->ji", [[], [2, 3]]),
    einsumCase("ij,jk->ik", [[2, 0], [0, 3]]),
    einsumCase(" i j , j -> i ", [[2, 3], [3]]),
]

private func einsumCase(_ equation: String, _ shapes: [Shape]) -> GradientCase {
    GradientCase(
        "einsum \(equation)",
        inputs: shapes.enumerated().map { .sample($1, seed: UInt64($0 + 1)) },
        reference: { naiveEinsum(equation, $0) },
        { v in
            switch v.count {
            case 1: einsum(equation, v[0])
            case 2: einsum(equation, v[0], v[1])
            default: einsum(equation, v[0], v[1], v[2])
            }
        })
}

private func naiveEinsum(_ equation: String, _ x: [Tensor<Double>]) -> Tensor<Double> {
    let text = equation.filter { $0 != " " }
    let arrow = text.firstIndex(of: "-")!
    let operands = text[..<arrow].split(separator: ",", omittingEmptySubsequences: false).map {
        Array($0)
    }
    let result = Array(text[arrow...].dropFirst(2))
    var lengths: [Character: Int] = [:]
    for (names, tensor) in zip(operands, x) {
        for (name, length) in zip(names, tensor.shape) { lengths[name] = length }
    }
    let summed = lengths.keys.filter { !result.contains($0) }.sorted()
    return .built(Shape(result.map { lengths[$0]! })) { outer in
        indices(of: Shape(summed.map { lengths[$0]! })).reduce(0) { sum, inner in
            let places = Dictionary(
                uniqueKeysWithValues: zip(result, outer).map { ($0, $1) }
                    + zip(summed, inner).map { ($0, $1) })
            return sum
                + zip(operands, x).reduce(1) { $0 * $1.1.at($1.0.map { places[$0]! }) }
        }
    }
}
