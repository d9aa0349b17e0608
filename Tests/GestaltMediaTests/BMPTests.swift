import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct BMPTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        let builder: BMPBuilder
        let picture: [UInt8]
        let ids: [Int32]?

        init(_ name: String, _ builder: BMPBuilder, _ picture: [UInt8], ids: [Int32]? = nil) {
            (testDescription, self.builder, self.picture, self.ids) = (name, builder, picture, ids)
        }
    }

    private static let grays: [[UInt8]] = (0..<16).map { [UInt8($0), UInt8($0), UInt8($0)] }
    private static let colors: [[UInt8]] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]

    /// By hand from Microsoft's description; Pillow 13 reads the same where it reads the file.
    static let cases = [
        Case(
            "24 bits, rows from below",
            BMPBuilder(width: 1, height: 2, bits: 24, data: [6, 5, 4, 0, 3, 2, 1, 0]),
            [1, 2, 3, 4, 5, 6]),
        Case(
            "24 bits, rows from above",
            BMPBuilder(
                width: 1, height: 2, bits: 24, isTopDown: true, data: [3, 2, 1, 0, 6, 5, 4, 0]),
            [1, 2, 3, 4, 5, 6]),
        Case(
            "24 bits, OS/2",
            BMPBuilder(width: 1, height: 1, bits: 24, headerSize: 12, data: [3, 2, 1, 0]),
            [1, 2, 3]),
        Case(
            "equal channels",
            BMPBuilder(width: 2, height: 1, bits: 24, data: [5, 5, 5, 255, 255, 255, 0, 0]),
            [5, 5, 5, 255, 255, 255], ids: [5, 255]),
        Case(
            "32 bits, the fourth unused",
            BMPBuilder(width: 1, height: 1, bits: 32, data: [3, 2, 1, 9]),
            [1, 2, 3]),
        Case(
            "32 bits with alpha",
            BMPBuilder(
                width: 1, height: 1, bits: 32, headerSize: 124, compression: 3,
                masks: [0xFF0000, 0xFF00, 0xFF, 0xFF00_0000], data: [3, 2, 1, 9]), [1, 2, 3, 9]),
        Case(
            "32 bits, red lowest",
            BMPBuilder(
                width: 1, height: 1, bits: 32, headerSize: 40, compression: 3,
                masks: [0xFF, 0xFF00, 0xFF0000], data: [1, 2, 3, 0]), [1, 2, 3]),
        Case(
            "16 bits: 5, 5, 5",
            BMPBuilder(width: 2, height: 1, bits: 16, data: [0x01, 0x7C, 0xE0, 0x03]),
            [255, 0, 8, 0, 255, 0]),
        Case(
            "16 bits: 5, 6, 5",
            BMPBuilder(
                width: 2, height: 1, bits: 16, compression: 3, masks: [0xF800, 0x07E0, 0x001F],
                data: [0x20, 0x00, 0x1F, 0xF8]), [0, 4, 0, 255, 0, 255]),
        Case(
            "8 bits of gray",
            BMPBuilder(width: 3, height: 1, bits: 8, palette: grays, data: [2, 0, 15, 0]),
            [2, 0, 15],
            ids: [2, 0, 15]),
        Case(
            "8 bits of color, an index without one",
            BMPBuilder(width: 3, height: 1, bits: 8, palette: colors, data: [2, 0, 5, 0]),
            [7, 8, 9, 1, 2, 3, 0, 0, 0], ids: [2, 0, 5]),
        Case(
            "4 bits",
            BMPBuilder(
                width: 3, height: 2, bits: 4, palette: grays,
                data: [0x12, 0x30, 0, 0, 0x45, 0xF0, 0, 0]),
            [4, 5, 15, 1, 2, 3], ids: [4, 5, 15, 1, 2, 3]),
        Case(
            "1 bit",
            BMPBuilder(
                width: 9, height: 1, bits: 1, palette: [[0, 0, 0], [255, 255, 255]],
                data: [0b1010_0001, 0x80, 0, 0]), [255, 0, 255, 0, 0, 0, 0, 255, 255],
            ids: [1, 0, 1, 0, 0, 0, 0, 1, 1]),
        Case(
            "runs of 8 bits: counted, plain, end of row, end",
            BMPBuilder(
                width: 4, height: 2, bits: 8, compression: 1, palette: grays,
                data: [3, 7, 1, 2, 0, 0, 0, 3, 1, 2, 3, 0, 1, 9, 0, 1]),
            [1, 2, 3, 9, 7, 7, 7, 2], ids: [1, 2, 3, 9, 7, 7, 7, 2]),
        Case(
            "runs of 8 bits: a step and an early end",
            BMPBuilder(
                width: 3, height: 3, bits: 8, compression: 1, palette: grays,
                data: [1, 5, 0, 2, 1, 1, 1, 6, 0, 1]), [0, 0, 0, 0, 0, 6, 5, 0, 0]),
        Case(
            "runs of 4 bits",
            BMPBuilder(
                width: 5, height: 2, bits: 4, compression: 2, palette: grays,
                data: [5, 0x12, 0, 0, 0, 5, 0x34, 0x56, 0x70, 0, 0, 1]),
            [3, 4, 5, 6, 7, 1, 2, 1, 2, 1], ids: [3, 4, 5, 6, 7, 1, 2, 1, 2, 1]),
        Case(
            "a run beyond the row is cut off",
            BMPBuilder(
                width: 2, height: 1, bits: 8, compression: 1, palette: grays, data: [9, 7, 0, 1]),
            [7, 7]),
    ]

    @Test(arguments: cases) func pictures(_ item: Case) throws {
        #expect(try Image.decode(item.builder.bytes, as: .asStored).scalars == item.picture)
        guard let ids = item.ids else { return }
        var warnings: [MediaWarning] = []
        let labels = try Image.decodeLabels(item.builder.bytes, warnings: &warnings)
        #expect(labels.ids.scalars == ids)
    }

    /// A header that says the pixels begin where the palette does.
    @Test func forgottenPalette() throws {
        var file = BMPBuilder(
            width: 3, height: 1, bits: 8, palette: Self.colors, data: [2, 0, 1, 0]
        ).bytes
        file[10] = 54
        #expect(try Image.decode(file).scalars == [7, 8, 9, 1, 2, 3, 4, 5, 6])
    }

    @Test func everyCutIsAnError() {
        for item in Self.cases where item.builder.compression % 3 == 0 {
            let padding = (4 - item.builder.width * item.builder.bits / 8 % 4) % 4
            let file = item.builder.bytes
            for count in 0..<(file.count - max(1, padding + 1)) where count < file.count - 4 {
                #expect(throws: MediaError.self, "\(item.testDescription), \(count)") {
                    try Image.decode(Array(file[..<count]))
                }
            }
        }
    }

    @Test func hugeAndForeignBitmapsAreRefused() {
        let files = [
            BMPBuilder(width: 1 << 30, height: 1 << 30, bits: 24, data: [1, 2, 3]),
            BMPBuilder(width: 8000, height: 8000, bits: 8, compression: 1, data: [0, 1]),
            BMPBuilder(width: 1, height: 1, bits: 24, compression: 4, data: [1, 2, 3, 4]),
            BMPBuilder(width: 1, height: 1, bits: 7, data: [1, 2, 3, 4]),
            BMPBuilder(width: 0, height: 1, bits: 24, data: [1, 2, 3, 4]),
            BMPBuilder(width: -5, height: 1, bits: 24, data: [1, 2, 3, 4]),
        ]
        for file in files {
            let error = #expect(throws: MediaError.self) {
                try Image.decode(file.bytes, name: "a.bmp")
            }
            #expect(error?.path == "a.bmp")
        }
    }
}
