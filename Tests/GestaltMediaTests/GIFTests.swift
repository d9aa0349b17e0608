import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct GIFTests {
    private func frames(_ pictures: [Tensor<UInt8>]) -> Tensor<UInt8> {
        let shape = pictures[0].shape
        return Tensor(
            shape: [pictures.count, shape[0], shape[1], shape[2]],
            scalars: pictures.flatMap(\.scalars))
    }

    /// Up to 256 colors come back exactly.
    @Test(arguments: [GIF.Colors.shared, .perFrame]) func fewColorsAreExact(
        _ colors: GIF.Colors
    ) throws {
        let pictures: [Tensor<UInt8>] = (0..<3).map { time in
            var bytes: [UInt8] = []
            for place in 0..<(9 * 14) {
                bytes += [UInt8(place % 7 * 30), UInt8(place / 14 * 20), UInt8(time)]
            }
            return Tensor(shape: [9, 14, 3], scalars: bytes)
        }
        let bytes = try GIF.encode(
            frames(pictures), secondsPerFrame: 0.25, colors: colors, dithered: true)
        let file = GIFDecoder(bytes)
        #expect(file.width == 14 && file.height == 9 && file.repeats)
        #expect(file.delays == [25, 25, 25])
        #expect(file.frames == pictures.map(\.scalars))
    }

    @Test func oneColorIsEnough() throws {
        let picture = Tensor<UInt8>(shape: [1, 3, 3, 1], scalars: [UInt8](repeating: 77, count: 9))
        let file = GIFDecoder(try GIF.encode(picture))
        #expect(file.frames == [[UInt8](repeating: 77, count: 27)])
    }

    /// 256 colors for a smooth picture of thousands: root mean square error below four levels,
    /// eight with dithering, which trades error of single pixels for that of areas.
    @Test(arguments: [(false, 4.0), (true, 8.0)]) func manyColorsComeClose(
        dithered: Bool, bound: Double
    ) throws {
        let picture = gradient(height: 64, width: 64, channels: 3)
        let file = GIFDecoder(try GIF.encode(frames([picture]), dithered: dithered))
        let squares = zip(file.frames[0], picture.scalars).map { a, b in
            (Double(a) - Double(b)) * (Double(a) - Double(b))
        }
        let error = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        #expect(error < bound)
    }

    /// A million white pixels among many colors: their mean is white, not beyond it.
    @Test func muchWhiteStaysWhite() throws {
        let height = 1100
        var bytes = [UInt8](repeating: 255, count: height * 1000 * 3)
        for place in 0..<(64 * 1000) {
            bytes[3 * place] = UInt8(place % 251)
            bytes[3 * place + 1] = UInt8(place % 241)
        }
        let picture = Tensor(shape: [1, height, 1000, 3], scalars: bytes)
        let file = GIFDecoder(try GIF.encode(picture))
        #expect(file.frames[0].suffix(3) == [255, 255, 255])
    }

    @Test func noiseFillsTheCodeTable() throws {
        let picture = noise(height: 100, width: 120, channels: 1, seed: 4)
        let file = GIFDecoder(try GIF.encode(frames([picture, picture])))
        #expect(file.frames[1] == picture.scalars.flatMap { [$0, $0, $0] })
    }

    @Test func writesAtomically() throws {
        let folder = TemporaryFolder()
        let clip = frames([gradient(height: 4, width: 4, channels: 3)])
        try GIF.write(clip, to: folder.path("a.gif"), secondsPerFrame: 0.1)
        #expect(folder.names == ["a.gif"])
        #expect(throws: MediaError.self) { try GIF.write(clip, to: folder.path("no/a.gif")) }
    }
}
