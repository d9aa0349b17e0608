import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Files that Pillow 13 wrote with libwebp; expected values as Pillow reads them.
@Suite struct WebPTests {
    private static func bytes(_ text: String) -> [UInt8] {
        [UInt8](Data(base64Encoded: text) ?? Data())
    }

    /// 4 × 3, the bytes 0, 7, 14, …
    private static let ramp = (0..<36).map { UInt8($0 * 7) }
    static let lossless = bytes(
        "UklGRjQAAABXRUJQVlA4TCcAAAAvA4AAAF8gFkzOEeRvG8NU3KFi/hPbgSCARCGWWGaZZZZJI/ofmO4A")
    private static let transparent = bytes(
        "UklGRjQAAABXRUJQVlA4TCcAAAAvA4AAEF8gFkzOEeRvG8NU3KFiKBL6gSCARCGWWGaZZZZJI/ofmO4A")
    static let lossy = bytes(
        "UklGRj4AAABXRUJQVlA4IDIAAADQAQCdASoIAAgAAMASJaACdLoB+AADsAD+2ib/7vN+09e09f1M//jKnyA/4yp/"
            + "xcwAAA==")
    /// The ramp with orientation 6.
    private static let turned = bytes(
        "UklGRmgAAABXRUJQVlA4WAoAAAAIAAAAAwAAAgAAVlA4TCcAAAAvA4AAAF8gFkzOEeRvG8NU3KFi/hPbgSCARCGW"
            + "WGaZZZZJI/ofmO4ARVhJRhoAAABNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAA==")
    /// 4 × 3 of 10, 90 and 200, for 40, 80 and 120 ms.
    static let animation = bytes(
        "UklGRroAAABXRUJQVlA4WAoAAAACAAAAAwAAAgAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAAAMAAAIAACgA"
            + "AAJWUDhMEQAAAC8DgAAAB1CFKlSh/4GI6H8AAEFOTUYqAAAAAAAAAAAAAwAAAgAAUAAAAFZQOEwRAAAALwOA"
            + "AAAHUK1qVav/gYjofwAAQU5NRioAAAAAAAAAAAADAAACAAB4AAAAVlA4TBEAAAAvA4AAAAdQ5CIXuf+BiOh/"
            + "AAA=")
    /// 3 × 2, equal channels 0, 1, 2, 3, 255, 0.
    private static let labels = bytes(
        "UklGRjYAAABXRUJQVlA4TCoAAAAvAkAAACcgEEjOX3kQIUEi/y8bhASJ/L9smP+oAsAPAhIyJQt8EtH/yAE=")

    @Test func losslessPictures() throws {
        let picture = try Image.decode(Self.lossless)
        #expect(picture.shape.dimensions == [3, 4, 3] && picture.scalars == Self.ramp)
        let rgba = try Image.decode(Self.transparent, as: .rgba)
        let alpha = (0..<12).map { rgba.scalars[4 * $0 + 3] }
        #expect(alpha == (0..<12).map { UInt8($0 * 20) })
        #expect(try Image.decode(Self.transparent).scalars == Self.ramp)
    }

    @Test func lossyPictures() throws {
        let picture = try Image.decode(Self.lossy)
        #expect(picture.shape.dimensions == [8, 8, 3])
        for (place, value) in picture.scalars.enumerated() {
            #expect(abs(Int(value) - [201, 100, 50][place % 3]) <= 1)
        }
    }

    @Test func orientation() throws {
        let picture = try Image.decode(Self.turned)
        #expect(picture.shape.dimensions == [4, 3, 3])
        // The lower left pixel comes to the upper left.
        #expect(Array(picture.scalars.prefix(3)) == Array(Self.ramp[24..<27]))
    }

    @Test func animations() throws {
        var warnings: [MediaWarning] = []
        let animation = try Image.decodeFrames(Self.animation, warnings: &warnings)
        #expect(animation.frames.shape.dimensions == [3, 3, 4, 3])
        #expect((0..<3).map { animation.frames[$0].scalars[5] } == [10, 90, 200])
        #expect(animation.seconds == [0.04, 0.08, 0.12] && warnings == [])
        let first = try Image.decode(Self.animation, warnings: &warnings)
        #expect(first.scalars.allSatisfy { $0 == 10 } && warnings.count == 1)
        let still = try Image.decodeFrames(Self.lossless, warnings: &warnings)
        #expect(still.frames.scalars == Self.ramp && still.seconds == [0])
    }

    @Test func labelPictures() throws {
        var warnings: [MediaWarning] = []
        let labels = try Image.decodeLabels(Self.labels, warnings: &warnings)
        #expect(labels.ids.scalars == [0, 1, 2, 3, 255, 0])
        #expect(throws: MediaError.self) {
            try Image.decodeLabels(Self.lossy, warnings: &warnings)
        }
    }

    @Test func cutsAreErrors() {
        for file in [Self.lossless, Self.lossy, Self.animation, Self.turned] {
            for count in [12, 16, 20, 30, 40] {
                #expect(throws: MediaError.self) { try Image.decode(Array(file[..<count])) }
            }
        }
    }

    /// 16384 × 16384 of one color in a few bytes.
    @Test func hugePicturesAreRefused() {
        var file = Self.lossless
        file[21...24] = [0xFF, 0xFF, 0xFF, 0x0F]
        let error = #expect(throws: MediaError.self) { try Image.decode(file) }
        #expect(error?.description.contains("too large") == true)
    }
}
