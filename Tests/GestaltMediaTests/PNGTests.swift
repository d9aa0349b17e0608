import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct PNGTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        let builder: PNGBuilder
        let layout: PixelLayout
        let expected: [UInt8]
    }

    static let cases = [
        Case(
            testDescription: "RGB as it is",
            builder: PNGBuilder(width: 2, height: 1, colorType: 2, rows: [[1, 2, 3, 4, 5, 6]]),
            layout: .rgb, expected: [1, 2, 3, 4, 5, 6]),
        Case(
            testDescription: "RGB to gray by luma",
            builder: PNGBuilder(
                width: 3, height: 1, colorType: 2, rows: [[255, 0, 0, 0, 255, 0, 10, 10, 10]]),
            layout: .gray, expected: [76, 150, 10]),
        Case(
            testDescription: "RGBA to RGB drops alpha",
            builder: PNGBuilder(
                width: 1, height: 2, colorType: 6, rows: [[1, 2, 3, 0], [4, 5, 6, 9]]),
            layout: .rgb, expected: [1, 2, 3, 4, 5, 6]),
        Case(
            testDescription: "gray to RGBA is opaque",
            builder: PNGBuilder(width: 1, height: 2, colorType: 0, rows: [[7], [8]]),
            layout: .rgba, expected: [7, 7, 7, 255, 8, 8, 8, 255]),
        Case(
            testDescription: "gray with alpha as stored",
            builder: PNGBuilder(width: 2, height: 1, colorType: 4, rows: [[7, 128, 8, 64]]),
            layout: .asStored, expected: [7, 7, 7, 128, 8, 8, 8, 64]),
        Case(
            testDescription: "16 bits are scaled, not cut",
            builder: PNGBuilder(
                width: 3, height: 1, bitDepth: 16, colorType: 0,
                rows: [[0x00, 0xFF, 0x80, 0x00, 0xFF, 0xFF]]),
            layout: .gray, expected: [1, 128, 255]),
        Case(
            testDescription: "1 bit becomes 0 and 255",
            builder: PNGBuilder(
                width: 10, height: 1, bitDepth: 1, colorType: 0,
                rows: [[0b1010_0000, 0b0100_0000]]),
            layout: .gray, expected: [255, 0, 255, 0, 0, 0, 0, 0, 0, 255]),
        Case(
            testDescription: "palette of 2 bits with transparency",
            builder: PNGBuilder(
                width: 3, height: 1, bitDepth: 2, colorType: 3,
                palette: [10, 11, 12, 20, 21, 22, 30, 31, 32], transparency: [5],
                rows: [[0b00_01_10_00]]),
            layout: .rgba, expected: [10, 11, 12, 5, 20, 21, 22, 255, 30, 31, 32, 255]),
    ]

    @Test(arguments: cases) func decodesHandmadeFiles(_ item: Case) throws {
        let picture = try PNG.decode(item.builder.bytes, as: item.layout)
        #expect(picture.scalars == item.expected)
        #expect(picture.shape[0] == item.builder.height && picture.shape[1] == item.builder.width)
    }

    @Test func indicesStayAsTheyAre() throws {
        let palette = PNGBuilder(
            width: 4, height: 1, bitDepth: 4, colorType: 3,
            palette: [UInt8](repeating: 9, count: 9), rows: [[0x01, 0x20]])
        #expect(try PNG.decodeIndices(palette.bytes).scalars == [0, 1, 2, 0])
        let gray = PNGBuilder(width: 2, height: 1, bitDepth: 4, colorType: 0, rows: [[0x3F]])
        #expect(try PNG.decodeIndices(gray.bytes).scalars == [3, 15])
        let color = PNGBuilder(width: 1, height: 1, colorType: 2, rows: [[1, 2, 3]])
        #expect(throws: MediaError.self) { try PNG.decodeIndices(color.bytes) }
    }

    @Test(arguments: [1, 3, 4], [0, 6]) func roundTrip(channels: Int, compression: Int) throws {
        let folder = TemporaryFolder()
        let picture = noise(height: 37, width: 53, channels: channels, seed: 1)
        try PNG.write(picture, to: folder.path("a.png"), compression: compression)
        let again = try PNG.read(folder.path("a.png"), as: .asStored)
        #expect(again.shape == picture.shape && again.scalars == picture.scalars)
        #expect(folder.names == ["a.png"])
    }

    @Test(arguments: [1, 3]) func flatPicturesStayAsTheyAre(channels: Int) throws {
        let disk = Tensor<UInt8>(
            shape: [60, 50, channels],
            scalars: (0..<60 * 50 * channels).map { place in
                let (row, column) = (place / channels / 50 - 30, place / channels % 50 - 25)
                return row * row + column * column < 400 ? 255 : 0
            })
        let flat = try PNG.encode(disk, compression: 1, isFlat: true)
        let image = try PNG.decode(flat, as: .asStored)
        #expect(image.scalars == disk.scalars && image.shape == disk.shape)
        #expect(flat != (try PNG.encode(disk, compression: 1)))
    }

    @Test func truncationIsAnErrorWithPath() throws {
        let bytes = try PNG.encode(noise(height: 20, width: 20, channels: 3, seed: 2))
        for count in [0, 4, 8, 20, 40, bytes.count / 2, bytes.count - 40] {
            let error = try #require(throws: MediaError.self) {
                try PNG.decode(Array(bytes[..<count]), name: "cut.png")
            }
            #expect(error.path == "cut.png" && error.description.contains("cut.png"))
        }
    }

    /// Cuts behind the pixels, and what other decoders overlook too: the picture and a warning.
    @Test func damageThatCostsNoPixelIsAWarning() throws {
        let builder = PNGBuilder(
            width: 2, height: 1, colorType: 2, leading: [("tEXt", Array("a\0b".utf8))],
            rows: [[1, 2, 3, 4, 5, 6]])
        let whole = builder.bytes
        var wrongChecksum = whole
        wrongChecksum[8 + 25 + 8 + 3] ^= 1  // the CRC of tEXt
        var animated = builder
        animated.leading = [("acTL", [0, 0, 0, 2, 0, 0, 0, 0])]
        let damaged = [
            (Array(whole.dropLast(12)), "end of the file"), (Array(whole.dropLast()), "end of the"),
            (whole + [0, 0, 0], "bytes follow"),
            (wrongChecksum, "CRC"), (animated.bytes, "animation"),
        ]
        for (bytes, words) in damaged {
            var warnings: [MediaWarning] = []
            let picture = try Image.decode(bytes, name: "a.png", warnings: &warnings)
            #expect(picture.scalars == [1, 2, 3, 4, 5, 6])
            #expect(warnings.count == 1 && warnings.allSatisfy { $0.description.contains(words) })
            #expect(warnings.first?.path == "a.png")
        }
        var none: [MediaWarning] = []
        _ = try Image.decode(whole, warnings: &none)
        #expect(none == [])
    }

    @Test func interlacedPictures() throws {
        let picture = noise(height: 11, width: 13, channels: 3, seed: 9)
        let rows = (0..<11).map { Array(picture.scalars[($0 * 39)..<(($0 + 1) * 39)]) }
        let file = PNGBuilder(width: 13, height: 11, colorType: 2, isInterlaced: true, rows: rows)
        #expect(try PNG.decode(file.bytes).scalars == picture.scalars)
    }

    @Test func hugeHeaderIsRefusedBeforeAllocating() throws {
        for (width, height) in [(60_000, 60_000), (1 << 30, 1), (8000, 8000)] {
            let file = PNGBuilder(width: width, height: height, colorType: 2, rows: [[1, 2, 3]])
            #expect(throws: MediaError.self) { try PNG.decode(file.bytes) }
        }
    }

    @Test func unwritableFolderIsATypedError() {
        let folder = TemporaryFolder()
        let picture = gradient(height: 2, width: 2, channels: 3)
        let error = #expect(throws: MediaError.self) {
            try PNG.write(picture, to: folder.path("no/such/folder/a.png"))
        }
        #expect(error?.description.contains("No such file or directory") == true)
    }
}
