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

    @Test func greyBecomesColourWhenAsked() throws {
        let bytes = try JPEG.encode(gradient(height: 8, width: 8, channels: 1))
        let picture = try JPEG.decode(bytes)
        #expect(picture.shape.dimensions == [8, 8, 3])
    }

    /// Lost data is an error, not grey.
    @Test func truncationIsAnError() throws {
        let bytes = try JPEG.encode(noise(height: 64, width: 64, channels: 3, seed: 3))
        for count in [0, 2, 10, 200, bytes.count / 2, bytes.count - 3] {
            #expect(throws: MediaError.self) { try JPEG.decode(Array(bytes[..<count])) }
        }
    }

    /// 8 × 8 pixels of one ink mixture with Adobe's marker, written by libjpeg-turbo 2.1.5 (quality
    /// 100, optimised codes): cyan 255, magenta 128, yellow 0, black 200, where 255 is no ink.
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
