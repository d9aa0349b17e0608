import GestaltLabels
import GestaltMetrics
import GestaltTensor
import TestSupport
import Testing

/// Against `pycocotools`.
@Suite(.tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message))
struct AveragePrecisionFixtureTests {
    private typealias Scores = [String: Double]
    private struct Fixture: Decodable {
        struct Kind: Decodable {
            let all: Scores
            let perCategory: [String: Scores]
            let precisionAt50: [String: [Double]]
            let classAgnostic: Scores
        }
        let segm: Kind
        let bbox: Kind
    }
    private let fixture: Fixture
    private let set: COCOPictures

    init() throws {
        fixture = try MetricFixture.json("coco-ap/expected.json", as: Fixture.self)
        set = try COCOPictures()
    }

    @Test(arguments: [AveragePrecision.Overlap.masks, .boxes])
    func scoresOfAllCategories(overlap: AveragePrecision.Overlap) {
        let expected = overlap == .masks ? fixture.segm : fixture.bbox
        compare(set.scored(AveragePrecision(overlap)), expected.all, category: nil)
        compare(
            set.scored(AveragePrecision(overlap, isClassAgnostic: true)), expected.classAgnostic,
            category: nil)
    }

    @Test(arguments: [AveragePrecision.Overlap.masks, .boxes])
    func scoresOfEachCategory(overlap: AveragePrecision.Overlap) throws {
        let expected = overlap == .masks ? fixture.segm : fixture.bbox
        let precision = set.scored(AveragePrecision(overlap))
        for (name, scores) in expected.perCategory {
            let category: Int = try #require(Int(name))
            compare(precision, scores, category: category)
        }
        for (name, curve) in expected.precisionAt50 {
            let found = precision.precisions(at: 0.5, category: try #require(Int(name)))
            let isEqual =
                found?.elementsEqual(curve, by: MetricFixture.agrees) ?? curve.allSatisfy { $0 < 0 }
            #expect(isEqual, "\(overlap), category \(name)")
        }
    }

    @Test func partsInAnyOrderMerge() {
        var (odd, even) = (AveragePrecision(), AveragePrecision())
        for (index, picture) in set.pictures.enumerated().reversed() {
            if index % 2 == 0 { set.add(picture, to: &even) } else { set.add(picture, to: &odd) }
        }
        odd.merge(even)
        compare(odd, fixture.segm.all, category: nil)
    }

    @Test func theIntervalContainsItsEstimate() {
        let precision = set.scored(AveragePrecision())
        let interval = precision.interval(
            .ap50, clips: Array(0..<set.pictures.count), Bootstrap(resamples: 50))
        #expect(interval.estimate == precision.score(.ap50))
        #expect(interval.lower < interval.estimate && interval.estimate < interval.upper)
    }

    /// The fixture's −1 is a score that is not defined.
    private func compare(_ precision: AveragePrecision, _ expected: Scores, category: Int?) {
        for (name, value) in expected {
            guard let score = DetectionScore(rawValue: name) else {
                Issue.record("no score \(name)")
                continue
            }
            let found = precision.score(score, category: category)
            #expect(
                value < 0 ? found.isNaN : MetricFixture.agrees(found, value),
                "\(name) of \(String(describing: category)): \(found), not \(value)")
        }
    }
}

/// The pictures of the fixture, in its order.
private struct COCOPictures {
    struct Picture {
        let id: Int
        let predictions: [PredictedInstance]
        let truths: [TrueInstance]
    }
    let pictures: [Picture]

    init() throws {
        struct Runs: Decodable {
            let size: [Int]
            let counts: String

            func mask() throws -> InstanceMask {
                let size = PictureSize(height: size[0], width: size[1])
                let runs = try RunLengthMask(size: size, compressed: counts).runs
                return InstanceMask(height: size.height, width: size.width, runs: runs)
            }
        }
        struct Row: Decodable {
            let imageId: Int
            let categoryId: Int
            let segmentation: Runs
            let area: Double?
            let iscrowd: Int?
            let score: Double?
        }
        struct Image: Decodable { let id: Int }
        struct Truth: Decodable {
            let images: [Image]
            let annotations: [Row]
        }
        let truth = try MetricFixture.json("coco-ap/gt.json", as: Truth.self, isSnakeCase: true)
        let found = try MetricFixture.json(
            "coco-ap/predictions.json", as: [Row].self, isSnakeCase: true)
        pictures = try truth.images.map { image in
            Picture(
                id: image.id,
                predictions: try found.filter { $0.imageId == image.id }.map {
                    PredictedInstance(
                        try $0.segmentation.mask(), category: $0.categoryId,
                        score: try #require($0.score))
                },
                truths: try truth.annotations.filter { $0.imageId == image.id }.map {
                    TrueInstance(
                        try $0.segmentation.mask(), category: $0.categoryId,
                        isCrowd: $0.iscrowd == 1, area: $0.area)
                })
        }
    }

    func add(_ picture: Picture, to precision: inout AveragePrecision) {
        precision.add(
            predictions: picture.predictions, truths: picture.truths, image: picture.id)
    }

    func scored(_ precision: AveragePrecision) -> AveragePrecision {
        var precision = precision
        for picture in pictures { add(picture, to: &precision) }
        return precision
    }
}

/// Scores by hand, of a picture of three instances of two pixels each.
@Suite struct AveragePrecisionTests {
    private static func mask(_ id: UInt8) -> InstanceMask {
        InstanceMask(of: id, in: Tensor<UInt8>(shape: [1, 6], scalars: [1, 1, 2, 2, 3, 3]))
    }

    /// Best score first a hit, a miss and a hit: precision 1 up to recall ½, ⅔ beyond.
    @Test func aMissBetweenTwoHits() {
        var precision = AveragePrecision()
        precision.add(
            predictions: [
                PredictedInstance(Self.mask(2), score: 0.7),
                PredictedInstance(Self.mask(1), score: 0.9),
                PredictedInstance(Self.mask(3), score: 0.8),
            ], truths: [TrueInstance(Self.mask(1)), TrueInstance(Self.mask(2))])
        #expect(abs(precision.score(.ap50) - (51 + 50 * 2.0 / 3) / 101) < 1e-12)
        #expect(precision.score(.ar100) == 1 && precision.score(.ar1) == 0.5)
        #expect(precision.score(.apLarge).isNaN && precision.score(.ap, category: 1).isNaN)
    }

    /// Two predictions of one instance: the second is a miss.
    @Test func aDuplicateIsAMiss() {
        var precision = AveragePrecision()
        precision.add(
            predictions: [
                PredictedInstance(Self.mask(1), score: 0.9),
                PredictedInstance(Self.mask(1), score: 0.8),
                PredictedInstance(Self.mask(2), score: 0.7),
            ], truths: [TrueInstance(Self.mask(1)), TrueInstance(Self.mask(2))])
        #expect(abs(precision.score(.ap50) - (51 + 50 * 2.0 / 3) / 101) < 1e-12)
    }

    @Test func predictionsInACrowdCountNeitherWay() {
        func score(isCrowd: Bool) -> Double {
            var precision = AveragePrecision()
            precision.add(
                predictions: [
                    PredictedInstance(Self.mask(3), score: 0.9),
                    PredictedInstance(Self.mask(3), score: 0.8),
                    PredictedInstance(Self.mask(1), score: 0.7),
                ],
                truths: [TrueInstance(Self.mask(1)), TrueInstance(Self.mask(3), isCrowd: isCrowd)])
            return precision.score(.ap50)
        }
        #expect(score(isCrowd: true) == 1)
        #expect(score(isCrowd: false) < 1)
    }
}

@Suite struct InstanceMaskTests {
    @Test(arguments: 0..<30) func intersectionsAreThoseOfBitmaps(seed: Int) {
        var stream = RandomStream(seed: UInt64(seed))
        let (height, width) = (stream.integer(in: 1..<9), stream.integer(in: 1..<9))
        let shape: Shape = [height, width]
        func bitmap() -> [Bool] {
            // Long runs, so that some reach over columns.
            var value = false
            return (0..<height * width).map { _ in
                if stream.integer(in: 0..<3) == 0 { value.toggle() }
                return value
            }
        }
        let (a, b) = (bitmap(), bitmap())
        let first = InstanceMask(Tensor(shape: shape, scalars: a))
        let second = InstanceMask(Tensor(shape: shape, scalars: b))
        #expect(first.area == a.count { $0 })
        #expect(first.intersection(second) == zip(a, b).count { $0 && $1 }, "seed \(seed)")
        #expect(first.intersection(first) == first.area)
        let labels = Tensor<UInt8>(shape: shape, scalars: a.map { $0 ? 7 : 2 })
        #expect(InstanceMask(of: 7, in: labels) == first)
    }

    @Test func runsGoDownTheColumns() {
        let mask = Tensor<Bool>(shape: [2, 3], scalars: [false, true, true, false, false, true])
        #expect(InstanceMask(mask).runs == [2, 1, 1, 2])
        #expect(InstanceMask(height: 2, width: 3, runs: [2, 1, 1, 2]) == InstanceMask(mask))
    }

    @Test func runsThatDoNotFillThePictureStop() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            _ = InstanceMask(height: 2, width: 3, runs: [2, 3])
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("runs with a sum of 5 for 2 × 3 pixels"))
    }
}
