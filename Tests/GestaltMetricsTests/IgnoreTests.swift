import Foundation
import GestaltMetrics
import GestaltTensor
import Testing

/// Scores with an ignored label are the scores of the pixels left.
@Suite struct IgnoreTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let classes: Int
        let ignored: UInt8
        /// Out of a hundred pixels.
        let share: Int

        var testDescription: String { "\(classes) classes, \(share) % are \(ignored)" }

        /// Four pictures of 5 × 6, some pixels ignored.
        var pictures: (prediction: Tensor<UInt8>, truth: Tensor<UInt8>) {
            var numbers = Numbers(seed: UInt64(classes * 1000 + share))
            let prediction = numbers.labels([4, 5, 6], classes: classes)
            let truth = numbers.labels([4, 5, 6], classes: classes).scalars.map {
                numbers.next(below: 100) < share ? ignored : $0
            }
            return (prediction, Tensor(shape: [4, 5, 6], scalars: truth))
        }
    }

    static let cases = [2, 3, 6].flatMap { classes in
        [(UInt8(255), 10), (255, 50), (255, 90), (200, 30)].map {
            Case(classes: classes, ignored: $0.0, share: $0.1)
        }
    }

    @Test(arguments: cases) func tablesCountThePixelsLeft(_ known: Case) {
        let (prediction, truth) = known.pictures
        let columns = [CountTable.Column.foreground] + (0..<known.classes).map { .label($0) }
        var table = CountTable(columns: columns, ignoredLabel: Int(known.ignored))
        table.add(prediction: prediction, truth: truth)
        var left = CountTable(columns: columns)
        for picture in 0..<4 {
            let actual = truth[picture].scalars
            let kept = actual.indices.filter { actual[$0] != known.ignored }
            guard !kept.isEmpty else {
                left.add(row: columns.map { _ in .zero })
                continue
            }
            func row(_ labels: Tensor<UInt8>) -> Tensor<UInt8> {
                Tensor(shape: [1, kept.count], scalars: kept.map { labels[picture].scalars[$0] })
            }
            left.add(prediction: row(prediction), truth: row(truth))
        }
        #expect(table.rows == left.rows)
        for reduction in Reduction.allCases {
            for absent in AbsentClass.allCases {
                #expect(
                    table.scores(reduction, absent: absent)
                        == left.scores(reduction, absent: absent))
            }
        }
    }

    @Test(arguments: cases) func predictionsOfIgnoredPixelsChangeNothing(_ known: Case) {
        let (prediction, truth) = known.pictures
        let other = Tensor<UInt8>(
            shape: truth.shape,
            scalars: zip(prediction.scalars, truth.scalars).map {
                $1 == known.ignored ? 1 - min($0, 1) : $0
            })
        func boundaries(_ prediction: Tensor<UInt8>) -> BoundaryScores {
            var scores = BoundaryScores(tolerance: 0.1, ignoredLabel: Int(known.ignored))
            scores.add(prediction: prediction, truth: truth)
            return scores
        }
        #expect(boundaries(prediction) == boundaries(other))
        func matrix(_ prediction: Tensor<UInt8>) -> ConfusionMatrix {
            var matrix = ConfusionMatrix(
                classCount: known.classes, ignoredLabel: Int(known.ignored))
            matrix.add(prediction: prediction, truth: truth)
            return matrix
        }
        #expect(matrix(prediction) == matrix(other))
        #expect(
            matrix(prediction).ignoredCount == truth.scalars.count { $0 == known.ignored })
    }

    /// By hand: 2 × 4, the third column ignored; of class 1 one hit, one miss, one false claim.
    @Test func byHand() {
        let truth = Tensor<UInt8>(shape: [2, 4], scalars: [1, 1, 255, 0, 0, 2, 255, 0])
        let prediction = Tensor<UInt8>(shape: [2, 4], scalars: [1, 0, 1, 0, 1, 2, 2, 0])
        var table = CountTable.labels(4, from: 1, ignoring: 255)
        table.add(prediction: prediction, truth: truth)
        #expect(table.column(.label(1)).score(.iou, .micro) == 1.0 / 3)
        #expect(table.column(.label(2)).score(.iou, .micro) == 1)
        #expect(table.column(.label(3)).score(.iou, .micro, absent: .skipped).isNaN)
        #expect(table.score(.iou, .macro, absent: .skipped) == 2.0 / 3)
        #expect(table.column(.label(1)).score(.accuracy, .micro) == 4.0 / 6)
    }

    @Test(arguments: AbsentClass.allCases) func aPictureWithoutCountedPixelsHasNoScore(
        absent: AbsentClass
    ) {
        var table = CountTable(columns: [.foreground], ignoredLabel: 255)
        let void = Tensor<UInt8>(repeating: 255, shape: [1, 2, 2])
        table.add(prediction: .ones([1, 2, 2]), truth: void)
        #expect(table.perImage(.iou, absent: absent) == [nil])
        #expect(table.score(.iou, .perImage, absent: absent).isNaN)
        table.add(prediction: Tensor<UInt8>.ones([1, 2, 2]), truth: .ones([1, 2, 2]))
        #expect(table.score(.iou, .perImage, absent: absent) == 1)
        var boundaries = BoundaryScores(ignoredLabel: 255)
        boundaries.add(prediction: .ones([1, 2, 2]), truth: void)
        #expect(boundaries.images.isEmpty && boundaries.f.isNaN)
        #expect(ConfusionMatrix(classCount: 2).accuracy.isNaN)
    }

    /// An object of 4 × 4 in 12 × 12 with an ignored rim of `rim` pixels around it.
    private func rimmed(_ rim: Int) -> Tensor<UInt8> {
        Tensor(
            shape: [12, 12],
            scalars: (0..<144).map { place in
                let (y, x) = (place / 12, place % 12)
                if (4..<8).contains(y), (4..<8).contains(x) { return 1 }
                let reach = (4 - rim)..<(8 + rim)
                return reach.contains(y) && reach.contains(x) ? 255 : 0
            })
    }

    @Test func anOutlineThatIsIgnoredHasNoScore() {
        var scores = BoundaryScores(ignoredLabel: 255)
        scores.add(prediction: BoundaryTests.square(4, 4), truth: rimmed(1))
        #expect(scores.images.isEmpty)
        scores.add(prediction: BoundaryTests.square(4, 4), truth: rimmed(0))
        #expect(scores.images.count == 1 && scores.f == 1)
        // An ignored corner takes its part of the outlines away on both sides.
        var corner = rimmed(0).scalars
        for place in 0..<144 where place / 12 < 6 && place % 12 < 6 { corner[place] = 255 }
        scores.add(
            prediction: BoundaryTests.square(4, 4), truth: Tensor(shape: [12, 12], scalars: corner))
        #expect(scores.images.count == 2 && scores.f == 1)
        #expect(scores.images[1].truth < scores.images[0].truth && scores.images[1].truth > 0)
    }

    @Test func noScoreIsNullInJSON() throws {
        var table = CountTable.labels(3, from: 2)
        table.add(prediction: Tensor<UInt8>.ones([2, 2]), truth: .zeros([2, 2]))
        let scores = table.scores(.perImage, absent: .skipped)
        #expect(scores.iou.isNaN && scores == scores)
        let json = try JSONEncoder().encode(scores)
        #expect(String(decoding: json, as: UTF8.self).contains("\"iou\":null"))
        #expect(try JSONDecoder().decode(SegmentationScores.self, from: json) == scores)
    }
}
