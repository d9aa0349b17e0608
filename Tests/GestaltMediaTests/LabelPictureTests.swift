import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Label numbers are names: what the file holds, or an error. Expected values by hand; the files of
/// 16 bits, palette and equal channels also as Pillow 13 reads them (`numpy.array(picture)`).
@Suite struct LabelPictureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        let builder: PNGBuilder
        let ids: [Int32]
        let encoding: LabelPicture.Encoding

        init(
            _ name: String, _ builder: PNGBuilder, _ ids: [Int32], _ encoding: LabelPicture.Encoding
        ) {
            (testDescription, self.builder, self.ids, self.encoding) = (
                name, builder, ids, encoding
            )
        }
    }

    /// One row of pixels.
    private static func row(
        _ count: Int, bits: UInt8 = 8, type: UInt8 = 0, palette: [UInt8] = [],
        transparency: [UInt8] = [], leading: [(String, [UInt8])] = [], _ bytes: [UInt8]
    ) -> PNGBuilder {
        PNGBuilder(
            width: count, height: 1, bitDepth: bits, colorType: type, palette: palette,
            transparency: transparency, leading: leading.map { (name: $0.0, data: $0.1) },
            rows: [bytes])
    }

    static let cases = [
        Case(
            "1 bit", row(9, bits: 1, [0b1010_0000, 0x80]), [1, 0, 1, 0, 0, 0, 0, 0, 1],
            .gray(bits: 1)),
        Case("2 bits", row(4, bits: 2, [0b00_01_10_11]), [0, 1, 2, 3], .gray(bits: 2)),
        Case("4 bits", row(2, bits: 4, [0x3F]), [3, 15], .gray(bits: 4)),
        Case("8 bits", row(3, [0, 1, 255]), [0, 1, 255], .gray(bits: 8)),
        Case(
            "16 bits, small ids", row(3, bits: 16, [0, 0, 0, 1, 0, 2]), [0, 1, 2], .gray(bits: 16)),
        Case(
            "16 bits, all ids", row(4, bits: 16, [0, 255, 1, 0, 0x80, 0, 255, 255]),
            [255, 256, 32768, 65535], .gray(bits: 16)),
        Case(
            "palette of 8 bits", row(3, type: 3, palette: [9, 9, 9, 8, 8, 8, 9, 9, 9], [2, 1, 0]),
            [2, 1, 0], .palette),
        Case(
            "palette of 1 bit",
            row(2, bits: 1, type: 3, palette: [255, 255, 255, 0, 0, 0], [0x40]),
            [0, 1], .palette),
        Case(
            "palette of 4 bits with transparency",
            row(
                4, bits: 4, type: 3, palette: [UInt8](repeating: 9, count: 9),
                transparency: [0, 5], [0x01, 0x20]),
            [0, 1, 2, 0], .palette),
        Case(
            "an index beyond the palette", row(2, type: 3, palette: [1, 2, 3], [0, 200]), [0, 200],
            .palette),
        Case("gray and full alpha", row(2, type: 4, [3, 255, 4, 255]), [3, 4], .gray(bits: 8)),
        Case("gray and equal alpha", row(2, type: 4, [3, 7, 4, 7]), [3, 4], .gray(bits: 8)),
        Case(
            "16-bit gray and alpha", row(2, bits: 16, type: 4, [0, 3, 255, 255, 1, 4, 255, 255]),
            [3, 260], .gray(bits: 16)),
        Case(
            "equal channels", row(2, type: 2, [0, 0, 0, 255, 255, 255]), [0, 255], .equalChannels),
        Case(
            "equal channels, alpha", row(2, type: 6, [5, 5, 5, 255, 6, 6, 6, 255]), [5, 6],
            .equalChannels),
        Case(
            "equal channels of 16 bits",
            row(2, bits: 16, type: 2, [1, 2, 1, 2, 1, 2, 0, 9, 0, 9, 0, 9]), [258, 9],
            .equalChannels),
        Case(
            "VOC's colors", row(4, type: 2, [0, 0, 0, 128, 0, 0, 0, 128, 0, 224, 224, 192]),
            [0, 1, 2, 255], .colors("the VOC color map")),
        Case(
            "VOC's colors in 16 bits",
            row(2, bits: 16, type: 2, [0, 0, 0, 0, 0, 0, 128, 128, 0, 0, 0, 0]), [0, 1],
            .colors("the VOC color map")),
        Case(
            "a note about gamma", row(2, leading: [("gAMA", [0, 1, 0x86, 0xA0])], [1, 200]),
            [1, 200], .gray(bits: 8)),
        Case(
            "sRGB, white point", row(2, bits: 16, leading: [("sRGB", [0])], [0, 1, 200, 0]),
            [1, 51200], .gray(bits: 16)),
        Case(
            "significant bits", row(2, leading: [("sBIT", [3])], [1, 7]), [1, 7], .gray(bits: 8)),
        Case(
            "a transparent gray value", row(2, transparency: [0, 1], [1, 7]), [1, 7], .gray(bits: 8)
        ),
        Case(
            "turned by Exif",
            row(2, leading: [("eXIf", ExifBuilder(orientation: 3).data)], [1, 7]),
            [7, 1], .gray(bits: 8)),
    ]

    @Test(arguments: cases) func idsAsStored(_ item: Case) throws {
        var warnings: [MediaWarning] = []
        let labels = try Image.decodeLabels(item.builder.bytes, warnings: &warnings)
        #expect(labels.ids.scalars == item.ids && labels.encoding == item.encoding)
        #expect(labels.ids.shape.dimensions == [item.builder.height, item.builder.width])
        #expect(labels.values == Set(item.ids).sorted().map(Int.init))
        if item.ids.allSatisfy({ $0 < 256 }) {
            #expect(try labels.bytes().scalars == item.ids.map { UInt8($0) })
            let indices = try PNG.decodeIndices(item.builder.bytes)
            #expect(indices.shape.dimensions == [1, item.ids.count, 1])
            #expect(indices.scalars == item.ids.map { UInt8($0) })
        } else {
            let error = #expect(throws: MediaError.self) { try labels.bytes() }
            #expect(error?.description.contains("label ids from 0 to 255") == true)
            #expect(throws: MediaError.self) { try PNG.decodeIndices(item.builder.bytes) }
        }
    }

    @Test func paletteColorsAreKept() throws {
        let builder = Self.row(2, type: 3, palette: [1, 2, 3, 4, 5, 6], [1, 0])
        var warnings: [MediaWarning] = []
        let labels = try Image.decodeLabels(builder.bytes, warnings: &warnings)
        #expect(labels.palette == [Color(1, 2, 3), Color(4, 5, 6)])
    }

    @Test(arguments: [
        (row(2, type: 4, [3, 255, 4, 0]), "alpha 255 and 0"),
        (row(2, type: 6, [3, 3, 3, 1, 3, 3, 3, 2]), "alpha 1 and 2"),
        (row(2, type: 2, [1, 2, 3, 0, 0, 0]), "#010203"),
        (row(2, bits: 16, type: 2, [0, 1, 0, 2, 0, 3, 0, 0, 0, 0, 0, 0]), "#000100020003"),
    ])
    func ambiguousLabelsAreNamed(_ builder: PNGBuilder, _ words: String) {
        var warnings: [MediaWarning] = []
        let error = #expect(throws: MediaError.self) {
            try Image.decodeLabels(builder.bytes, name: "mask.png", warnings: &warnings)
        }
        #expect(error?.path == "mask.png" && error?.description.contains(words) == true)
    }

    /// The error does not list a photograph's thousands of colors.
    @Test func photographsAreRefusedShortly() throws {
        var warnings: [MediaWarning] = []
        let photograph = try PNG.encode(noise(height: 40, width: 40, channels: 3, seed: 1))
        let error = #expect(throws: MediaError.self) {
            try Image.decodeLabels(photograph, warnings: &warnings)
        }
        #expect(error?.description.contains(", …") == true)
        #expect((error?.description.count ?? 0) < 400)
        let jpeg = try JPEG.encode(gradient(height: 8, width: 8, channels: 1))
        let lossy = #expect(throws: MediaError.self) {
            try Image.decodeLabels(jpeg, warnings: &warnings)
        }
        #expect(lossy?.description.contains("keeps numbers exactly") == true)
    }

    @Test func aTableOfColors() throws {
        let table = LabelColors(ids: [
            Color(0, 0, 0): 0, Color(255, 255, 255): 1, Color(1, 2, 3): 300,
        ])
        let files = [
            (Self.row(2, type: 2, [1, 2, 3, 255, 255, 255]), [300, 1]),
            (Self.row(2, [0, 255]), [0, 1]), (Self.row(2, bits: 1, [0x40]), [0, 1]),
            (Self.row(2, type: 3, palette: [255, 255, 255, 1, 2, 3], [0, 1]), [1, 300]),
            (Self.row(2, type: 2, [0, 0, 0, 255, 255, 255]), [0, 1]),
        ]
        var warnings: [MediaWarning] = []
        for (builder, ids) in files {
            let labels = try Image.decodeLabels(builder.bytes, colors: table, warnings: &warnings)
            #expect(labels.ids.scalars == ids.map { Int32($0) })
        }
        let other = Self.row(1, type: 2, [9, 9, 9])
        let error = #expect(throws: MediaError.self) {
            try Image.decodeLabels(other.bytes, colors: table, warnings: &warnings)
        }
        #expect(error?.description.contains("#090909") == true)
    }

    /// The first entries and the border's color as VOC's kit documents them.
    @Test func vocColors() {
        let first = [
            Color(0, 0, 0), Color(128, 0, 0), Color(0, 128, 0), Color(128, 128, 0),
            Color(0, 0, 128), Color(128, 0, 128), Color(0, 128, 128), Color(128, 128, 128),
            Color(64, 0, 0),
        ]
        #expect(Array(LabelColors.vocPalette.prefix(9)) == first)
        #expect(LabelColors.vocPalette[15] == Color(192, 128, 128))  // person
        #expect(LabelColors.vocPalette[255] == Color(224, 224, 192))
        #expect(LabelColors.voc.ids.count == 256)
    }

    @Test(arguments: [[0, 1, 2, 255], [0, 0, 3, 3], [7, 7, 7, 7]] as [[UInt8]])
    func writtenWithAPalette(_ ids: [UInt8]) throws {
        let folder = TemporaryFolder()
        try PNG.writeIndices(Tensor(shape: [2, 2], scalars: ids), to: folder.path("a.png"))
        let labels = try Image.readLabels(folder.path("a.png"))
        #expect(try labels.bytes().scalars == ids && labels.encoding == .palette)
        let shown = try Image.read(folder.path("a.png"))
        #expect(
            shown.scalars
                == ids.flatMap { id in
                    let color = LabelColors.vocPalette[Int(id)]
                    return [color.red, color.green, color.blue]
                })
    }

    @Test func aShortPaletteGrowsByGrays() throws {
        let file = try PNG.encodeIndices(
            Tensor(shape: [1, 2], scalars: [1, 9]), palette: [.black, Color(1, 2, 3)])
        #expect(try PNG.decode(file).scalars == [1, 2, 3, 9, 9, 9])
        #expect(try PNG.decodeIndices(file).scalars == [1, 9])
    }
}
