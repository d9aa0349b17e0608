import GestaltData
import GestaltMedia
import GestaltTensor
import Testing

/// Scales and rotations: pictures, masks and maps together.
@Suite struct AffineTests {
    /// Frames whose red is the id of their mask.
    private func clip(height: Int, width: Int, _ id: (Int, Int) -> UInt8) -> Clip {
        let ids = (0..<height).flatMap { y in (0..<width).map { id(y, $0) } }
        return Clip(
            name: "ids",
            frames: Tensor(shape: [1, height, width, 3], scalars: ids.flatMap { [$0, 7, 99] }),
            masks: Tensor(shape: [1, height, width], scalars: ids))
    }

    private func turned(_ degrees: Float, side: Int, flipped: Bool = false) -> Transformation {
        var change = Transformation(height: side, width: side)
        (change.rotation, change.isFlipped) = (degrees, flipped)
        return change
    }

    /// A turn counterclockwise brings the right column to the top row.
    @Test(arguments: [3, 4])
    func rightAnglesPermutePixels(side: Int) throws {
        let masks = Tensor(
            shape: [side, side], scalars: (0..<UInt8(side * side)).map { $0 })
        let ids = masks.scalars
        let once = turned(90, side: side).masks(masks)
        let expected = (0..<side).flatMap { y in
            (0..<side).map { x in ids[x * side + side - 1 - y] }
        }
        #expect(once.scalars == expected)
        #expect(turned(180, side: side).masks(masks).scalars == ids.reversed())
        #expect(turned(-90, side: side).masks(once) == masks)
        #expect(turned(270, side: side).masks(masks) == turned(-90, side: side).masks(masks))
        // Mirrored after the turn.
        #expect(
            turned(90, side: side, flipped: true).masks(masks) == once.flipped(axis: -1))
    }

    @Test(arguments: [Float(90), 180, -90])
    func rightAnglesBlendNothing(degrees: Float) {
        let clip = clip(height: 6, width: 6) { UInt8($0 * 41 % 11 + $1 * 17) }
        let change = turned(degrees, side: 6)
        let frames = change.frames(clip.frames).pixelBytes()
        let masks = change.masks(clip.masks ?? .zeros([1, 6, 6]))
        #expect(frames[..., 0] == masks)
        #expect(change.frames(clip.frames)[..., 1] == clip.frames.centeredPixels()[..., 1])
    }

    /// Resampled without any change of place, all are the same to the bit.
    @Test func theIdentityKeepsAllBits() throws {
        let clip = clip(height: 5, width: 7) { UInt8($0 * 31 + $1 * 9) }
        var change = Transformation(height: 5, width: 7)
        change.rotation = 360
        #expect(change.isResampled)
        let masks = try #require(clip.masks)
        #expect(change.frames(clip.frames) == clip.frames.centeredPixels())
        #expect(change.masks(masks) == masks)
        let maps = Tensor<Float>(shape: [5, 7, 2], scalars: (0..<70).map { Float($0) * 0.37 })
        #expect(change.maps(maps) == maps)
        #expect(change.maps(maps, sampling: .nearest) == maps)
    }

    /// Whole shifts are the same by both ways.
    @Test(arguments: [(2, -1, false), (-3, 2, true)])
    func resampledShiftsAreThoseOfWholePixels(row: Int, column: Int, isFlipped: Bool) throws {
        let clip = clip(height: 6, width: 8) { UInt8($0 * 31 + $1 * 9) }
        var change = Transformation(height: 6, width: 8)
        (change.row, change.column, change.isFlipped) = (row, column, isFlipped)
        var resampled = change
        resampled.rotation = 360
        let masks = try #require(clip.masks)
        #expect(resampled.frames(clip.frames) == change.frames(clip.frames))
        #expect(resampled.masks(masks) == change.masks(masks))
    }

    @Test func halfThePicturesSizeTwiceAsLarge() {
        var change = Transformation(height: 2, width: 4)
        change.scale = 2
        let maps = Tensor<Float>(shape: [2, 4, 1], scalars: [0, 4, 8, 12, 40, 44, 48, 52])
        // Rows at 0.25 and 0.75, columns at 0.75, 1.25, 1.75 and 2.25 of the map.
        #expect(
            change.maps(maps).scalars == [13, 15, 17, 19, 33, 35, 37, 39])
        #expect(
            change.maps(maps, sampling: .nearest).scalars == [4, 4, 8, 8, 44, 44, 48, 48])
    }

    @Test func uncoveredPlacesRepeatTheEdge() {
        var change = Transformation(height: 4, width: 4)
        change.scale = 0.5
        let masks = Tensor<UInt8>(shape: [4, 4], scalars: (1...16).map { $0 })
        let moved = change.masks(masks)
        #expect(moved[scalar: 0, 0] == 1 && moved[scalar: 3, 3] == 16)
        #expect(moved.scalars.allSatisfy { $0 > 0 })
    }

    /// A disk stays where its mask is, whatever the change.
    @Test(arguments: 0..<40)
    func masksFollowTheirFrames(seed: UInt64) throws {
        let clip = clip(height: 24, width: 32) { y, x in
            (y - 11) * (y - 11) + (x - 14) * (x - 14) < 49 ? 200 : 0
        }
        let augmentation = Augmentation(
            flip: 0.5, relativeShift: 0.1, scale: 0.7...1.4, rotation: 180)
        var random = DrawSequence(state: seed)
        let change = augmentation.draw(height: 24, width: 32, using: &random)
        let reds = change.frames(clip.frames).pixelBytes()[..., 0]
        let masks = change.masks(try #require(clip.masks))
        // A pixel is nearer to its own place than to others, so it has most of its color.
        let misplaced = zip(reds.scalars, masks.scalars).filter { ($0 > 100) != ($1 > 0) }.count
        let edge = masks.scalars.filter { $0 > 0 }.count
        #expect(misplaced * 20 <= edge, "\(misplaced) of \(edge), \(change)")
        // The picture as a map is where the picture is.
        let maps = change.maps(clip.frames.centeredPixels())
        #expect(maps == change.frames(clip.frames))
    }

    @Test func mapsMoveAndAreNotRecolored() throws {
        let clip = clip(height: 8, width: 8) { UInt8($0 * 8 + $1) }
        var random = DrawSequence(state: 3)
        var change = Augmentation.strong.draw(height: 8, width: 8, using: &random)
        (change.brightness, change.saturation, change.noise) = (0.3, 0, 20)
        var move = change
        (move.brightness, move.contrast, move.saturation, move.hue) = (0, 1, 1, 0)
        (move.blur, move.noise, move.cutOuts) = (0, 0, [])
        let maps = clip.frames.centeredPixels()
        #expect(change.maps(maps) == move.frames(clip.frames))
        #expect(change.maps(maps) != change.frames(clip.frames))
        #expect(change.masks(try #require(clip.masks)) == move.masks(try #require(clip.masks)))
        // Maps of labels get no number that was not there.
        let labels = maps[..., 0...0]
        let known = Set(labels.scalars)
        #expect(change.maps(labels, sampling: .nearest).scalars.allSatisfy(known.contains))
        var flip = Transformation(height: 8, width: 8)
        flip.isFlipped = true
        #expect(flip.maps(maps) == maps.flipped(axis: -2))
    }
}

/// Any generator will do for drawing.
struct DrawSequence: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = (state &+ 1) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
