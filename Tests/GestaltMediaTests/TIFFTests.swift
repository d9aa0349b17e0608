import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct TIFFTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        let builder: TIFFBuilder
        let picture: [UInt8]
        let ids: [Int32]?

        init(_ name: String, _ builder: TIFFBuilder, _ picture: [UInt8], ids: [Int32]? = nil) {
            (testDescription, self.builder, self.picture, self.ids) = (name, builder, picture, ids)
        }
    }

    private static let colorMap = [0, 257, 514, 65535, 0, 0, 300, 0, 9, 9, 9, 25700].map { $0 }

    /// By hand; what Pillow 13 reads agrees where it reads the file.
    static let cases = [
        Case(
            "gray", TIFFBuilder(width: 3, height: 1, blocks: [[0, 7, 255]]), [0, 7, 255],
            ids: [0, 7, 255]),
        Case(
            "gray from white",
            TIFFBuilder(width: 3, height: 1, photometric: 0, blocks: [[0, 7, 255]]),
            [255, 248, 0], ids: [255, 248, 0]),
        Case(
            "1 bit", TIFFBuilder(width: 3, height: 1, bits: 1, blocks: [[0b0110_0000]]),
            [0, 255, 255], ids: [0, 1, 1]),
        Case(
            "1 bit from white",
            TIFFBuilder(width: 3, height: 1, bits: 1, photometric: 0, blocks: [[0b0110_0000]]),
            [255, 0, 0], ids: [1, 0, 0]),
        Case(
            "2 bits", TIFFBuilder(width: 4, height: 1, bits: 2, blocks: [[0b00_01_10_11]]),
            [0, 85, 170, 255], ids: [0, 1, 2, 3]),
        Case(
            "4 bits", TIFFBuilder(width: 3, height: 1, bits: 4, blocks: [[0x1F, 0x20]]),
            [17, 255, 34], ids: [1, 15, 2]),
        Case(
            "16 bits",
            TIFFBuilder(width: 3, height: 1, bits: 16, blocks: [[1, 0, 0, 1, 255, 255]]),
            [0, 1, 255], ids: [1, 256, 65535]),
        Case(
            "16 bits, highest byte first",
            TIFFBuilder(width: 2, height: 1, bits: 16, isBig: true, blocks: [[0, 2, 128, 0]]),
            [0, 128], ids: [2, 32768]),
        Case(
            "RGB",
            TIFFBuilder(
                width: 1, height: 2, samples: 3, photometric: 2, blocks: [[1, 2, 3, 4, 5, 6]]),
            [1, 2, 3, 4, 5, 6]),
        Case(
            "RGB in planes",
            TIFFBuilder(
                width: 2, height: 1, samples: 3, photometric: 2, isPlanar: true,
                blocks: [[1, 4], [2, 5], [3, 6]]), [1, 2, 3, 4, 5, 6]),
        Case(
            "RGB of 16 bits",
            TIFFBuilder(
                width: 1, height: 1, bits: 16, samples: 3, photometric: 2,
                blocks: [[0, 1, 0, 2, 0, 3]]), [1, 2, 3]),
        Case(
            "equal channels",
            TIFFBuilder(
                width: 2, height: 1, samples: 3, photometric: 2, blocks: [[5, 5, 5, 9, 9, 9]]),
            [5, 5, 5, 9, 9, 9], ids: [5, 9]),
        Case(
            "unspecified fourth sample",
            TIFFBuilder(
                width: 1, height: 1, samples: 4, photometric: 2, extraSamples: [0],
                blocks: [[1, 2, 3, 77]]), [1, 2, 3]),
        Case(
            "a fourth sample that nothing is said about",
            TIFFBuilder(width: 1, height: 1, samples: 4, photometric: 2, blocks: [[1, 2, 3, 77]]),
            [1, 2, 3]),
        Case(
            "alpha",
            TIFFBuilder(
                width: 1, height: 1, samples: 4, photometric: 2, extraSamples: [2],
                blocks: [[1, 2, 3, 77]]), [1, 2, 3, 77]),
        Case(
            "colors multiplied by alpha",
            TIFFBuilder(
                width: 2, height: 1, samples: 4, photometric: 2, extraSamples: [1],
                blocks: [[10, 20, 127, 128, 1, 2, 3, 0]]), [19, 39, 253, 128, 0, 0, 0, 0]),
        Case(
            "palette",
            TIFFBuilder(
                width: 4, height: 1, bits: 2, photometric: 3, colorMap: colorMap,
                blocks: [[0b00_01_10_11]]),
            [0, 0, 0, 1, 0, 0, 2, 1, 0, 255, 0, 100], ids: [0, 1, 2, 3]),
        Case(
            "palette of bytes",
            TIFFBuilder(
                width: 2, height: 1, bits: 1, photometric: 3, colorMap: [1, 2, 3, 4, 5, 255],
                blocks: [[0b0100_0000]]), [1, 3, 5, 2, 4, 255], ids: [0, 1]),
        Case(
            "turned", TIFFBuilder(width: 3, height: 1, orientation: 3, blocks: [[1, 2, 3]]),
            [3, 2, 1], ids: [3, 2, 1]),
    ]

    @Test(arguments: cases) func samples(_ item: Case) throws {
        #expect(try Image.decode(item.builder.bytes, as: .asStored).scalars == item.picture)
        guard let ids = item.ids else { return }
        var warnings: [MediaWarning] = []
        let labels = try Image.decodeLabels(item.builder.bytes, warnings: &warnings)
        #expect(labels.ids.scalars == ids && warnings == [])
    }

    /// Labels of 32 bits, as scikit-image's `label` and ImageJ store them.
    @Test func wideLabels() throws {
        func words(_ values: [UInt32]) -> [UInt8] {
            values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        }
        func read(_ format: Int, _ values: [UInt32]) throws -> [Int32] {
            let file = TIFFBuilder(
                width: values.count, height: 1, bits: 32, format: format, blocks: [words(values)])
            var warnings: [MediaWarning] = []
            return try Image.decodeLabels(file.bytes, warnings: &warnings).ids.scalars
        }
        #expect(try read(1, [0, 70_000, 3]) == [0, 70_000, 3])
        #expect(try read(2, [1, UInt32(bitPattern: -1)]) == [1, -1])
        #expect(try read(3, [Float(0), 2, 255].map(\.bitPattern)) == [0, 2, 255])
        #expect(throws: MediaError.self) { try read(1, [1 << 31]) }
        #expect(throws: MediaError.self) { try read(3, [Float(0.5).bitPattern]) }
        #expect(throws: MediaError.self) { try read(3, [Float.nan.bitPattern]) }
        let floats = TIFFBuilder(
            width: 1, height: 1, bits: 32, format: 3, blocks: [words([Float(0.5).bitPattern])])
        let error = #expect(throws: MediaError.self) { try Image.decode(floats.bytes) }
        #expect(error?.description.contains("floating-point samples of 32 bits") == true)
    }

    @Test(arguments: [1, 3], [8, 16]) func tiles(samples: Int, bits: Int) throws {
        let size = bits / 8
        // 20 × 17 in tiles of 16 × 16; the sample is (row · 20 + column) % 251.
        let blocks = [(0, 0), (0, 16), (16, 0), (16, 16)].map { top, left in
            (0..<16).flatMap { y in
                (0..<16).flatMap { x -> [UInt8] in
                    let value = UInt8(((top + y) * 20 + left + x) % 251)
                    return Array(repeating: size == 1 ? [value] : [value, value], count: samples)
                        .flatMap { $0 }
                }
            }
        }
        let file = TIFFBuilder(
            width: 20, height: 17, bits: bits, samples: samples, photometric: samples == 3 ? 2 : 1,
            tile: (16, 16), blocks: blocks)
        let picture = try Image.decode(file.bytes, as: .gray)
        #expect(picture.scalars == (0..<340).map { UInt8($0 % 251) })
    }

    /// The bytes 0, 7, 14, … as 4 × 3 RGB, written by Pillow 13 with libtiff.
    @Test(arguments: [
        "SUkqADQAAACAAADg4KhwRioYjgfkYmlQtmI0nA7n5CoxJppQqhXrZesRltJsuBzu56wEAAoAAAEDAAEAAAAEAAAAAQED"
            + "AAEAAAADAAAAAgEDAAMAAACyAAAAAwEDAAEAAAAFAAAABgEDAAEAAAACAAAAEQEEAAEAAAAIAAAAFQEDAAEA"
            + "AAADAAAAFgEDAAEAAAADAAAAFwEEAAEAAAArAAAAHAEDAAEAAAABAAAAAAAAAAgACAAIAA==",
        "SUkqADgAAAB4nAEkANv/AAcOFRwjKjE4P0ZNVFtiaXB3foWMk5qhqK+2vcTL0tng5+711JoROwAKAAABAwABAAAABAAA"
            + "AAEBAwABAAAAAwAAAAIBAwADAAAAtgAAAAMBAwABAAAACAAAAAYBAwABAAAAAgAAABEBBAABAAAACAAAABUB"
            + "AwABAAAAAwAAABYBAwABAAAAAwAAABcBBAABAAAALwAAABwBAwABAAAAAQAAAAAAAAAIAAgACAA=",
        "SUkqADAAAAALAAcOFRwjKjE4P0ZNC1RbYmlwd36FjJOaoQuor7a9xMvS2eDn7vUACgAAAQMAAQAAAAQAAAABAQMAAQAA"
            + "AAMAAAACAQMAAwAAAK4AAAADAQMAAQAAAAWAAAAGAQMAAQAAAAIAAAARAQQAAQAAAAgAAAAVAQMAAQAAAAMA"
            + "AAAWAQMAAQAAAAMAAAAXAQQAAQAAACcAAAAcAQMAAQAAAAEAAAAAAAAACAAIAAgA",
    ])
    func compressedFiles(_ text: String) throws {
        let file = [UInt8](try #require(Data(base64Encoded: text)))
        let picture = try Image.decode(file)
        #expect(picture.shape.dimensions == [3, 4, 3])
        #expect(picture.scalars == (0..<36).map { UInt8($0 * 7) })
        #expect(throws: MediaError.self) { try Image.decode(Array(file.prefix(60))) }
    }

    /// 8 × 8 of (200, 100, 50): YCbCr by JPEG, whose labels would not be exact, and CMYK.
    @Test func otherColorSpaces() throws {
        let jpeg = [UInt8](try #require(Data(base64Encoded: Self.jpeg)))
        for (place, value) in try Image.decode(jpeg).scalars.enumerated() {
            #expect(abs(Int(value) - [200, 100, 50][place % 3]) <= 1)
        }
        var warnings: [MediaWarning] = []
        #expect(throws: MediaError.self) { try Image.decodeLabels(jpeg, warnings: &warnings) }
        let inks = TIFFBuilder(
            width: 1, height: 1, samples: 4, photometric: 5, blocks: [[55, 155, 205, 0]])
        #expect(try Image.decode(inks.bytes).scalars == [200, 100, 50])
    }

    @Test func pages() throws {
        let pages = [1, 2, 3].map { value in
            TIFFBuilder(width: 2, height: 1, orientation: 3, blocks: [[UInt8(value), 9]])
        }
        let file = TIFFBuilder.file(pages)
        var warnings: [MediaWarning] = []
        #expect(try Image.decode(file, as: .gray, warnings: &warnings).scalars == [9, 1])
        #expect(warnings.count == 1 && warnings[0].description.contains("several pages"))
        let all = try Image.decodeFrames(file, as: .gray, warnings: &warnings)
        #expect(all.frames.scalars == [9, 1, 9, 2, 9, 3])
        let mixed = TIFFBuilder.file([pages[0], TIFFBuilder(width: 1, height: 1, blocks: [[5]])])
        #expect(throws: MediaError.self) { try Image.decodeFrames(mixed, warnings: &warnings) }
    }

    @Test func hugePicturesAndUnclearSamplesAreRefused() {
        let files = [
            TIFFBuilder(width: 1 << 20, height: 1 << 20, blocks: [[1]]),
            TIFFBuilder(width: 100, height: 100, tile: (1 << 20, 1 << 20), blocks: [[1]]),
            TIFFBuilder(
                width: 1, height: 1, samples: 5, photometric: 1, blocks: [[1, 2, 3, 4, 5]]),
            TIFFBuilder(width: 1, height: 1, bits: 64, blocks: [[UInt8](repeating: 1, count: 8)]),
            TIFFBuilder(width: 1, height: 1, blocks: [[1]], compression: 9999),
        ]
        for file in files {
            let error = #expect(throws: MediaError.self) {
                try Image.decode(file.bytes, name: "a.tif")
            }
            #expect(error?.description.contains("a.tif") == true)
        }
    }

    static let jpeg =
        "SUkqADQAAAD/2P/AABEIAAgACANSEQBHEQBCEQD/2gAMA1IARwBCAAA/APSKw68xr//ZAAsAAAEDAAEAAAAIAAAAAQED"
        + "AAEAAAAIAAAAAgEDAAMAAAC+AAAAAwEDAAEAAAAHAAAABgEDAAEAAAACAAAAEQEEAAEAAAAIAAAAFQEDAAEAAAAD"
        + "AAAAFgEDAAEAAAAIAAAAFwEEAAEAAAArAAAAHAEDAAEAAAABAAAAWwEHACEBAADEAAAAAAAAAAgACAAIAP/Y/9sA"
        + "QwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAiLCMcHCg3KSwwMTQ0NB8nOT04MjwuMzQy"
        + "/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEG"
        + "E1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZn"
        + "aGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
        + "4+Tl5ufo6erx8vP09fb3+Pn6/9k="
}
