import GestaltMotion
import GestaltTensor
import Testing

@Suite struct CameraTests {
    /// A texture that a window of `side` pixels pans over, by `rows` and `columns` a frame.
    static func pan(rows: Int, columns: Int, side: Int = 48, frames: Int = 17) -> Tensor<UInt8> {
        let margin = 2 * frames * max(rows, columns)
        let texture = Tensor<UInt8>.texture(
            height: side + margin, width: side + margin, seed: 1)
        return Scene(frames: frames, height: side, width: side) { _ in
            []
        } texture: { t, y, x in
            texture[y + rows * t][x + columns * t]
        }.clip
    }

    @Test func aPannedTextureIsAMovingCamera() {
        let error = MotionError.movingCamera(
            clip: "pan", shift: PixelShift(rows: -1, columns: -2), frame: 1)
        #expect(throws: error) {
            try MotionTargets(of: Self.pan(rows: 1, columns: 2), name: "pan")
        }
        #expect(
            error.description.hasPrefix(
                "pan: expected a still camera, found the picture shifted by -1 rows and -2 "
                    + "columns in frame 1"))
    }

    @Test func movingCamerasAreAcceptedOnRequest() throws {
        var settings = MotionSettings()
        settings.refusesMovingCamera = false
        let targets = try MotionTargets(of: Self.pan(rows: 1, columns: 1), settings: settings)
        #expect(targets.frameCount == 17)
    }

    @Test func noiseDoesNotHideAPan() {
        let camera = CameraMotion(of: Self.pan(rows: 1, columns: 0).withNoise(4, seed: 2))
        #expect(camera.shift == PixelShift(rows: -1, columns: 0))
    }

    @Test func shiftsOfReducedPicturesAreInPixels() {
        let camera = CameraMotion(of: Self.pan(rows: 0, columns: 4, side: 256, frames: 2))
        #expect(camera.frame == 1)
        #expect(camera.shift == PixelShift(rows: 0, columns: -4))
    }

    @Test func aStillCameraIsStill() {
        let still = Self.pan(rows: 0, columns: 0)
        #expect(CameraMotion(of: still).movedShare == 0)
        #expect(CameraMotion(of: still.withNoise(6, seed: 4)).isStill)
        #expect(CameraMotion(of: Scene.passing.clip).isStill)
        #expect(CameraMotion(of: Scene.pushed.clip).isStill)
        #expect(CameraMotion(of: Tensor<UInt8>.zeros([1, 4, 4, 3])).isStill)
    }

    @Test func lightThatGoesOutHasNoShift() {
        let camera = CameraMotion(
            of: Scene { _ in
                []
            } texture: { t, _, _ in
                t < 6 ? Scene.ground : [20, 20, 20]
            }.clip)
        #expect(camera.frame == 8)
        #expect(camera.shift == nil)
        let error = MotionError.movingCamera(clip: "c", shift: nil, frame: 8)
        #expect(error.description.contains("found most of the border changed in frame 8"))
    }

    @Test func renderedClipsHaveNoNoise() {
        #expect(CameraNoise(of: Scene.passing.clip) == .none)
        #expect(CameraNoise(of: Scene.pushed.clip) == .none)
        #expect(CameraNoise(of: Tensor<UInt8>.zeros([1, 4, 4, 3])) == .none)
    }

    @Test(arguments: [1.0, 2, 5, 8]) func noiseIsMeasuredBesideMotion(deviation: Double) {
        let noise = CameraNoise(of: Scene.passing.clip.withNoise(deviation, seed: 9))
        #expect(abs(Double(noise.standardDeviation) - deviation) < 0.1 * deviation)
    }
}
