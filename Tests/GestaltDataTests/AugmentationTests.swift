import Foundation
import GestaltData
import GestaltMedia
import GestaltTensor
import Testing

@Suite struct AugmentationTests {
    /// Frames whose red is the id of their mask: they must stay together through any move.
    private func pair(frames: Int = 2, height: Int = 6, width: Int = 8) -> Clip {
        let ids = (0..<(frames * height * width)).map { UInt8($0 * 37 % 251) }
        return Clip(
            name: "pair",
            frames: Tensor(
                shape: [frames, height, width, 3], scalars: ids.flatMap { [$0, 10, 200] }),
            masks: Tensor(shape: [frames, height, width], scalars: ids))
    }

    private func reds(_ frames: Tensor<Float>) -> [UInt8] {
        let bytes = frames.pixelBytes().scalars
        return stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] }
    }

    @Test(arguments: 0..<40)
    func masksFollowTheirFrames(seed: UInt64) throws {
        let clip = pair()
        let augmentation = Augmentation(
            flip: 0.5, shift: 3, crop: seed % 2 == 0 ? nil : .init(height: 4, width: 5))
        var random = Sequence(state: seed)
        let change = augmentation.draw(height: 6, width: 8, using: &random)
        let frames = change.frames(clip.frames)
        let masks = change.masks(try #require(clip.masks))
        #expect(reds(frames) == masks.scalars, "\(change)")
        #expect(frames.shape == [2, change.height, change.width, 3])
    }

    @Test func flippingTwiceGivesThePictureBack() throws {
        let clip = pair()
        var flip = Transformation(height: 6, width: 8)
        flip.isFlipped = true
        let masks = try #require(clip.masks)
        #expect(flip.masks(masks) != masks)
        #expect(flip.masks(flip.masks(masks)) == masks)
        #expect(flip.frames(flip.frames(clip.frames).pixelBytes()) == clip.frames.centeredPixels())
    }

    @Test func shiftsRepeatTheEdge() {
        var shift = Transformation(height: 2, width: 3)
        (shift.row, shift.column) = (-1, 1)
        let moved = shift.masks(Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6]))
        #expect(moved.scalars == [2, 3, 3, 2, 3, 3])
    }

    @Test func noneIsCenteredPixels() {
        let clip = pair()
        var random = Sequence(state: 1)
        let change = Augmentation.none.draw(height: 6, width: 8, using: &random)
        #expect(change.frames(clip.frames) == clip.frames.centeredPixels())
    }

    /// The mirror images of augmentation are those that codes and latents are made of.
    @Test func mirrorImagesAreOneThing() throws {
        let clip = pair()
        var flip = Transformation(height: 6, width: 8)
        flip.isFlipped = true
        let mirrored = clip.frames.mirroredPictures(if: true)
        #expect(mirrored == clip.frames.flipped(axis: -2) && mirrored != clip.frames)
        #expect(flip.frames(clip.frames) == mirrored.centeredPixels())
        let masks = try #require(clip.masks)
        #expect(flip.masks(masks) == masks.mirroredLabels(if: true))
        #expect(masks.mirroredLabels(if: true) == masks.flipped(axis: -1))
        #expect(masks.mirroredLabels(if: false) == masks)
    }

    @Test func colorChangesStayInRange() {
        var change = Transformation(height: 6, width: 8)
        (change.brightness, change.contrast, change.saturation) = (0.4, 1.6, 0)
        let frames = change.frames(pair().frames).scalars
        #expect(frames.allSatisfy { (-0.5...0.5).contains($0) })
        // Without saturation all three channels agree.
        #expect(frames[0] == frames[1] && frames[1] == frames[2])
    }

    @Test func settingsAreWrittenAndRead() throws {
        let augmentation = Augmentation(flip: 0.5, shift: 4, crop: .init(height: 32, width: 48))
        let data = try JSONEncoder().encode(augmentation)
        #expect(try JSONDecoder().decode(Augmentation.self, from: data) == augmentation)
        #expect(try JSONDecoder().decode(Augmentation.self, from: Data("{}".utf8)) == .none)
    }

    @Test(arguments: [
        #"{"flop": 1}"#, #"{"flip": 2}"#, #"{"shift": -1}"#,
        #"{"crop": {"height": 0, "width": 4}}"#,
    ])
    func wrongSettingsAreNamed(json: String) {
        #expect(throws: InvalidAugmentation.self) {
            try JSONDecoder().decode(Augmentation.self, from: Data(json.utf8))
        }
    }
}

/// Any generator will do for drawing.
private struct Sequence: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = (state &+ 1) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
