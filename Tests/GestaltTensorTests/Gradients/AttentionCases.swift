import Foundation
import GestaltTensor
import TestSupport

private struct Form: Sendable {
    let name: String
    let query, key, value: Shape
    var axis = -2
    var mask = AttentionMask.none
    var scale: Double?
    var dropout: AttentionDropout?
}

private let dropout = AttentionDropout(rate: 0.3, random: RandomStream(seed: 4).split(2))

private let forms: [Form] = [
    Form(name: "one query", query: [1, 3], key: [4, 3], value: [4, 2]),
    Form(name: "one key", query: [3, 2], key: [1, 2], value: [1, 5]),
    Form(name: "no key at all", query: [2, 3], key: [0, 3], value: [0, 2]),
    Form(name: "no query", query: [0, 3], key: [2, 3], value: [2, 2]),
    Form(name: "square", query: [5, 4], key: [5, 4], value: [5, 4]),
    Form(name: "heads", query: [2, 3, 4, 5], key: [2, 3, 6, 5], value: [2, 3, 6, 3]),
    Form(name: "scaled", query: [2, 3], key: [3, 3], value: [3, 1], scale: 1.7),
    Form(name: "causal", query: [4, 3], key: [4, 3], value: [4, 2], mask: .causal),
    Form(
        name: "causal, later queries", query: [2, 3], key: [5, 3], value: [5, 2], mask: .causal),
    Form(name: "causal, no keys", query: [5, 3], key: [3, 3], value: [3, 2], mask: .causal),
    Form(
        name: "mask", query: [2, 3, 4], key: [2, 4, 4], value: [2, 4, 3],
        mask: .boolean(Tensor<Double>.sample([2, 3, 4], seed: 8) .> -0.5)),
    Form(
        name: "mask of keys", query: [2, 2, 3, 4], key: [2, 2, 4, 4], value: [2, 2, 4, 3],
        mask: .boolean(
            Tensor(
                shape: [2, 1, 1, 4],
                scalars: [
                    true, false, true, true, false, false, false, true,
                ]))),
    Form(
        name: "blind query", query: [3, 2], key: [2, 2], value: [2, 2],
        mask: .boolean(Tensor(shape: [3, 1], scalars: [true, false, true]))),
    Form(
        name: "along rows of a video", query: [2, 2, 3, 2, 5], key: [2, 2, 3, 2, 5],
        value: [2, 2, 3, 2, 5], axis: 2),
    Form(
        name: "along time of a video, causal", query: [1, 3, 2, 2, 4], key: [1, 3, 2, 2, 4],
        value: [1, 3, 2, 2, 2], axis: 1, mask: .causal),
    Form(name: "tiles", query: [130, 3], key: [66, 3], value: [66, 2]),
    Form(
        name: "tiles, causal", query: [2, 68, 3], key: [2, 131, 3], value: [2, 131, 2],
        mask: .causal),
    Form(
        name: "tiles along an axis, masked", query: [16, 2, 3], key: [132, 2, 3],
        value: [132, 2, 3], axis: 0,
        mask: .boolean(Tensor<Double>.sample([16, 132], seed: 5) .> -1)),
    Form(
        name: "blocks", query: [2, 12, 3], key: [2, 12, 3], value: [2, 12, 2],
        mask: .blockSparse(BlockSparsity(block: 3, rows: [[0], [1], [0, 2], [0, 1, 3]]))),
    Form(
        name: "blocks along an axis", query: [6, 2, 3], key: [6, 2, 3], value: [6, 2, 4], axis: 0,
        mask: .blockSparse(BlockSparsity(block: 2, rows: [[0], [0, 1], [0, 2]]))),
    Form(
        name: "blocks off the panels", query: [1, 147, 3], key: [1, 147, 3], value: [1, 147, 2],
        mask: .blockSparse(
            BlockSparsity(
                block: 21, rows: (0..<7).map { i in (0...i).filter { $0 % 3 != 1 || $0 == i } }))
    ),
    Form(
        name: "one block beyond a tile", query: [270, 2], key: [270, 2], value: [270, 2],
        mask: .blockSparse(BlockSparsity(block: 270, rows: [[0]]))),
    Form(
        name: "many parts, causal", query: [40, 130, 2], key: [40, 130, 2], value: [40, 130, 1],
        mask: .causal),
    Form(
        name: "dropout, causal", query: [2, 6, 3], key: [2, 6, 3], value: [2, 6, 2],
        mask: .causal, dropout: dropout),
    Form(
        name: "dropout in tiles", query: [130, 3], key: [261, 3], value: [261, 2],
        dropout: dropout),
]

let attentionCases: [GradientCase] = forms.map { form in
    GradientCase(
        "attention, \(form.name)",
        inputs: [
            .sample(form.query, seed: 3, in: -1...1), .sample(form.key, seed: 4, in: -1...1),
            .sample(form.value, seed: 5, in: -1...1),
        ],
        reference: {
            naiveAttention(
                $0[0], $0[1], $0[2], axis: form.axis, mask: form.mask, scale: form.scale,
                dropout: form.dropout)
        },
        {
            attention(
                query: $0[0], key: $0[1], value: $0[2], axis: form.axis, mask: form.mask,
                scale: form.scale, dropout: form.dropout)
        })
}

/// Attention by plain loops in `Double`.
func naiveAttention(
    _ q: Tensor<Double>, _ k: Tensor<Double>, _ v: Tensor<Double>, axis: Int = -2,
    mask: AttentionMask = .none, scale: Double? = nil, dropout: AttentionDropout? = nil
) -> Tensor<Double> {
    let along = q.shape.resolved(axis)
    let (queries, keys, width) = (q.shape[along], k.shape[along], q.shape[-1])
    let factor = scale ?? 1 / Double(width).squareRoot()
    var shape = q.shape
    shape[-1] = v.shape[-1]
    func sees(_ index: [Int], _ i: Int, _ j: Int) -> Bool {
        switch mask {
        case .none: return true
        case .causal: return j <= i + keys - queries
        case .blockSparse(let sparsity):
            return j <= i && sparsity.rows[i / sparsity.block].contains(j / sparsity.block)
        case .boolean(let allowed):
            let outer = index.dropLast().enumerated().filter { $0.offset != along }.map(\.element)
            let place = (outer + [i, j]).suffix(allowed.rank)
            return allowed.at(zip(place, allowed.shape).map { $1 == 1 ? 0 : $0 })
        }
    }
    func place(_ index: [Int], _ position: Int, _ last: Int) -> [Int] {
        var place = index
        place[along] = position
        place[place.count - 1] = last
        return place
    }
    /// What the probabilities of query `i` are multiplied by; the batch is the axes in order.
    func kept(_ index: [Int], _ i: Int) -> [Double] {
        guard let dropout else { return Array(repeating: 1, count: keys) }
        var part = 0
        for (axis, length) in q.shape.enumerated() where axis != along && axis != q.rank - 1 {
            part = part * length + index[axis]
        }
        var stream = dropout.random
        stream.counter = UInt64((part * queries + i) * ((keys + 3) / 4))
        let flags = stream.bernoulli([keys], probability: Double(1 - dropout.rate)).scalars
        return flags.map { $0 ? 1 / Double(1 - dropout.rate) : 0 }
    }
    var weights: [(key: Int, weight: Double)] = []
    return .built(shape) { index in
        let i = index[along]
        if index.last == 0 {  // the weights serve the whole row
            let seen = (0..<keys).filter { sees(index, i, $0) }
            let scores = seen.map { j in
                factor
                    * (0..<width).reduce(0.0) {
                        $0 + q.at(place(index, i, $1)) * k.at(place(index, j, $1))
                    }
            }
            let largest = scores.max() ?? 0
            let sum = scores.reduce(0) { $0 + exp($1 - largest) }
            let factors = kept(index, i)
            weights = zip(seen, scores).map { ($0, exp($1 - largest) / sum * factors[$0]) }
        }
        return weights.reduce(0) { $0 + $1.weight * v.at(place(index, $1.key, index.last!)) }
    }
}
