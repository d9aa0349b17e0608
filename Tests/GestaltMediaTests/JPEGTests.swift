import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct JPEGTests {
    /// At quality 95 a smooth picture comes back within a few levels.
    private static let lossyTolerance = 6

    @Test(arguments: [1, 3]) func roundTripOfASmoothPicture(channels: Int) throws {
        let folder = TemporaryFolder()
        let picture = gradient(height: 40, width: 61, channels: channels)
        try JPEG.write(picture, to: folder.path("a.jpg"), quality: 95)
        let again = try JPEG.read(folder.path("a.jpg"), as: .asStored)
        #expect(again.shape == picture.shape)
        let difference = zip(again.scalars, picture.scalars).map { abs(Int($0) - Int($1)) }.max()
        #expect(try #require(difference) <= Self.lossyTolerance)
    }

    @Test func grayBecomesColorWhenAsked() throws {
        let bytes = try JPEG.encode(gradient(height: 8, width: 8, channels: 1))
        let picture = try JPEG.decode(bytes)
        #expect(picture.shape.dimensions == [8, 8, 3])
    }

    /// Lost data is an error, not gray.
    @Test func truncationIsAnError() throws {
        let bytes = try JPEG.encode(noise(height: 64, width: 64, channels: 3, seed: 3))
        for count in [0, 2, 10, 200, bytes.count / 2, bytes.count - 3] {
            #expect(throws: MediaError.self) { try JPEG.decode(Array(bytes[..<count])) }
        }
    }

    /// A file's bytes with those at a marker's segment changed; `offset` counts from the marker.
    private func patched(
        _ file: [UInt8], _ marker: UInt8, _ offset: Int, _ bytes: [UInt8]
    )
        throws -> [UInt8]
    {
        let start = try #require(
            file.indices.dropLast().first { file[$0] == 0xFF && file[$0 + 1] == marker })
        var file = file
        file.replaceSubrange((start + offset)..<(start + offset + bytes.count), with: bytes)
        return file
    }

    /// Phones write a selection of coefficients 0…0 into the scan header of baseline files, where
    /// the standard asks for 0…63. Everybody reads them.
    @Test(arguments: [[0, 0, 0], [63, 63, 0], [0, 63, 1], [1, 5, 0x11]] as [[UInt8]])
    func selectionInABaselineScan(_ selection: [UInt8]) throws {
        let jpeg = try JPEG.encode(gradient(height: 24, width: 24, channels: 3))
        var warnings: [MediaWarning] = []
        let picture = try Image.decode(
            patched(jpeg, 0xDA, 11, selection), name: "phone.jpg", warnings: &warnings)
        #expect(picture.scalars == (try JPEG.decode(jpeg)).scalars)
        #expect(warnings.map(\.path) == ["phone.jpg"])
    }

    /// Without the end mark, or with half of it: the picture and a warning.
    @Test(arguments: [1, 2]) func missingEndMark(_ count: Int) throws {
        let jpeg = try JPEG.encode(noise(height: 24, width: 24, channels: 3, seed: 4))
        var warnings: [MediaWarning] = []
        let picture = try Image.decode(Array(jpeg.dropLast(count)), warnings: &warnings)
        #expect(picture.scalars == (try JPEG.decode(jpeg)).scalars)
        #expect(warnings.count == 1)
    }

    @Test func bytesBehindTheEndMark() throws {
        let jpeg = try JPEG.encode(gradient(height: 8, width: 8, channels: 3))
        #expect(try JPEG.decode(jpeg + [0, 1, 2]).scalars == (try JPEG.decode(jpeg)).scalars)
    }

    @Test(
        arguments: [(0xC0, 4, [12]), (0xC0, 1, [0xC3]), (0xC0, 1, [0xC5])]
            as [(UInt8, Int, [UInt8])])
    func otherKindsAreNamed(_ marker: UInt8, _ offset: Int, _ bytes: [UInt8]) throws {
        let jpeg = try JPEG.encode(gradient(height: 8, width: 8, channels: 3))
        let error = try #require(throws: MediaError.self) {
            try JPEG.decode(patched(jpeg, marker, offset, bytes), name: "a.jpg")
        }
        guard case .unsupported = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.contains("nsupported"))
    }

    /// 8 × 8 pixels of one ink mixture with Adobe's marker, written by libjpeg-turbo 2.1.5 (quality
    /// 100, optimized codes): cyan 255, magenta 128, yellow 0, black 200, where 255 is no ink.
    private static let inks =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
        + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABYAAQEBAAAAAAAAAAAA"
        + "AAAAAAoAC//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAOBEMATQBZAEsAAD8Afwmf+SA//9k="

    @Test func inksBecomeLight() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: Self.inks)))
        let picture = try JPEG.decode(bytes)
        #expect(picture.shape.dimensions == [8, 8, 3])
        // 255 · 200, 128 · 200 and 0 · 200 in units of 1/255.
        for (value, expected) in zip(picture.scalars, [200, 100, 0]) {
            #expect(abs(Int(value) - expected) <= 2)
        }
    }
}
