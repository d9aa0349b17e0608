import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct OrientationTests {
    /// The stored picture is 0 1 2 / 3 4 5; what Pillow 13's `ImageOps.exif_transpose` makes of it.
    static let turned: [(orientation: Int, height: Int, values: [UInt8])] = [
        (1, 2, [0, 1, 2, 3, 4, 5]), (2, 2, [2, 1, 0, 5, 4, 3]), (3, 2, [5, 4, 3, 2, 1, 0]),
        (4, 2, [3, 4, 5, 0, 1, 2]), (5, 3, [0, 3, 1, 4, 2, 5]), (6, 3, [3, 0, 4, 1, 5, 2]),
        (7, 3, [5, 2, 4, 1, 3, 0]), (8, 3, [2, 5, 1, 4, 0, 3]),
    ]

    private static func png(_ exif: [UInt8], behindPixels: Bool = false) -> [UInt8] {
        let chunk = [(name: "eXIf", data: exif)]
        return PNGBuilder(
            width: 3, height: 2, colorType: 0, leading: behindPixels ? [] : chunk,
            trailing: behindPixels ? chunk : [], rows: [[0, 1, 2], [3, 4, 5]]
        ).bytes
    }

    @Test(arguments: turned, [false, true])
    func png(_ item: (orientation: Int, height: Int, values: [UInt8]), isBig: Bool) throws {
        for type in [3, 4] {
            let exif = ExifBuilder(orientation: item.orientation, isBig: isBig, type: type).data
            for file in [
                Self.png(exif), Self.png(exif, behindPixels: true),
                Self.png(Array("Exif\0\0".utf8) + exif),
            ] {
                let picture = try PNG.decode(file, as: .gray)
                #expect(picture.shape.dimensions == [item.height, 6 / item.height, 1])
                #expect(picture.scalars == item.values)
                let labels = try PNG.decodeIndices(file)
                #expect(labels.shape == picture.shape && labels.scalars == item.values)
                let colors = try Image.decode(file, as: .rgb)
                #expect(colors.scalars == item.values.flatMap { [$0, $0, $0] })
            }
        }
    }

    /// Blocks of 8 × 8 of the six grays survive JPEG.
    @Test(arguments: turned, [false, true])
    func jpeg(_ item: (orientation: Int, height: Int, values: [UInt8]), isBig: Bool) throws {
        let blocks = Tensor<UInt8>(shape: [2, 3, 1], scalars: [0, 1, 2, 3, 4, 5].map { $0 * 40 })
            .magnified(by: 16)
        let file = ExifBuilder(orientation: item.orientation, isBig: isBig)
            .inserted(into: try JPEG.encode(blocks, quality: 100))
        let picture = try JPEG.decode(file, as: .gray)
        #expect(picture.shape.dimensions == [item.height * 16, 96 / item.height, 1])
        let samples = picture.resized(height: item.height, width: 6 / item.height, by: .nearest)
        for (value, expected) in zip(samples.scalars, item.values) {
            #expect(abs(Int(value) - 40 * Int(expected)) <= 1)
        }
    }

    /// Damaged Exif data costs no picture: it is read as stored, and that is said.
    @Test(
        arguments: [
            ExifBuilder(orientation: 0).data, ExifBuilder(orientation: 9).data, [], [1, 2, 3],
            Array("Exif\0\0".utf8), Array(ExifBuilder(orientation: 6).data.prefix(20)),
            [0x49, 0x49, 42, 0, 0xFF, 0xFF, 0xFF, 0xFF], [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 255, 255],
        ] as [[UInt8]])
    func damage(_ exif: [UInt8]) throws {
        var warnings: [MediaWarning] = []
        let picture = try Image.decode(
            Self.png(exif), as: .gray, name: "a.png", warnings: &warnings)
        #expect(picture.scalars == [0, 1, 2, 3, 4, 5])
        #expect(warnings.count == 1 && warnings[0].description.contains("a.png: Exif data"))
    }

    @Test func exifWithoutOrientationIsUpright() throws {
        var builder = ExifBuilder(orientation: 6)
        builder.type = 3
        var data = builder.data
        data[22] = 0x10  // another tag
        var warnings: [MediaWarning] = []
        let picture = try Image.decode(Self.png(data), as: .gray, warnings: &warnings)
        #expect(picture.scalars == [0, 1, 2, 3, 4, 5] && warnings == [])
    }

    /// Exif data behind another segment, as JFIF files of phones have it.
    @Test func segmentsInFrontAreSkipped() throws {
        let jpeg = try JPEG.encode(gradient(height: 8, width: 16, channels: 3))
        let segment = ExifBuilder(orientation: 6).segment
        let comment: [UInt8] = [0xFF, 0xFE, 0, 4, 1, 2]
        let end = 4 + Int(jpeg[4]) << 8 + Int(jpeg[5])  // of APP0
        let file = jpeg[..<end] + comment + [0xFF] + segment + jpeg[end...]
        #expect(try JPEG.decode(Array(file)).shape.dimensions == [16, 8, 3])
    }

    /// ImageMagick's way before PNG had a chunk for it: hexadecimal digits in a text.
    @Test func profilesInTexts() throws {
        let digits = ExifBuilder(orientation: 6).data.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        let text =
            "\nexif\n      \(digits.count / 2)\n\(digits.prefix(40))\n\(digits.dropFirst(40))\n"
        let key = Array("Raw profile type exif\0".utf8)
        for chunk in [
            (name: "tEXt", data: key + Array(text.utf8)),
            (name: "zTXt", data: key + [0] + PNGBuilder.stored(Array(text.utf8))),
        ] {
            let file = PNGBuilder(
                width: 3, height: 2, colorType: 0, leading: [chunk],
                rows: [[0, 1, 2], [3, 4, 5]])
            #expect(try PNG.decode(file.bytes, as: .gray).scalars == [3, 0, 4, 1, 5, 2])
        }
    }

    /// XMP's note counts where Exif has none, as in Pillow.
    @Test(arguments: ["<x tiff:Orientation=\"6\"/>", "<tiff:Orientation>6</tiff:Orientation>"])
    func xmp(_ text: String) throws {
        func file(_ exif: [UInt8]?) -> [UInt8] {
            let head = Array("XML:com.adobe.xmp\0".utf8) + [0, 0, 0, 0]
            let chunks = [(name: "iTXt", data: head + Array(text.utf8))]
            return PNGBuilder(
                width: 3, height: 2, colorType: 0,
                leading: chunks + (exif.map { [(name: "eXIf", data: $0)] } ?? []),
                rows: [[0, 1, 2], [3, 4, 5]]
            ).bytes
        }
        #expect(try PNG.decode(file(nil), as: .gray).scalars == [3, 0, 4, 1, 5, 2])
        let other = ExifBuilder(orientation: 1).data
        #expect(try PNG.decode(file(other), as: .gray).scalars == [0, 1, 2, 3, 4, 5])
        let jpeg = try JPEG.encode(gradient(height: 8, width: 16, channels: 1))
        let body = Array("http://ns.adobe.com/xap/1.0/\0".utf8) + Array(text.utf8)
        let segment = [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body
        let turned = try JPEG.decode(Array(jpeg[..<2]) + segment + jpeg[2...])
        #expect(turned.shape.dimensions == [16, 8, 3])
    }
}
