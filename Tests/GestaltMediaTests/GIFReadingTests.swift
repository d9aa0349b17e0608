import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct GIFReadingTests {
    /// Black, red, green, blue.
    private static let colors: [UInt8] = [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]
    private static let (black, red, green, blue): ([UInt8], [UInt8], [UInt8], [UInt8]) = (
        [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]
    )

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        let builder: GIFBuilder
        let frames: [[[UInt8]]]

        init(_ name: String, _ builder: GIFBuilder, _ frames: [[[UInt8]]]) {
            (testDescription, self.builder, self.frames) = (name, builder, frames)
        }
    }

    /// Three pixels; the second frame covers the middle one, the third the left one.
    private static func three(
        _ second: GIFBuilder.Frame, third: GIFBuilder.Frame? = nil
    )
        -> GIFBuilder
    {
        let first = GIFBuilder.Frame(width: 3, height: 1, indices: [1, 1, 1])
        let last = GIFBuilder.Frame(width: 1, height: 1, indices: [3])
        return GIFBuilder(
            width: 3, height: 1, palette: colors, frames: [first, second, third ?? last])
    }

    private static func middle(
        _ index: UInt8, disposal: Int = 0, transparent: UInt8? = nil, palette: [UInt8] = []
    ) -> GIFBuilder.Frame {
        GIFBuilder.Frame(
            left: 1, width: 1, height: 1, indices: [index], disposal: disposal,
            transparent: transparent, palette: palette)
    }

    /// By hand from GIF89a; Pillow 13 gives the same for `convert("RGB")` of every frame.
    static let cases = [
        Case(
            "frames stay", three(middle(2)),
            [[red, red, red], [red, green, red], [blue, green, red]]),
        Case(
            "kept by disposal 1", three(middle(2, disposal: 1)),
            [[red, red, red], [red, green, red], [blue, green, red]]),
        Case(
            "cleared to the background by disposal 2", three(middle(2, disposal: 2)),
            [[red, red, red], [red, green, red], [blue, black, red]]),
        Case(
            "restored by disposal 3", three(middle(2, disposal: 3)),
            [[red, red, red], [red, green, red], [blue, red, red]]),
        Case(
            "transparent pixels show what is below", three(middle(2, transparent: 2)),
            [[red, red, red], [red, red, red], [blue, red, red]]),
        Case(
            "colors of its own", three(middle(1, palette: [9, 9, 9, 7, 8, 9])),
            [[red, red, red], [red, [7, 8, 9], red], [blue, [7, 8, 9], red]]),
        Case(
            "no colors at all are grays",
            GIFBuilder(
                width: 2, height: 1, frames: [.init(width: 2, height: 1, indices: [5, 100])]),
            [[[5, 5, 5], [100, 100, 100]]]),
        Case(
            "a screen of 0 × 0 grows",
            GIFBuilder(
                width: 0, height: 0, palette: colors,
                frames: [.init(width: 2, height: 1, indices: [1, 2])]), [[red, green]]),
        Case(
            "a later frame beyond the canvas is cut off",
            GIFBuilder(
                width: 2, height: 1, palette: colors,
                frames: [
                    .init(width: 2, height: 1, indices: [1, 1]),
                    .init(left: 1, width: 2, height: 2, indices: [2, 3, 3, 3]),
                ]), [[red, red], [red, green]]),
    ]

    @Test(arguments: cases) func framesAsShown(_ item: Case) throws {
        var warnings: [MediaWarning] = []
        let animation = try Image.decodeFrames(item.builder.bytes, warnings: &warnings)
        #expect(animation.frames.shape[0] == item.frames.count)
        for (index, frame) in item.frames.enumerated() {
            #expect(animation.frames[index].scalars == frame.flatMap { $0 }, "frame \(index)")
        }
        let first = try Image.decode(item.builder.bytes, warnings: &warnings)
        #expect(first.scalars == item.frames[0].flatMap { $0 })
        let isAnimated = item.frames.count > 1
        #expect(warnings.contains { $0.description.contains("its first frame") } == isAnimated)
    }

    @Test func delaysAndTransparency() throws {
        var builder = Self.three(Self.middle(2))
        for (index, delay) in [4, 0, 300].enumerated() { builder.frames[index].delay = delay }
        builder.frames[0].transparent = 1
        let folder = TemporaryFolder()
        let path = folder.write(builder.bytes, as: "a.gif")
        let animation = try GIF.read(path, as: .rgba)
        #expect(animation.seconds == [0.04, 0, 3])
        #expect(animation.frames[1].scalars == [255, 0, 0, 0, 0, 255, 0, 255, 255, 0, 0, 0])
    }

    @Test func interlacedRows() throws {
        let indices = (0..<(13 * 3)).map { UInt8($0) }
        let frame = GIFBuilder.Frame(width: 3, height: 13, indices: indices, isInterlaced: true)
        let file = GIFBuilder(width: 3, height: 13, frames: [frame]).bytes
        #expect(try Image.decode(file, as: .gray).scalars == indices)
        var warnings: [MediaWarning] = []
        let labels = try Image.decodeLabels(file, warnings: &warnings)
        #expect(try labels.bytes().scalars == indices && labels.encoding == .palette)
    }

    @Test func whatOurWriterMakes() throws {
        let frames = concatenated(
            [0, 1].map { gradient(height: 9, width: 7, channels: 3).reshaped([1, 9, 7, 3]) + $0 },
            axis: 0)
        var warnings: [MediaWarning] = []
        let file = try GIF.encode(frames, secondsPerFrame: 0.25)
        let animation = try Image.decodeFrames(file, warnings: &warnings)
        #expect(animation.frames.scalars == frames.scalars && animation.seconds == [0.25, 0.25])
        #expect(warnings == [])
    }

    @Test func cutsAndPadding() throws {
        var builder = Self.three(Self.middle(2))
        let whole = builder.bytes
        builder.hasTrailer = false
        for tail in [[], [0, 0]] as [[UInt8]] {
            var warnings: [MediaWarning] = []
            let animation = try Image.decodeFrames(builder.bytes + tail, warnings: &warnings)
            #expect(animation.frames.shape[0] == 3)
            #expect(warnings.count == 1 && warnings[0].description.contains("trailer"))
        }
        for count in [6, 10, 13, 30, 40, 50] {
            #expect(throws: MediaError.self) { try Image.decode(Array(whole[..<count])) }
        }
    }

    /// A label picture would have holes.
    @Test func labelsMustCoverThePicture() {
        let builder = GIFBuilder(
            width: 3, height: 1, palette: Self.colors, frames: [Self.middle(1)])
        var warnings: [MediaWarning] = []
        #expect(throws: MediaError.self) {
            try Image.decodeLabels(builder.bytes, warnings: &warnings)
        }
    }

    /// Small frames on a large canvas: a few bytes each, hundreds of megabytes together.
    @Test func manyLargeFramesAreRefused() {
        let frame = GIFBuilder.Frame(width: 1, height: 1, indices: [1])
        let builder = GIFBuilder(
            width: 2000, height: 2000, palette: Self.colors,
            frames: [GIFBuilder.Frame](repeating: frame, count: 40))
        var warnings: [MediaWarning] = []
        let error = #expect(throws: MediaError.self) {
            try Image.decodeFrames(builder.bytes, name: "long.gif", warnings: &warnings)
        }
        #expect(error?.description.contains("long.gif") == true)
        let huge = GIFBuilder(width: 65535, height: 65535, palette: Self.colors, frames: [frame])
        #expect(throws: MediaError.self) { try Image.decode(huge.bytes) }
    }
}
