import Foundation
import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltModels
import GestaltRecipes
import GestaltRobotPush
import GestaltTensor
import GestaltTraining
import GestaltVideo
import TestSupport
import Testing

/// Masks of forecast motion, of futures that are known.
@Suite struct CommonFateTests {
    private static let side = 48
    /// The object of a scene.
    private static let object = (rows: 16..<36, columns: 8..<28)

    private static func texture(_ seed: Double) -> Tensor<Float> {
        let values = (0..<side * side * 3).map { place -> Float in
            let (pixel, channel) = place.quotientAndRemainder(dividingBy: 3)
            let (row, column) = (Double(pixel / side), Double(pixel % side))
            let phase = seed + Double(channel)
            let wave = sin(0.8 * column + 0.4 * row + phase) + sin(0.7 * row - 0.5 * column * seed)
            return Float(0.2 * wave)
        }
        return Tensor(shape: [side, side, 3], scalars: values)
    }

    /// The frame `[1, H, W, 3]` in −0.5…0.5: an object of its own texture on a background.
    private static var frame: Tensor<Float> {
        var frame = texture(1)
        frame[object.rows, object.columns] = texture(2)[object.rows, object.columns] + 0.15
        return frame.expanded(axis: 0)
    }

    /// Futures `[samples, 5, H, W, 3]` in 0…1 in which the object moves to the right or down, by a
    /// pixel a frame, or as far as `speed` says.
    @Sendable private static func futures(
        of frames: Tensor<Float>, samples: Int, speed: (Tensor<Float>) -> Int
    ) -> Tensor<Float> {
        let object = object
        let step = speed(frames[0, object.rows, object.columns])
        let films = (0..<samples).map { sample in
            stacked(
                (0..<5).map { time -> Tensor<Float> in
                    var picture = texture(1)
                    let (dx, dy) = sample % 2 == 0 ? (step * time, 0) : (0, step * time)
                    let rows = object.rows.lowerBound + dy..<object.rows.upperBound + dy
                    let columns = object.columns.lowerBound + dx..<object.columns.upperBound + dx
                    picture[rows, columns] = frames[0, object.rows, object.columns]
                    return picture + 0.5
                })
        }
        return stacked(films)
    }

    static func twoClips() throws -> DataSet {
        let clips = try DataSet.sample(.test).clips.prefix(2)
        return DataSet(name: "two", split: .test, clips: Array(clips), labelMeaning: .instances)
    }

    private static func scene(samples: Int = 2) throws -> ForecastScene {
        try ForecastScene(frames: frame, samples: samples) { frames, samples in
            futures(of: frames, samples: samples) { _ in 1 }
        }
    }

    /// IoU of the best threshold with the object.
    private func iou(_ evidence: MotionEvidence) -> Double {
        let strengths = evidence.strength.scalars
        return Set(strengths).map { threshold in
            var (both, either) = (0, 0)
            for (pixel, strength) in strengths.enumerated() {
                let isObject =
                    Self.object.rows.contains(pixel / Self.side)
                    && Self.object.columns.contains(pixel % Self.side)
                if isObject && strength >= threshold { both += 1 }
                if isObject || strength >= threshold { either += 1 }
            }
            return Double(both) / Double(either)
        }.max() ?? 0
    }

    @Test(
        arguments: [("change", 0.6), ("flow", 0.75), ("correlation", 0.7)]
            as [(ComponentName, Double)])
    func theObjectIsWhatMoves(name: ComponentName, least: Double) throws {
        let evidence = try CommonFateMethods.method(named: name).evidence(in: Self.scene())
        #expect(evidence.strength.shape == [Self.side, Self.side])
        #expect(evidence.strength.min().scalar >= 0)
        let found = iou(evidence)
        #expect(found > least, "\(name): \(found)")
    }

    /// The object's speed depends on all of it; a poke of the background changes nothing else.
    @Test func pokesOfAnObjectMoveAllOfIt() throws {
        let original = Self.frame[0, Self.object.rows, Self.object.columns]
        let scene = try ForecastScene(frames: Self.frame, samples: 1) { frames, samples in
            Self.futures(of: frames, samples: samples) { $0 == original ? 1 : 2 }
        }
        let evidence = try CommonFateMethods.method(named: "poke:4").evidence(in: scene)
        #expect(evidence.motion?.shape == [Self.side, Self.side, 144])
        let object = evidence.strength[Self.object.rows, Self.object.columns].mean().scalar
        let background = evidence.strength[..., 40...].mean().scalar
        #expect(object > 0 && background == 0)
        #expect(iou(evidence) > 0.5)
    }

    /// Two halves that move apart are two segments, though they touch.
    @Test func segmentsMoveAlike() {
        var motion = Tensor<Float>.zeros([4, 6, 2])
        motion[1..<3, 1..<3] = Tensor(repeating: 1, shape: [2, 2, 2])
        motion[1..<3, 3..<5] = Tensor(repeating: -1, shape: [2, 2, 2])
        let evidence = MotionEvidence(strength: motion.norm(axes: [-1]), motion: motion)
        let segments = evidence.segments(threshold: 0.5)
        #expect(Set(segments.scalars) == [0, 1, 2])
        #expect(Set(segments[1..<3, 1..<3].scalars).count == 1)
        #expect(segments[1, 2] != segments[1, 3])
        let alone = MotionEvidence(strength: evidence.strength).segments(threshold: 0.5)
        #expect(Set(alone.scalars) == [0, 1])
    }

    @Test func wrongNamesListWhatIsKnown() throws {
        let unknown = #expect(throws: RegistryError.self) {
            try CommonFateMethods.method(named: "gravity")
        }
        #expect(unknown?.description.contains("change, flow, correlation, poke") == true)
        for name in ["flow:0", "flow:x", "change:3:4", "poke:1"] as [ComponentName] {
            #expect(throws: ConfigurationError.self, "\(name)") {
                try CommonFateMethods.method(named: name)
            }
        }
    }

    /// Both families, with random weights: the same bits again, and scores of a report.
    @Test(arguments: [true, false]) func anyPredictorOfFramesWillDo(isMasked: Bool) throws {
        let predictor: any ClipPredictor =
            isMasked ? try MagvitEncoderRecipeTests.predictor() : SmallPredictor.predictor()
        let set = try Self.twoClips()
        let fate = try CommonFate("change", on: predictor, samples: 2, seed: 4)
        let threshold = try fate.threshold(fittedTo: set, every: 30)
        #expect(threshold >= 0)
        let count = Counter()
        let report = try fate.report(on: set, threshold: threshold, every: 30) {
            count.see($0.done)
        }
        #expect(report.segmentation.imageCount == 2 && count.seen == [1, 2])
        #expect(report == (try fate.report(on: set, threshold: threshold, every: 30)))
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(CommonFateReport.self, from: data) == report)
        #expect(report.measures.map(\.name).contains("fg_ari"))
    }

    /// The evidence and the scores of all thresholds: two readings of each clip.
    @Test func theBestThresholdIsFoundWithFewReadings() throws {
        let clips = CountedClips(clips: try Self.twoClips().clips)
        let set = try DataSet(clips, name: "two", cache: ClipCache(limit: 0))
        let fate = try CommonFate("change", on: SmallPredictor.predictor(), samples: 1, seed: 4)
        let before = clips.readings.seen.count
        let threshold = try fate.threshold(fittedTo: set, every: 30)
        #expect(clips.readings.seen.count - before == 4)
        let evidence = try (0..<2).map {
            try fate.evidence(of: 0, in: clips.clips[$0], stream: UInt64($0))
        }
        let strengths = evidence.flatMap(\.strength.scalars).sorted()
        let ious = try (0..<40).map { place in
            let threshold = strengths[strengths.count * (59 + place) / 99 - 1]
            return (
                threshold,
                try SegmentationReport(on: set, every: 30) { frames in
                    stacked(frames.map { evidence[$0.clip].mask(threshold: threshold) })
                }.perImage.iou
            )
        }
        let best = ious.map(\.1).max()
        #expect(ious.contains { $0.0 == threshold && $0.1 == best }, "\(threshold): \(ious)")
    }

    /// A poke compares one future with one of the same random numbers: others would be for nothing.
    @Test func aPokeDrawsTheOneFutureThatItReads() throws {
        let predictor = SmallPredictor.predictor()
        #expect(try CommonFate("poke", on: predictor, samples: 8).samples == 1)
        #expect(try CommonFate("flow", on: predictor, samples: 8).samples == 8)
    }

    @Test func anOptionOfAnotherFamilyIsRefused() throws {
        var options = PredictionOptions()
        options.set(PredictionOption("steps", about: ""), to: 3)
        #expect(throws: ConfigurationError.self) {
            try CommonFate("flow", on: SmallPredictor.predictor(), options: options)
        }
    }
}
