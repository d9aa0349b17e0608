import Foundation
import GestaltMedia
import GestaltTensor
import Testing

/// Kinds of JPEG that our encoder does not write: files by libjpeg-turbo 2.1.5 at quality 100,
/// values as Pillow 13 reads them.
@Suite struct JPEGKindsTests {
    struct Inks: Sendable, CustomTestStringConvertible {
        var testDescription: String
        let file: String
    }

    /// 8 × 8 of cyan 255, magenta 128, yellow 0, black 200, where 255 is no ink.
    static let inks = [
        Inks(
            testDescription: "YCCK with Adobe's marker",
            file:
                "/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
                + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB/9sAQwEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
                + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB/8AAFAgACAAIBAEiAAIRAQMRAQQiAP/EABYAAQEBAAAA"
                + "AAAAAAAAAAAAAAAICv/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAK/8QAFBEB"
                + "AAAAAAAAAAAAAAAAAAAAAP/aAA4EAQACEQMRBAAAPwCPwCqBr2kAB//Z"),
        Inks(
            testDescription: "CMYK without it",
            file:
                "/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
                + "AQEBAQEBAQH/wAAUCAAIAAgEQxEATREAWREASxEA/8QAFgABAQEAAAAAAAAAAAAAAAAACgAL/8QAFBABAAAA"
                + "AAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwB/CZ/5ID//2Q=="),
    ]

    @Test(arguments: inks) func inksBecomeLight(_ item: Inks) throws {
        let picture = try JPEG.decode([UInt8](try #require(Data(base64Encoded: item.file))))
        #expect(picture.shape.dimensions == [8, 8, 3])
        for (place, value) in picture.scalars.enumerated() {
            #expect(abs(Int(value) - [200, 100, 0][place % 3]) <= 1)
        }
    }

    /// 8 × 8 gray, 20 · column + 8 · row.
    @Test func arithmeticCoding() throws {
        let picture = try JPEG.decode(
            [UInt8](try #require(Data(base64Encoded: Self.arithmetic))), as: .gray)
        for (place, value) in picture.scalars.enumerated() {
            #expect(abs(Int(value) - (place % 8 * 20 + place / 8 * 8)) <= 1)
        }
    }

    /// 16 × 16, 9 · column + 6 · row + 10 · channel.
    @Test func progressiveScans() throws {
        let file = [UInt8](try #require(Data(base64Encoded: Self.progressive)))
        let whole = try JPEG.decode(file)
        for (place, value) in whole.scalars.enumerated() {
            let (row, column, channel) = (place / 48, place / 3 % 16, place % 3)
            #expect(abs(Int(value) - (9 * column + 6 * row + 10 * channel)) <= 2)
        }
        // Without the end mark nothing is lost; a file cut before any later scan lacks detail.
        var warnings: [MediaWarning] = []
        let open = try Image.decode(Array(file.dropLast(2)), warnings: &warnings)
        #expect(open.scalars == whole.scalars && warnings.count == 1)
        let scans = file.indices.dropLast().filter { file[$0] == 0xFF && file[$0 + 1] == 0xDA }
        #expect(scans.count > 5)
        for scan in scans {
            #expect(throws: MediaError.self, "cut before the scan at \(scan)") {
                try JPEG.decode(Array(file[..<scan]))
            }
        }
    }

    private static let arithmetic =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
        + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/yQALCAAIAAgBAREA/8wABgAQEAX/2gAIAQEAAD8A/wDmQC77"
        + "Sx0hrj/foku3qYHrIP/Z"

    private static let progressive =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
        + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/2wBDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
        + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wgARCAAQABADASIAAhEBAxEB/8QAFQABAQAAAAAA"
        + "AAAAAAAAAAAACQf/xAAUAQEAAAAAAAAAAAAAAAAAAAAF/9oADAMBAAIQAxAAAAE8Ugj6QOD/AP/EABYQAAMA"
        + "AAAAAAAAAAAAAAAAAAAFBv/aAAgBAQABBQKWSEskJZISyQ//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAED"
        + "AQE/AX//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQE/AX//xAAXEAADAQAAAAAAAAAAAAAAAAAAAyJR"
        + "/9oACAEBAAY/AlzgucFzgucP/8QAFRABAQAAAAAAAAAAAAAAAAAAAOH/2gAIAQEAAT8hgkEgkE//2gAMAwEA"
        + "AgADAAAAEAP/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAEDAQE/EH//xAAUEQEAAAAAAAAAAAAAAAAAAAAA"
        + "/9oACAECAQE/EH//xAAXEAADAQAAAAAAAAAAAAAAAAAAUWHw/9oACAEBAAE/EM+oZ9Qz6hn1D//Z"
}
