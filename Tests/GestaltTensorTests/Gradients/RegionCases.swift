import GestaltTensor
import TestSupport

/// Subscripts: reading and assigning.
let regionCases: [GradientCase] = readingCases + assigningCases

private let mask = Tensor<Bool>(shape: [2, 3], scalars: [true, false, true, false, false, true])

private let readingCases: [GradientCase] = [
    GradientCase(
        "ranges and a position", inputs: [.sample([3, 4, 5])],
        reference: { x in .built([2, 5]) { x[0].at([1 + $0[0], 2, $0[1]]) } },
        { $0[0][1..., 2] }),
    GradientCase(
        "every form of a range", inputs: [.sample([4, 4, 4, 4])],
        reference: { x in
            .built([2, 3, 2, 1]) { x[0].at([1 + $0[0], $0[1], 2 + $0[2], $0[3]]) }
        },
        { $0[0][1..<3, ...2, (-2)..., ..<1] }),
    GradientCase(
        "ellipsis in front", inputs: [.sample([2, 3, 4])],
        reference: { x in .built([2, 3]) { x[0].at($0 + [3]) } }, { $0[0][..., -1] }),
    GradientCase(
        "ellipsis inside", inputs: [.sample([2, 3, 2, 4])],
        reference: { x in .built([3, 2, 3]) { x[0].at([1] + [$0[0], $0[1], 1 + $0[2]]) } },
        { $0[0][1, ..., 1...] }),
    GradientCase(
        "ellipsis of no axes", inputs: [.sample([2, 3])],
        reference: { x in .built([]) { _ in x[0].at([1, 0]) } }, { $0[0][1, ..., 0] }),
    GradientCase(
        "new axes and a stride", inputs: [.sample([2, 7])],
        reference: { x in .built([1, 2, 1, 2]) { x[0].at([$0[1], 1 + 4 * $0[3]]) } },
        { $0[0][.newAxis, 0..., .newAxis, stride(from: 1, to: 7, by: 4)] }),
    GradientCase(
        "stride through", inputs: [.sample([9])],
        reference: { x in .built([3]) { x[0].at([2 + 3 * $0[0]]) } },
        { $0[0][stride(from: 2, through: 8, by: 3)] }),
    GradientCase("nothing of it", inputs: [.sample([3, 2])]) { $0[0][3..., 0] },
    GradientCase("scalar, whole", inputs: [.sample([])]) { $0[0][...].squared() },
    GradientCase("scalar, with an axis", inputs: [.sample([])]) { $0[0][.newAxis] * 2 },
    GradientCase("rows", inputs: [.sample([4, 3])]) {
        $0[0].reduce($0[0][0] * 0) { $0 * 0.5 + $1.squared() }
    },
    GradientCase(
        "masked", inputs: [.sample([2, 3])],
        reference: { Tensor([$0[0].at([0, 0]), $0[0].at([0, 2]), $0[0].at([1, 2])]) },
        { $0[0][mask] }),
    GradientCase(
        "masked slices", inputs: [.sample([2, 3, 2])],
        reference: { x in
            .built([3, 2]) { x[0].at([[0, 0], [0, 2], [1, 2]][$0[0]] + [$0[1]]) }
        },
        { $0[0][mask] }),
    GradientCase("masked to nothing", inputs: [.sample([2, 3])]) { $0[0][mask .& !mask] },
]

private let assigningCases: [GradientCase] = [
    GradientCase(
        "assigned a row", inputs: [.sample([3, 2], seed: 1), .sample([2], seed: 2)],
        reference: { x in .built([3, 2]) { $0[0] == 1 ? x[1].at([$0[1]]) : x[0].at($0) } },
        { v in
            var x = v[0]
            x[1] = v[1]
            return x
        }),
    GradientCase(
        "assigned a region, broadcast",
        inputs: [.sample([3, 4], seed: 1), .sample([2, 1], seed: 2)],
        reference: { x in
            .built([3, 4]) {
                $0[0] >= 1 && $0[1] % 2 == 1 ? x[1].at([$0[0] - 1, 0]) : x[0].at($0)
            }
        },
        { v in
            var x = v[0]
            x[1..., stride(from: 1, to: 4, by: 2)] = v[1]
            return x
        }),
    GradientCase(
        "assigned to a constant", inputs: [.sample([2, 2])],
        reference: { x in .built([2, 3]) { $0[1] == 0 ? 0 : x[0].at([$0[0], $0[1] - 1]) } },
        { v in
            var x = Tensor<Double>.zeros([2, 3])
            x[..., 1...] = v[0]
            return x
        }),
    GradientCase("assigned in place of itself", inputs: [.sample([3, 2])]) { v in
        var x = v[0]
        x[0] *= x[1]
        x[..., 0] += 1
        x[2, ..., 1] = 5
        return x
    },
    GradientCase("assigned nothing", inputs: [.sample([2, 2]), .sample([])]) { v in
        var x = v[0]
        x[1..<1] = v[1]
        return x
    },
    GradientCase(
        "assigned where masked", inputs: [.sample([2, 3], seed: 1), .sample([3], seed: 2)],
        reference: { x in
            .built([2, 3]) { at in
                [[0, 0], [0, 2], [1, 2]].firstIndex(of: at).map { x[1].at([$0]) } ?? x[0].at(at)
            }
        },
        { v in
            var x = v[0]
            x[mask] = v[1]
            return x
        }),
    GradientCase("assigned slices where masked", inputs: [.sample([2, 3, 2]), .sample([2])]) { v in
        var x = v[0]
        x[mask] = v[1]
        x[!mask] *= 3
        return x
    },
    GradientCase("assigned 0 where masked", inputs: [.sample([2, 3])]) { v in
        var x = v[0]
        x[mask] = 0
        return x
    },
]
