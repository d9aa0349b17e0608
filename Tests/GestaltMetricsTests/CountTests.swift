import GestaltMetrics
import GestaltTensor
import Testing

@Suite struct CountTests {
    struct Known: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let counts: BinaryCounts
        let absent: AbsentClass
        /// IoU, Dice, precision, recall, accuracy.
        let expected: [Double?]
    }

    static let known = [
        Known(
            testDescription: "all four kinds",
            counts: BinaryCounts(
                truePositives: 6, falsePositives: 2, falseNegatives: 4, trueNegatives: 8),
            absent: .one, expected: [0.5, 2.0 / 3, 0.75, 0.6, 0.7]),
        Known(
            testDescription: "only predicted", counts: BinaryCounts(falsePositives: 3),
            absent: .one, expected: [0, 0, 0, 0, 0]),
        Known(
            testDescription: "only in the truth",
            counts: BinaryCounts(falseNegatives: 3, trueNegatives: 1), absent: .one,
            expected: [0, 0, 0, 0, 0.25]),
        Known(
            testDescription: "absent as one", counts: BinaryCounts(trueNegatives: 4),
            absent: .one, expected: [1, 1, 1, 1, 1]),
        Known(
            testDescription: "absent as zero", counts: BinaryCounts(trueNegatives: 4),
            absent: .zero, expected: [0, 0, 0, 0, 1]),
        Known(
            testDescription: "absent skipped", counts: BinaryCounts(trueNegatives: 4),
            absent: .skipped, expected: [nil, nil, nil, nil, 1]),
        Known(
            testDescription: "no pixel", counts: .zero, absent: .skipped,
            expected: [nil, nil, nil, nil, nil]),
    ]

    @Test(arguments: known) func scoresByHand(_ known: Known) {
        let scores = SegmentationScore.allCases.map {
            known.counts.value(of: $0, absent: known.absent)
        }
        #expect(scores == known.expected)
    }

    @Test func confusionByHand() {
        var matrix = ConfusionMatrix(classCount: 3, ignoredLabel: 255)
        matrix.add(
            prediction: Tensor<UInt8>(shape: [2, 3], scalars: [0, 1, 2, 1, 1, 0]),
            truth: Tensor<UInt8>(shape: [2, 3], scalars: [0, 1, 1, 1, 2, 255]))
        #expect(matrix[truth: 1, prediction: 1] == 2)
        #expect(matrix[truth: 1, prediction: 2] == 1)
        #expect(matrix[truth: 2, prediction: 1] == 1)
        #expect(matrix.ignoredCount == 1 && matrix.total == 5)
        #expect(matrix.accuracy == 0.6)
        #expect(
            matrix.counts(of: 1)
                == BinaryCounts(
                    truePositives: 2, falsePositives: 1, falseNegatives: 1, trueNegatives: 1))
    }

    @Test func partsMergeIntoTheWholeInAnyOrder() {
        var numbers = Numbers(seed: 3)
        let prediction = numbers.labels([9, 7, 5], classes: 4)
        let truth = numbers.labels([9, 7, 5], classes: 4)
        func matrix(_ images: [Range<Int>]) -> ConfusionMatrix {
            var matrix = ConfusionMatrix(classCount: 4, ignoredLabel: 3)
            for range in images { matrix.add(prediction: prediction[range], truth: truth[range]) }
            return matrix
        }
        let whole = matrix([0..<9])
        #expect(matrix([6..<9, 0..<2, 2..<6]) == whole)
        var merged = matrix([4..<9])
        merged.merge(matrix([0..<4]))
        #expect(merged == whole)
    }

    @Test func matrixAndTableAgree() {
        var numbers = Numbers(seed: 5)
        let prediction = numbers.labels([4, 6, 6], classes: 3)
        let truth = numbers.labels([4, 6, 6], classes: 3)
        var matrix = ConfusionMatrix(classCount: 3)
        matrix.add(prediction: prediction, truth: truth)
        var table = CountTable.labels(3)
        table.add(prediction: prediction, truth: truth)
        for label in 0..<3 {
            let summed = table.rows.reduce(BinaryCounts.zero) { $0 + $1[label] }
            #expect(summed == matrix.counts(of: label), "class \(label)")
        }
    }

    @Test func labelTypesCountAlike() {
        var numbers = Numbers(seed: 6)
        let prediction = numbers.labels([2, 5, 5], classes: 3)
        let truth = numbers.labels([2, 5, 5], classes: 3)
        func widened(_ x: Tensor<UInt8>) -> Tensor<Int32> {
            Tensor(shape: x.shape, scalars: x.scalars.map(Int32.init))
        }
        func mask(_ x: Tensor<UInt8>) -> Tensor<Bool> {
            Tensor(shape: x.shape, scalars: x.scalars.map { $0 != 0 })
        }
        var (bytes, words, masks) = (
            CountTable.foreground, CountTable.foreground, CountTable.foreground
        )
        bytes.add(prediction: prediction, truth: truth)
        words.add(prediction: widened(prediction), truth: widened(truth))
        masks.add(prediction: mask(prediction), truth: mask(truth))
        #expect(bytes == words && bytes == masks)
    }

    @Test func differentShapesStop() async {
        await #expect(processExitsWith: .failure) {
            var table = CountTable.foreground
            table.add(prediction: Tensor<UInt8>.zeros([2, 4, 4]), truth: .zeros([2, 4, 5]))
        }
    }

    @Test func labelsOutsideTheMatrixStop() async {
        await #expect(processExitsWith: .failure) {
            var matrix = ConfusionMatrix(classCount: 2)
            matrix.add(prediction: Tensor<UInt8>([0, 2]), truth: Tensor<UInt8>([0, 1]))
        }
    }
}
