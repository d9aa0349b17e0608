import GestaltMedia
import GestaltMetrics
import GestaltTensor
import TestSupport
import Testing

/// Against `davis2017-evaluation`.
@Suite(.tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message))
struct VideoObjectFixtureTests {
    private struct Fixture: Decodable {
        struct Statistics: Decodable {
            let mean: Double
            let recall: Double
            let decay: Double
        }
        struct Object: Decodable {
            let perFrameJ: [Double]
            let perFrameF: [Double]
            let j: Statistics
            let f: Statistics
            let allFramesJ: Statistics
            let allFramesF: Statistics

            private enum CodingKeys: String, CodingKey {
                case perFrameJ, perFrameF, allFramesJ, allFramesF
                case j = "J"
                case f = "F"
            }
        }
        struct Sequence: Decodable {
            let frames: Int
            let microIoU: Double
        }
        struct Unsupervised: Decodable {
            let proposalForObject: [String: Int]
            let perFrameJ: [String: [Double]]
            let perFrameF: [String: [Double]]
        }
        let sequences: [String: Sequence]
        let objects: [String: Object]
        let overall: [String: Double]
        let unsupervised: Unsupervised
    }
    private let fixture: Fixture

    init() throws {
        fixture = try MetricFixture.json("davis/expected.json", as: Fixture.self)
    }

    private func labels(_ folder: String, frames: Int) throws -> Tensor<UInt8> {
        let pictures = try (0..<frames).map { frame in
            try PNG.readIndices(
                MetricFixture.path("\(folder)/0000\(frame).png"))
        }
        return stacked(pictures).squeezed(axis: -1)
    }

    private func scored(_ evaluation: VideoObjectProtocol) throws -> VideoObjectScores {
        var scores = VideoObjectScores(evaluation)
        for (name, sequence) in fixture.sequences {
            try scores.add(
                prediction: labels("davis/Results/\(name)", frames: sequence.frames),
                truth: labels("davis/Annotations/\(name)", frames: sequence.frames),
                sequence: name)
        }
        return scores
    }

    @Test func scoresOfSequencesAndOfAll() throws {
        let scores = try scored(.semiSupervised)
        #expect(fixture.overall.count == VideoObjectScore.allCases.count)
        for (name, value) in fixture.overall {
            let found = scores.score(try #require(VideoObjectScore(rawValue: name)))
            #expect(MetricFixture.agrees(found, value), "\(name): \(found), not \(value)")
        }
        for (name, sequence) in fixture.sequences {
            #expect(MetricFixture.agrees(scores.microIoU(sequence: name), sequence.microIoU))
        }
        let interval = scores.interval(.jAndF, Bootstrap(resamples: 40))
        #expect(interval.estimate == scores.score(.jAndF))
    }

    @Test func scoresOfEachObject() throws {
        var allFrames = VideoObjectProtocol.semiSupervised
        allFrames.excludesEnds = false
        let (inner, all) = (try scored(.semiSupervised), try scored(allFrames))
        #expect(inner.objects.count == fixture.objects.count)
        for (object, whole) in zip(inner.objects, all.objects) {
            let expected = try #require(fixture.objects["\(object.sequence)_\(object.label)"])
            compare(object.j, expected.j)
            compare(object.f, expected.f)
            compare(whole.j, expected.allFramesJ)
            compare(whole.f, expected.allFramesF)
            #expect(whole.j.values.elementsEqual(expected.perFrameJ, by: MetricFixture.agrees))
            #expect(whole.f.values.elementsEqual(expected.perFrameF, by: MetricFixture.agrees))
        }
    }

    private func compare(_ series: FrameSeries, _ expected: Fixture.Statistics) {
        #expect(MetricFixture.agrees(series.mean, expected.mean))
        #expect(MetricFixture.agrees(series.recall, expected.recall))
        #expect(MetricFixture.agrees(series.decay, expected.decay))
    }

    @Test func proposalsAreMatchedToObjects() throws {
        var scores = VideoObjectScores(.unsupervised)
        try scores.add(
            prediction: labels("davis-unsupervised/Results/swap", frames: 6),
            truth: labels("davis-unsupervised/Annotations/swap", frames: 6), sequence: "swap")
        let expected = fixture.unsupervised
        #expect(scores.objects.map(\.label) == [1, 2])
        for object in scores.objects {
            let key = "\(object.label)"
            #expect(object.proposal == expected.proposalForObject[key])
            let (j, f) = (
                try #require(expected.perFrameJ[key]), try #require(expected.perFrameF[key])
            )
            #expect(object.j.values.elementsEqual(j, by: MetricFixture.agrees))
            #expect(object.f.values.elementsEqual(f, by: MetricFixture.agrees))
        }
    }
}

@Suite struct VideoObjectTests {
    private let truth = Tensor<UInt8>(
        shape: [3, 1, 4], scalars: [1, 1, 2, 0, 1, 1, 2, 0, 1, 1, 2, 0])

    @Test func objectsBeyondTheProposalsAreComparedWithNothing() throws {
        var scores = VideoObjectScores(.unsupervised)
        let prediction = Tensor<UInt8>(
            shape: [3, 1, 4], scalars: [0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 4, 0])
        try scores.add(prediction: prediction, truth: truth, sequence: "a")
        #expect(scores.objects.map(\.proposal) == [nil, 4])
        #expect(scores.objects.map(\.j.mean) == [0, 1])
        #expect(scores.score(.jMean) == 0.5)
    }

    @Test func aLabelAboveTheLimitIsAnError() {
        var scores = VideoObjectScores(.unsupervised)
        let many = Tensor<UInt8>(repeating: 21, shape: [3, 1, 4])
        #expect(throws: VideoObjectError.proposals(sequence: "a", found: 21, limit: 20)) {
            try scores.add(prediction: many, truth: truth, sequence: "a")
        }
        #expect(scores.objects.isEmpty)
    }

    @Test func objectsThatAppearLaterAreScoredOnRequest() throws {
        let late = Tensor<UInt8>(
            shape: [3, 1, 4], scalars: [1, 1, 0, 0, 1, 1, 2, 0, 1, 1, 2, 0])
        var evaluation = VideoObjectProtocol.semiSupervised
        var scores = VideoObjectScores(evaluation)
        try scores.add(prediction: truth, truth: late, sequence: "a")
        #expect(scores.objects.map(\.label) == [1])
        evaluation.includesLateObjects = true
        scores = VideoObjectScores(evaluation)
        try scores.add(prediction: truth, truth: late, sequence: "a")
        #expect(scores.objects.map(\.label) == [1, 2])
    }

    @Test func aSequenceOfTwoFramesHasNoInnerFrame() throws {
        var scores = VideoObjectScores(.semiSupervised)
        let pair = truth.sliced(0..<2, axis: 0)
        try scores.add(prediction: pair, truth: pair, sequence: "short")
        #expect(scores.score(.jAndF).isNaN)
        try scores.add(prediction: truth, truth: truth, sequence: "long")
        #expect(scores.score(.jAndF) == 1 && scores.sequences == ["short", "long"])
    }
}
