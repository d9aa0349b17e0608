import Foundation
import GestaltMedia
import TestSupport
import Testing

/// Every reader is fed a few thousand broken files. A value or a ``MediaError`` is right, another
/// error fails the test, a crash or a hang ends it. GESTALT_MUTATIONS sets how many, of each kind.
@Suite(.timeLimit(.minutes(30))) struct MutationTests {
    private static func attack(
        _ seed: UInt64, count: Int, _ files: [[UInt8]],
        mending: @escaping ([UInt8]) -> [UInt8] = { $0 },
        name: String = #function, _ read: ([UInt8]) throws -> Void
    ) {
        let attack = ReaderAttack(name, seed: seed, count: count, files, mending: mending)
        let problems = attack.run(expecting: { $0 is MediaError }, read)
        #expect(problems.isEmpty, "\(problems.prefix(5))")
    }

    private static var pngs: [[UInt8]] {
        get throws {
            let palette = PNGBuilder(
                width: 9, height: 3, bitDepth: 4, colorType: 3,
                palette: (0..<48).map { UInt8($0) }, transparency: [1, 2],
                rows: [[UInt8]](repeating: [0x01, 0x23, 0x45, 0x67, 0x80], count: 3))
            return [
                try PNG.encode(noise(height: 13, width: 11, channels: 3, seed: 7)),
                try PNG.encode(gradient(height: 40, width: 40, channels: 4)), palette.bytes,
            ]
        }
    }

    @Test func png() throws {
        Self.attack(1, count: 3000, try Self.pngs) { _ = try PNG.decode($0) }
    }

    @Test func pngWithValidChecksums() throws {
        Self.attack(2, count: 3000, try Self.pngs, mending: PNGBuilder.rechecked) {
            _ = try PNG.decode($0, as: .rgba)
            _ = try PNG.decodeIndices($0)
            try Self.readEverything($0)
        }
    }

    @Test func jpeg() throws {
        let files = [
            try JPEG.encode(noise(height: 24, width: 40, channels: 3, seed: 8)),
            try JPEG.encode(gradient(height: 30, width: 30, channels: 1)),
        ]
        Self.attack(3, count: 4000, files) { _ = try JPEG.decode($0) }
    }

    /// As a picture, as an animation and as labels.
    private static func readEverything(_ bytes: [UInt8]) throws {
        var warnings: [MediaWarning] = []
        var failure: (any Error)?
        do { _ = try Image.decode(bytes, as: .asStored, warnings: &warnings) } catch {
            failure = error
        }
        do { _ = try Image.decodeFrames(bytes, warnings: &warnings) } catch { failure = error }
        do { _ = try Image.decodeLabels(bytes, warnings: &warnings).values } catch {
            failure = error
        }
        if let failure { throw failure }
    }

    @Test func gif() {
        let frames = (0..<3).map { index in
            GIFBuilder.Frame(
                left: index, top: 1, width: 6, height: 9, indices: (0..<54).map { UInt8($0 % 8) },
                disposal: index, delay: 5, transparent: index == 1 ? 3 : nil,
                palette: index == 2 ? (0..<24).map { UInt8($0) } : [], isInterlaced: index == 0)
        }
        let palette = (0..<24).map { UInt8(10 * $0) }
        let file = GIFBuilder(width: 9, height: 12, palette: palette, frames: frames).bytes
        Self.attack(7, count: 3000, [file], Self.readEverything)
    }

    @Test func webp() {
        let files = [WebPTests.lossless, WebPTests.lossy, WebPTests.animation]
        Self.attack(8, count: 3000, files, Self.readEverything)
    }

    @Test func tiff() throws {
        let jpeg = [UInt8](try #require(Data(base64Encoded: TIFFTests.jpeg)))
        let files = TIFFTests.cases.map(\.builder.bytes) + [jpeg]
        Self.attack(9, count: 4000, files, Self.readEverything)
    }

    @Test func bmp() {
        Self.attack(10, count: 4000, BMPTests.cases.map(\.builder.bytes), Self.readEverything)
    }

    @Test func labels() {
        Self.attack(
            11, count: 3000, LabelPictureTests.cases.map(\.builder.bytes),
            mending: PNGBuilder.rechecked, Self.readEverything)
    }

    @Test func exif() throws {
        let jpeg = try JPEG.encode(gradient(height: 8, width: 8, channels: 1))
        let files = (1...8).map { ExifBuilder(orientation: $0, isBig: $0 > 4).inserted(into: jpeg) }
        Self.attack(12, count: 3000, files, Self.readEverything)
    }

    private static let sequence = SequenceExample(
        context: ["id": .integers([4])],
        lists: ["frames": [.bytes([[1, 2, 3]]), .bytes([[4]])], "reward": [.floats([1])]]
    ).serialized()

    @Test func sequences() {
        Self.attack(13, count: 4000, [Self.sequence, Self.example]) {
            _ = try SequenceExample(serialized: $0)
        }
    }

    @Test func zlibRecords() throws {
        let folder = TemporaryFolder()
        let writer = try TFRecordWriter(path: folder.path("a"))
        for _ in 0..<3 { try writer.append(Self.example) }
        try writer.finish()
        Self.attack(14, count: 3000, [PNGBuilder.stored(folder.bytes(of: "a"))]) { bytes in
            let reader = try TFRecordReader(bytes: bytes)
            while try reader.next() != nil {}
        }
    }

    @Test func gzip() {
        let text = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let files = [Gzip.compress(text), Gzip.compress(Array(text[..<100]), level: 0)]
        Self.attack(4, count: 4000, files) { _ = try Gzip.decompress($0, limit: 1 << 24) }
    }

    private static let example = Example(features: [
        "0/image": .bytes([[UInt8](repeating: 3, count: 300)]), "0/action": .floats([1, 2, 3]),
        "length": .integers([4, -5]),
    ]).serialized()

    @Test(arguments: [TFRecordWriter.Compression.none, .gzip()])
    func records(_ compression: TFRecordWriter.Compression) throws {
        let folder = TemporaryFolder()
        let writer = try TFRecordWriter(path: folder.path("a"), compression: compression)
        for _ in 0..<3 { try writer.append(Self.example) }
        try writer.finish()
        Self.attack(5, count: 4000, [folder.bytes(of: "a")]) { bytes in
            let reader = try TFRecordReader(bytes: bytes)
            while try reader.next() != nil {}
        }
    }

    @Test func examples() {
        Self.attack(6, count: 6000, [Self.example]) { _ = try Example(serialized: $0) }
    }
}
