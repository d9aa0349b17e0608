import Foundation
import GestaltMetrics
import GestaltTensor
import Testing

@Suite struct ReductionTests {
    // Three pictures of 2 × 2: half right, both empty, only the prediction's empty.
    static let prediction = Tensor<UInt8>(
        shape: [3, 2, 2], scalars: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    static let truth = Tensor<UInt8>(
        shape: [3, 2, 2], scalars: [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0])

    static func table() -> CountTable {
        var table = CountTable.foreground
        table.add(prediction: prediction, truth: truth)
        return table
    }

    @Test func foregroundByHand() {
        let table = Self.table()
        #expect(table.perImage(.iou) == [0.5, 1, 0])
        #expect(table.score(.iou, .perImage) == 0.5)
        #expect(table.score(.iou, .perImage, absent: .zero) == 0.5 / 3)
        #expect(table.score(.iou, .perImage, absent: .skipped) == 0.25)
        // One pixel of three in either mask.
        #expect(table.score(.iou, .micro) == 1.0 / 3)
        #expect(table.score(.dice, .micro) == 0.5)
        #expect(table.score(.iou, .macro) == 1.0 / 3)
        #expect(table.score(.accuracy, .micro) == 10.0 / 12)
    }

    @Test func emptyTableIsNoNumber() {
        #expect(CountTable.foreground.score(.iou, .micro).isNaN)
        #expect(CountTable.foreground.score(.iou, .perImage).isNaN)
    }

    @Test(arguments: [UInt64(1), 2, 3]) func reductionsAgainstSetsOfPixels(seed: UInt64) {
        var numbers = Numbers(seed: seed)
        // Few pixels and many classes, so that classes are absent from pictures.
        let prediction = numbers.labels([6, 3, 2], classes: 4)
        let truth = numbers.labels([6, 3, 2], classes: 4)
        var table = CountTable.labels(4)
        table.add(prediction: prediction, truth: truth)
        let pairs = (0..<6).map { image in
            (0..<4).map { label in
                (
                    Naive.pixels(prediction, image, UInt8(label)),
                    Naive.pixels(truth, image, UInt8(label))
                )
            }
        }
        // Pixels of different pictures and classes made distinct, for sets over several of them.
        func merged(_ chosen: [(Int, Int)]) -> (Set<Int>, Set<Int>) {
            var result: (Set<Int>, Set<Int>) = ([], [])
            for (image, label) in chosen {
                let offset = (image * 4 + label) * 6
                result.0.formUnion(pairs[image][label].0.map { $0 + offset })
                result.1.formUnion(pairs[image][label].1.map { $0 + offset })
            }
            return result
        }
        let all = (0..<6).flatMap { image in (0..<4).map { (image, $0) } }
        func mean(_ groups: [[(Int, Int)]], _ score: (Set<Int>, Set<Int>) -> Double) -> Double {
            groups.reduce(0) { sum, group in
                let (p, g) = merged(group)
                return sum + score(p, g)
            } / Double(groups.count)
        }
        let groups: [(Reduction, [[(Int, Int)]])] = [
            (.micro, [all]), (.macroImagewise, all.map { [$0] }),
            (.macro, (0..<4).map { label in (0..<6).map { ($0, label) } }),
            (.perImage, (0..<6).map { image in (0..<4).map { (image, $0) } }),
        ]
        for (reduction, groups) in groups {
            #expect(
                meansAgree(table.score(.iou, reduction), mean(groups, Naive.iou)), "\(reduction)")
            #expect(
                meansAgree(table.score(.dice, reduction), mean(groups, Naive.dice)), "\(reduction)")
        }
    }

    @Test func tablesMergeAndSelect() {
        let whole = Self.table()
        var merged = CountTable.foreground
        merged.add(prediction: Self.prediction[0..<1], truth: Self.truth[0..<1])
        var rest = CountTable.foreground
        rest.add(prediction: Self.prediction[1..<3], truth: Self.truth[1..<3])
        merged.merge(rest)
        #expect(merged == whole)
        #expect(whole.selecting([2, 1, 0]).scores(.perImage) == whole.scores(.perImage))
        #expect(whole.selecting([0, 0]).score(.iou, .perImage) == 0.5)
    }

    @Test func columnsStandAlone() {
        var table = CountTable(columns: [.foreground, .label(1), .label(2)])
        table.add(prediction: Self.prediction, truth: Self.truth)
        #expect(table.column(.foreground) == Self.table())
        #expect(table.column(.label(2)).score(.iou, .micro) == 0)
    }

    @Test func resultsSurviveJSON() throws {
        let scores = Self.table().scores(.perImage)
        let data = try JSONEncoder().encode(scores)
        #expect(try JSONDecoder().decode(SegmentationScores.self, from: data) == scores)
        let table = try JSONEncoder().encode(Self.table())
        #expect(try JSONDecoder().decode(CountTable.self, from: table) == Self.table())
    }

    @Test func intervalHoldsTheEstimateAndRepeats() {
        var numbers = Numbers(seed: 9)
        var table = CountTable.foreground
        table.add(
            prediction: numbers.labels([40, 4, 4], classes: 2),
            truth: numbers.labels([40, 4, 4], classes: 2))
        let clips = (0..<40).map { $0 / 4 }
        let bootstrap = Bootstrap(resamples: 300, level: 0.9, seed: 1)
        let interval = table.interval(.iou, .perImage, clips: clips, bootstrap)
        #expect(interval.estimate == table.score(.iou, .perImage))
        #expect(interval.lower < interval.estimate && interval.estimate < interval.upper)
        #expect(interval == table.interval(.iou, .perImage, clips: clips, bootstrap))
        // The normal interval of the mean of ten clips, within a third.
        let means = (0..<10).map { clip in
            table.selecting((clip * 4)..<(clip * 4 + 4)).score(.iou, .perImage)
        }
        let center = means.reduce(0, +) / 10
        let variance = means.reduce(0) { $0 + ($1 - center) * ($1 - center) } / 10
        let expected = 2 * 1.645 * (variance / 10).squareRoot()
        let width = interval.upper - interval.lower
        #expect(abs(width - expected) < expected / 3, "\(width) against \(expected)")
    }

    @Test func oneClipLeavesNoDoubt() {
        let interval = Self.table().interval(
            .iou, .perImage, clips: [7, 7, 7], Bootstrap(resamples: 10))
        #expect(interval.lower == interval.estimate && interval.upper == interval.estimate)
    }
}
