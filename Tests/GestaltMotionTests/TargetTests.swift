import GestaltMotion
import GestaltTensor
import TestSupport
import Testing

@Suite struct TargetTests {
    static let horizons: [ClosedRange<Int>] = [1...2, 4...6]
    static let settings: MotionSettings = {
        var settings = MotionSettings()
        settings.horizons = horizons
        return settings
    }()

    static func targets(_ scene: Scene) throws -> MotionTargets {
        try MotionTargets(of: scene.clip, settings: settings)
    }

    @Test func anObjectThatPassesLeavesNoState() throws {
        let scene = Scene.passing
        let targets = try Self.targets(scene)
        #expect(targets.noise == .none)
        #expect(targets.background == Scene(frames: 1, blocks: { _ in [] }).clip[0])
        #expect(targets.map(.differsFromMedian) == scene.map(scene.isCovered))
        #expect(targets.map(.movingForeground) == scene.map(scene.isCovered))
        #expect(targets.map(.displaced) == scene.map { _, _, _ in false })
        #expect(targets.map(.reached) == scene.map { _, y, _ in (4..<16).contains(y) })
        // Every pixel of four rows is entered once and left once.
        let change: Float = 2 * (130 + 90 + 90) / Float(3 * 16)
        #expect(
            targets.energy.scalars
                == (0..<400).map { (8..<12).contains($0 / 20) ? change : 0 })
    }

    @Test(arguments: horizons.indices) func changesAheadAreThoseOfTheObject(index: Int) throws {
        let (scene, horizon) = (Scene.passing, Self.horizons[index])
        let targets = try Self.targets(scene)
        let expected = scene.map { t, y, x in
            t + horizon.upperBound < scene.frames
                && horizon.contains {
                    scene.isCovered(t + $0, y, x) != scene.isCovered(t, y, x)
                }
        }
        #expect(targets.map(.willChange(index)) == expected)
        #expect(
            targets.weights(.willChange(index))
                == scene.map { t, _, _ in t + horizon.upperBound < scene.frames })
        #expect(targets.hasTarget(.willChange(index), frame: 16 - horizon.upperBound))
        #expect(!targets.hasTarget(.willChange(index), frame: 17 - horizon.upperBound))
        #expect(targets.hasTarget(.displaced, frame: 16))
    }

    @Test func aPushedObjectIsDisplacedInBothPlaces() throws {
        let scene = Scene.pushed
        let targets = try Self.targets(scene)
        let moved = scene.map { _, y, x in
            scene.isCovered(0, y, x) || scene.isCovered(16, y, x)
        }
        let covered = scene.map(scene.isCovered)
        #expect(targets.map(.displaced) == moved)
        #expect(targets.map(.displacedForeground) == covered)
        #expect(targets.map(.displacedGround) == moved - covered)
        // Nine of seventeen frames show the second place.
        #expect(targets.background == scene.clip[16])
        #expect(
            targets.map(.differsFromMedian)
                == scene.map { t, y, x in
                    t < 8 && (scene.isCovered(0, y, x) || scene.isCovered(16, y, x))
                })
    }

    @Test func bytesAreThoseOfTheTensors() throws {
        let targets = try Self.targets(.passing)
        let bytes =
            targets.bits.count + targets.background.count
            + targets.energy.count * MemoryLayout<Float>.size
        #expect(MotionTargets.byteCount(frames: 17, height: 20, width: 20) == bytes)
    }

    @Test func weightsIgnoreWhatWasNotReachedOnRequest() throws {
        let targets = try Self.targets(.pushed)
        #expect(targets.weights(.displaced).min().scalar == 1)
        #expect(
            targets.weights(.displaced, countingUnreached: false) == targets.map(.reached))
        let reached = targets.map(.reached)[0]
        #expect(reached[scalar: 0, 0] == 1 && reached[scalar: 10, 0] == 1)
        #expect(reached[scalar: 11, 0] == 0 && reached[scalar: 7, 12] == 0)
    }

    @Test func mapsOfSeveralChannelsAreStackedLast() throws {
        let targets = try Self.targets(.pushed)
        let channels: [MotionChannel] = [.displacedGround, .willChange(1)]
        let maps = MotionChannel.maps(of: targets.bits[3], channels: channels)
        #expect(maps.shape == [20, 20, 2])
        #expect(maps[..., 0] == targets.map(.displacedGround)[3])
        #expect(maps[..., 1] == targets.map(.willChange(1))[3])
        #expect(targets.channels.count == 8)
    }

    @Test func noiseIsMeasuredAndDoesNotChangeTheMapsMuch() throws {
        let scene = Scene.pushed
        let clip = scene.clip.withNoise(3, seed: 5)
        let targets = try MotionTargets(of: clip, settings: Self.settings)
        #expect(abs(targets.noise.standardDeviation - 3) < 0.3)
        let covered = scene.map(scene.isCovered)
        let agreement = (targets.map(.displacedForeground) .== covered).cast(to: Float.self)
        #expect(agreement.mean().scalar > 0.995)
        let still = targets.map(.differsFromMedian) * (1 - targets.map(.displaced))
        #expect(still.mean().scalar < 0.005)
    }

    @Test func shortClipsAreRefusedBeforeAnyWork() {
        let clip = Tensor<UInt8>.zeros([14, 8, 8, 3])
        #expect(throws: MotionError.tooShort(clip: "a.mp4", frames: 14, needed: 15)) {
            try MotionTargets(of: clip, name: "a.mp4")
        }
        #expect(throws: MotionError.tooShort(clip: "b", frames: 3, needed: 15)) {
            try MotionSettings().check(frames: 3, of: "b")
        }
        var settings = MotionSettings()
        settings.horizons = []
        #expect(settings.neededFrames == 8)
        #expect(
            MotionError.tooShort(clip: "a.mp4", frames: 14, needed: 15).description
                == "a.mp4: expected 15 frames or more for its motion targets, found 14")
    }

    @Test func sheetShowsTheFrameAndItsMaps() throws {
        let scene = Scene.pushed
        let targets = try Self.targets(scene)
        let sheet = targets.sheet(of: scene.clip, frame: 2)
        #expect(sheet.shape == [20, 20 * targets.sheetTitles.count, 3])
        #expect(sheet[0..., ..<20] == scene.clip[2])
        let panel = 20 * targets.sheetTitles.firstIndex(of: "foreground")!
        #expect(sheet[4, panel + 4].scalars == [230, 40, 40])
        #expect(sheet[13, panel + 13].scalars == [60, 190, 70])
        #expect(sheet[0, panel].scalars == [0, 0, 0])
        let energy = 20 * targets.sheetTitles.firstIndex(of: "energy")!
        #expect(sheet[4, energy + 4].scalars == [255, 255, 255])
    }
}
