import GestaltTensor
import TestSupport

/// Views, joining, padding, moving.
let structureCases: [GradientCase] = viewCases + joiningCases + indexCases

private let viewCases: [GradientCase] = [
    GradientCase(
        "permuted", inputs: [.sample([2, 3, 4])],
        reference: { x in .built([4, 2, 3]) { x[0].at([$0[1], $0[2], $0[0]]) } },
        { $0[0].permuted([2, 0, 1]) }),
    GradientCase(
        "reshaped", inputs: [.sample([2, 6])],
        reference: { .init(shape: [3, 4], scalars: $0[0].scalars) }, { $0[0].reshaped([3, -1]) }),
    GradientCase(
        "sliced by 2", inputs: [.sample([2, 7, 3])],
        reference: { x in .built([2, 2, 3]) { x[0].at([$0[0], 2 + 2 * $0[1], $0[2]]) } },
        { $0[0].sliced(2..<6, axis: 1, by: 2) }),
    GradientCase("empty slice", inputs: [.sample([3, 2])]) { $0[0].sliced(1..<1, axis: 0) },
    GradientCase(
        "selected", inputs: [.sample([3, 4])],
        reference: { x in .built([3]) { x[0].at([$0[0], 2]) } }, { $0[0].selected(-2, axis: 1) }),
    GradientCase("subscripts", inputs: [.sample([4, 3])]) {
        $0[0][1..<3] * $0[0][-1] + $0[0][0, 1]
    },
    GradientCase(
        "broadcast", inputs: [.sample([3, 1])],
        reference: { x in .built([2, 3, 4]) { x[0].at([$0[1], 0]) } },
        { $0[0].broadcast(to: [2, 3, 4]) }),
    GradientCase("expanded and squeezed", inputs: [.sample([3, 2])]) {
        $0[0].expanded(axis: 1).squared().squeezed(axis: 1)
    },
]

private let joiningCases: [GradientCase] = [
    GradientCase(
        "concatenated",
        inputs: [.sample([2, 3], seed: 1), .sample([2, 1], seed: 2), .sample([2, 0])],
        reference: { x in .built([2, 4]) { $0[1] < 3 ? x[0].at($0) : x[1].at([$0[0], 0]) } },
        { concatenated($0, axis: -1) }),
    GradientCase(
        "stacked", inputs: [.sample([2, 3], seed: 1), .sample([2, 3], seed: 2)],
        reference: { x in .built([2, 2, 3]) { x[$0[1]].at([$0[0], $0[2]]) } },
        { stacked($0, axis: 1) }),
    GradientCase("split by sizes", inputs: [.sample([5, 2])]) { v in
        let parts = v[0].split(sizes: [2, 0, 3], axis: 0)
        return parts[0].sum(axes: [0]) * parts[2] + parts[1].sum()
    },
    GradientCase("split, one part used, twice; the whole used too", inputs: [.sample([2, 6])]) {
        v in
        let parts = v[0].split(count: 3, axis: 1)
        return parts[1] * parts[1].exp() + v[0].sum() * v[0].squared().mean()
    },
    GradientCase("split of a split, replayed", inputs: [.sample([4, 6])]) { v in
        checkpointed {
            let halves = v[0].split(count: 2, axis: 0)
            let thirds = halves[0].split(count: 3, axis: 1)
            return concatenated([thirds[2] * thirds[0], halves[1].sliced(1..<3, axis: 1)], axis: 0)
        }
    },
    GradientCase("split in equal parts", inputs: [.sample([2, 6])]) { v in
        let parts = v[0].split(count: 3, axis: 1)
        return parts[0] * parts[1] - parts[2]
    },
    GradientCase(
        "padded", inputs: [.sample([2, 3, 2])],
        reference: { x in
            .built([2, 6, 2]) { 1..<4 ~= $0[1] ? x[0].at([$0[0], $0[1] - 1, $0[2]]) : 7 }
        },
        { $0[0].padded(before: 1, after: 2, axis: 1, value: 7) }),
    GradientCase(
        "rolled", inputs: [.sample([2, 5])],
        reference: { x in .built([2, 5]) { x[0].at([$0[0], ($0[1] + 3) % 5]) } },
        { $0[0].rolled(by: -3, axis: 1) }),
    GradientCase("rolled far", inputs: [.sample([3])]) { $0[0].rolled(by: 7, axis: 0) },
    GradientCase(
        "flipped", inputs: [.sample([3, 4])],
        reference: { x in .built([3, 4]) { x[0].at([2 - $0[0], $0[1]]) } },
        { $0[0].flipped(axis: 0) }),
    GradientCase(
        "repeated", inputs: [.sample([2, 3])],
        reference: { x in .built([2, 6]) { x[0].at([$0[0], $0[1] / 2]) } },
        { $0[0].repeated(2, axis: 1) }),
    GradientCase(
        "tiled", inputs: [.sample([2, 3])],
        reference: { x in .built([6, 3]) { x[0].at([$0[0] % 2, $0[1]]) } },
        { $0[0].tiled(3, axis: 0) }),
]

private let indices = Tensor<Int32>(shape: [2, 2], scalars: [2, 0, 2, 1])

private let indexCases: [GradientCase] = [
    GradientCase(
        "gathered rows", inputs: [.sample([3, 4])],
        reference: { x in .built([2, 2, 4]) { x[0].at([Int(indices.at([$0[0], $0[1]])), $0[2]]) } },
        { $0[0].gathered(indices, axis: 0) }),
    GradientCase(
        "gathered inside", inputs: [.sample([2, 3, 2])],
        reference: { x in
            .built([2, 2, 2, 2]) { x[0].at([$0[0], Int(indices.at([$0[1], $0[2]])), $0[3]]) }
        },
        { $0[0].gathered(indices, axis: 1) }),
    GradientCase("gathered columns", inputs: [.sample([2, 3])]) {
        $0[0].gathered(indices, axis: -1)
    },
    GradientCase("gathered nothing", inputs: [.sample([2, 3])]) {
        $0[0].gathered(Tensor<Int32>([]), axis: 0)
    },
    GradientCase(
        "gatheredAlong", inputs: [.sample([3, 2])],
        reference: { x in .built([2, 2]) { x[0].at([Int(indices.at($0)), $0[1]]) } },
        { $0[0].gatheredAlong(indices, axis: 0) }),
    GradientCase(
        "scatterAdded", inputs: [.sample([3, 2]), .sample([2, 2, 2], seed: 6)],
        reference: { x in
            .built([3, 2]) { place in
                TestSupport.indices(of: [2, 2]).reduce(x[0].at(place)) { sum, at in
                    Int(indices.at(at)) == place[0] ? sum + x[1].at(at + [place[1]]) : sum
                }
            }
        },
        { $0[0].scatterAdded($0[1], at: indices, axis: 0) }),
    GradientCase(
        "sorted", inputs: [.distinct([2, 5, 2])],
        reference: { x in
            .built([2, 5, 2]) { at in
                (0..<5).map { x[0].at([at[0], $0, at[2]]) }.sorted()[at[1]]
            }
        },
        { $0[0].sorted(axis: 1).values }),
    GradientCase("sorted down", inputs: [.distinct([40])]) {
        $0[0].sorted(descending: true).values
    },
    GradientCase(
        "topK", inputs: [.distinct([3, 20])],
        reference: { x in
            .built([3, 2]) { at in
                (0..<20).map { x[0].at([at[0], $0]) }.sorted(by: >)[at[1]]
            }
        },
        { $0[0].topK(2).values }),
    GradientCase("topK of many", inputs: [.distinct([6, 2])]) { $0[0].topK(4, axis: 0).values },
]
