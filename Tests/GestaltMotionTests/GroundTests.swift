import GestaltMotion
import GestaltTensor
import Testing

@Suite struct GroundTests {
    /// A push by two columns: the middle of the square never changes and is no surroundings of the
    /// ground.
    @Test func aShortPushIsDecidedBesideTheObjectItself() throws {
        let scene = Scene { [Scene.square(8, $0 < 9 ? 6 : 8)] }
        let targets = try TargetTests.targets(scene)
        let changed = scene.map { _, y, x in
            scene.isCovered(0, y, x) != scene.isCovered(16, y, x)
        }
        #expect(targets.map(.displaced) == changed)
        #expect(targets.map(.displacedForeground) == scene.map(scene.isCovered) * changed)
        #expect(targets.weights(.displacedForeground).min().scalar == 1)
    }

    @Test func aTexturedGroundIsRecognizedByItsColors() throws {
        let texture = Tensor<UInt8>.texture(height: 20, width: 20, seed: 3)
        let scene = Scene {
            [
                $0 < 8
                    ? Scene.square(3, 3, color: [10, 0, 250])
                    : Scene.square(12, 12, color: [10, 0, 250])
            ]
        } texture: { _, y, x in
            texture[y][x]
        }
        let targets = try TargetTests.targets(scene)
        let wrong = targets.map(.displacedForeground) - scene.map(scene.isCovered)
        #expect(wrong.abs().sum().scalar == 0)
    }

    @Test func aShadowAloneIsUndecided() throws {
        let shade = Scene.square(5, 5, color: Scene.ground.map { UInt8(Float($0) * 0.6) })
        let scene = Scene { $0 < 8 ? [] : [shade] }
        let targets = try TargetTests.targets(scene)
        let moved = scene.map { _, y, x in shade.contains(y, x) }
        #expect(targets.map(.displaced) == moved)
        #expect(targets.map(.displacedForeground).max().scalar == 0)
        #expect(targets.map(.displacedGround).max().scalar == 0)
        #expect(targets.weights(.displacedForeground) == 1 - moved)
        #expect(targets.weights(.displaced).min().scalar == 1)
    }

    @Test func aShadowBesideAnObjectIsGround() throws {
        let shade = Scene.square(5, 5, color: Scene.ground.map { UInt8(Float($0) * 0.6) })
        let scene = Scene { $0 < 6 ? [] : $0 < 12 ? [shade] : [Scene.square(5, 5)] }
        let targets = try TargetTests.targets(scene)
        let place = scene.map { _, y, x in shade.contains(y, x) }
        #expect(
            targets.map(.displacedForeground)
                == scene.map { t, y, x in
                    t >= 12 && shade.contains(y, x)
                })
        #expect(targets.map(.displacedGround) == place - targets.map(.displacedForeground))
    }

    /// Yellow is closer to the ground than blue is, but too far to be the ground.
    @Test func oneObjectInPlaceOfAnotherIsNoGround() throws {
        let blue = Scene.square(5, 5, color: [0, 0, 255])
        let scene = Scene { [$0 < 8 ? Scene.square(5, 5, color: [150, 200, 130]) : blue] }
        let targets = try TargetTests.targets(scene)
        #expect(
            targets.map(.displacedForeground)
                == scene.map { t, y, x in
                    t >= 8 && blue.contains(y, x)
                })
        #expect(targets.map(.displacedGround).max().scalar == 0)
    }

    @Test func aPictureWithoutUndisturbedPixelsIsUndecided() throws {
        let scene = Scene { _ in
            []
        } texture: { t, _, _ in
            t < 8 ? Scene.ground : Scene.yellow
        }
        var settings = TargetTests.settings
        settings.refusesMovingCamera = false
        let targets = try MotionTargets(of: scene.clip, settings: settings)
        #expect(targets.map(.displaced).min().scalar == 1)
        #expect(targets.weights(.displacedForeground).max().scalar == 0)
    }
}
