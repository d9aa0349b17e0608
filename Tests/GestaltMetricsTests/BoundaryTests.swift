import GestaltMetrics
import GestaltTensor
import Testing

@Suite struct BoundaryTests {
    @Test(arguments: [(64, 64, 1), (480, 854, 8), (100, 100, 2), (3, 4, 1)])
    func radiusFollowsTheDiagonal(height: Int, width: Int, expected: Int) {
        #expect(BoundaryScores().radius(height: height, width: width) == expected)
    }

    /// A square of side 4 at (`top`, `left`) on 12 × 12; nothing without a place.
    static func square(_ top: Int?, _ left: Int = 0) -> Tensor<UInt8> {
        Tensor(
            shape: [12, 12],
            scalars: (0..<144).map { pixel in
                guard let top else { return 0 }
                let (y, x) = (pixel / 12 - top, pixel % 12 - left)
                return (0..<4).contains(y) && (0..<4).contains(x) ? 1 : 0
            })
    }

    struct Known: Sendable {
        let prediction: Tensor<UInt8>
        let truth: Tensor<UInt8>
        let expected: (precision: Double, recall: Double, f: Double)
    }

    static let known = [
        Known(prediction: square(4, 4), truth: square(4, 4), expected: (1, 1, 1)),
        Known(prediction: square(4, 4), truth: square(4, 5), expected: (1, 1, 1)),
        Known(prediction: square(0, 0), truth: square(8, 8), expected: (0, 0, 0)),
        Known(prediction: square(nil), truth: square(nil), expected: (1, 1, 1)),
        Known(prediction: square(nil), truth: square(4, 4), expected: (1, 0, 0)),
        Known(prediction: square(4, 4), truth: square(nil), expected: (0, 1, 0)),
    ]

    @Test(arguments: known.indices) func squares(_ index: Int) {
        let known = Self.known[index]
        var scores = BoundaryScores()
        scores.add(prediction: known.prediction, truth: known.truth)
        #expect(scores.precision == known.expected.precision)
        #expect(scores.recall == known.expected.recall)
        #expect(scores.f == known.expected.f)
    }

    @Test(arguments: [1, 2, 3]) func againstEveryPair(radius: Int) {
        var numbers = Numbers(seed: UInt64(radius))
        // Blobs: random cells of 3 × 3 pixels.
        func blobs() -> [[UInt8]] {
            let cells = numbers.labels([5, 6], classes: 2)
            return (0..<15).map { y in (0..<18).map { cells[scalar: y / 3, $0 / 3] } }
        }
        var scores = BoundaryScores(tolerance: Double(radius) / 23.5)
        #expect(scores.radius(height: 15, width: 18) == radius)
        var expected = 0.0
        for _ in 0..<5 {
            let (p, g) = (blobs(), blobs())
            scores.add(
                prediction: Tensor(shape: [15, 18], scalars: p.flatMap { $0 }),
                truth: Tensor(shape: [15, 18], scalars: g.flatMap { $0 }))
            expected += Naive.boundaryF(p, g, radius: radius) / 5
        }
        #expect(meansAgree(scores.f, expected))
    }

    @Test func partsMerge() {
        var (first, second, whole) = (BoundaryScores(), BoundaryScores(), BoundaryScores())
        first.add(prediction: Self.square(1, 1), truth: Self.square(3, 1))
        second.add(prediction: Self.square(5, 1), truth: Self.square(5, 2))
        whole.add(prediction: Self.square(1, 1), truth: Self.square(3, 1))
        whole.add(prediction: Self.square(5, 1), truth: Self.square(5, 2))
        first.merge(second)
        #expect(first == whole)
    }
}
