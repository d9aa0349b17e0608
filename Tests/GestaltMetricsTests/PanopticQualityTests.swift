import GestaltMedia
import GestaltMetrics
import GestaltTensor
import TestSupport
import Testing

@Suite struct PanopticQualityTests {
    private struct Fixture: Decodable {
        struct Row: Decodable {
            let pq: Double
            let sq: Double
            let rq: Double
            let tp: Int?
            let fp: Int?
            let fn: Int?
            let iou: Double?
        }
        let all: Row
        let things: Row
        let stuff: Row
        let perCategory: [String: Row]
    }

    /// Against `panopticapi`.
    @Test(
        .tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message),
        arguments: ["plain", "crowd"])
    func scoresAndCountsOfCategories(name: String) throws {
        let fixture = try MetricFixture.json("panoptic/\(name)/expected.json", as: Fixture.self)
        let quality = try quality(name)
        func compare(_ expected: Fixture.Row, _ categories: [Int]?) {
            let found = PanopticScore.allCases.map { quality.score($0, categories: categories) }
            let values = [expected.pq, expected.sq, expected.rq]
            #expect(found.elementsEqual(values, by: MetricFixture.agrees), "\(found), \(values)")
        }
        compare(fixture.all, nil)
        compare(fixture.things, [1, 2, 4])
        compare(fixture.stuff, [3, 5])
        for (text, expected) in fixture.perCategory {
            let category = try #require(Int(text))
            let counts = quality.counts(of: category)
            #expect(
                [counts.truePositives, counts.falsePositives, counts.falseNegatives]
                    == [expected.tp, expected.fp, expected.fn], "category \(category)")
            #expect(MetricFixture.agrees(counts.iou, try #require(expected.iou)))
            if counts.truePositives + counts.falsePositives + counts.falseNegatives > 0 {
                compare(expected, [category])
            } else {
                #expect(quality.score(.pq, categories: [category]).isNaN)
            }
        }
    }

    @Test(.tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message))
    func partsMergeAndHaveAnInterval() throws {
        let whole = try quality("plain")
        var merged = try quality("plain", pictures: 0..<2)
        merged.merge(try quality("plain", pictures: 2..<6))
        #expect(merged == whole)
        let interval = whole.interval(
            .pq, clips: [0, 0, 1, 1, 2, 2], Bootstrap(resamples: 40))
        #expect(interval.estimate == whole.score(.pq))
        #expect(interval.lower <= interval.estimate && interval.estimate <= interval.upper)
    }

    private func quality(_ name: String, pictures: Range<Int> = 0..<6) throws -> PanopticQuality {
        struct Segment: Decodable {
            let id: Int32
            let categoryId: Int
            let iscrowd: Int
        }
        struct Picture: Decodable {
            let fileName: String
            let segmentsInfo: [Segment]
        }
        struct Set: Decodable { let annotations: [Picture] }
        func labels(_ side: String) throws -> [PanopticLabels] {
            let set = try MetricFixture.json(
                "panoptic/\(name)/\(side).json", as: Set.self, isSnakeCase: true)
            return try set.annotations[pictures].map { picture in
                let colors = try PNG.read(
                    MetricFixture.path("panoptic/\(name)/\(side)/\(picture.fileName)"))
                let values = colors.scalars.map { Int32($0) }
                let ids = (0..<values.count / 3).map { pixel -> Int32 in
                    let (red, green) = (values[3 * pixel], values[3 * pixel + 1])
                    return red + 256 * (green + 256 * values[3 * pixel + 2])
                }
                return PanopticLabels(
                    ids: Tensor(shape: [colors.shape[0], colors.shape[1]], scalars: ids),
                    segments: picture.segmentsInfo.map {
                        .init(id: $0.id, category: $0.categoryId, isCrowd: $0.iscrowd == 1)
                    })
            }
        }
        var quality = PanopticQuality()
        for (prediction, truth) in zip(try labels("pred"), try labels("gt")) {
            quality.add(prediction: prediction, truth: truth)
        }
        return quality
    }

    /// Two instances of category 1 beside void: the first found exactly, the second missed, and a
    /// prediction in the void.
    @Test func categoriesAndInstancesOfPixels() {
        let truth = PanopticLabels(
            categories: Tensor<Int32>(shape: [1, 6], scalars: [1, 1, 1, 0, 0, 0]),
            instances: Tensor<Int32>(shape: [1, 6], scalars: [1, 1, 2, 0, 0, 0]), void: 0)
        let prediction = PanopticLabels(
            categories: Tensor<Int32>(shape: [1, 6], scalars: [1, 1, 0, 0, 1, 1]),
            instances: Tensor<Int32>(shape: [1, 6], scalars: [5, 5, 0, 0, 9, 9]), void: 0)
        #expect(truth.segments.count == 2)
        var quality = PanopticQuality()
        quality.add(prediction: prediction, truth: truth)
        let counts = quality.counts(of: 1)
        #expect(counts.truePositives == 1 && counts.falseNegatives == 1)
        #expect(counts.falsePositives == 0 && quality.score(.sq) == 1)
        #expect(quality.score(.pq) == 1 / 1.5)
    }
}
