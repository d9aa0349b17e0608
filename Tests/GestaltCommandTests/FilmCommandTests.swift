import Foundation
import GestaltFilm
import GestaltMedia
import GestaltModels
import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

private let hasPrograms = (try? FilmPrograms.installed()) != nil

/// `segment` with films. It needs ffmpeg.
@Suite(.enabled(if: hasPrograms, "ffmpeg is not installed"))
struct FilmCommandTests {
    private let folder = TemporaryFolder()
    private let model: String
    private static let frameCount = 30

    init() throws {
        var random = RandomStream(seed: 3)
        model = folder.path("unet")
        try UNet(.demo, random: &random).write(to: model, card: "")
    }

    /// Writes a film of noise, ten frames a second.
    private func film(_ name: String) throws {
        let writer = try FilmWriter(
            path: folder.path(name), height: 64, width: 96, framesPerSecond: 10)
        var random = RandomStream(seed: 5)
        for _ in 0..<Self.frameCount {
            let values: Tensor<Float> = random.uniform([64, 96, 3], in: -0.5..<0.5)
            try writer.append(values.pixelBytes())
        }
        try writer.finish()
    }

    private func segment(_ arguments: String...) throws -> Program.Result {
        try Program.run(
            list: ["segment"] + arguments.map { $0.replacing("@", with: folder.path + "/") }
                + ["--output", folder.path("out")]
                + (arguments.contains("--model") ? [] : ["--model", model]))
    }

    private func masks(_ film: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path("out/masks/" + film)))?
            .sorted() ?? []
    }

    @Test func chosenFramesHaveMasksWithTheirTimes() throws {
        try film("new.mp4")
        let result = try segment(
            "@new.mp4", "--every", "5", "--from", "0:01", "--to", "2.5", "--formats", "masks",
            "--quiet")
        #expect(result.code == 0, "\(result)")
        #expect(masks("new") == ["000010.png", "000015.png", "000020.png"])
        let times = String(decoding: folder.bytes(of: "out/times/new.csv"), as: UTF8.self)
        #expect(times.split(separator: "\n").first == "frame,seconds,mask")
        #expect(times.contains("\n15,1.5") && times.contains(",000015.png"), "\(times)")
    }

    @Test func aDamagedFilmIsSegmentedUpToTheDamageAndNamed() throws {
        try film("whole.mp4")
        let bytes = folder.bytes(of: "whole.mp4")
        _ = folder.write(Array(bytes.prefix(bytes.count * 6 / 10)), as: "cut.mp4")
        _ = folder.write(Array("no film".utf8), as: "none.mp4")
        let result = try segment("@cut.mp4", "@none.mp4", "@whole.mp4", "--formats", "masks")
        #expect(result.code == 1, "\(result)")
        #expect(result.error.contains("2 could not be segmented as a whole"), "\(result.error)")
        #expect(result.error.contains("none.mp4: ") && result.error.contains("cut.mp4: damaged"))
        #expect(masks("whole").count == Self.frameCount && masks("none").isEmpty)
        #expect((1..<Self.frameCount).contains(masks("cut").count), "\(masks("cut"))")
    }

    @Test func aLaterRunReplacesTheMasksOfAFilm() throws {
        try film("new.mp4")
        #expect(try segment("@new.mp4", "--formats", "masks").code == 0)
        #expect(masks("new").count == Self.frameCount)
        #expect(try segment("@new.mp4", "--formats", "masks", "--every", "10").code == 0)
        #expect(masks("new") == ["000000.png", "000010.png", "000020.png"])
    }

    @Test func timesAfterTheEndOfAFilmAreAnError() throws {
        try film("new.mp4")
        let result = try segment("@new.mp4", "--from", "100")
        #expect(result.code == 1 && result.error.contains("frames from 100 s on"), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out/masks")))
    }

    @Test func aFileInAFolderThatIsNoFilmIsNamed() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("films"), withIntermediateDirectories: true)
        try film("films/new.mp4")
        _ = folder.write(Array("no film".utf8), as: "films/fake.mp4")
        let result = try segment("@films", "--formats", "masks", "--every", "10")
        #expect(result.code == 1 && result.error.contains("fake.mp4: no clips in it"), "\(result)")
        #expect(masks("new").count == 3)
    }

    @Test func objectsOfFilmsHaveAnnotationsOfTheirOwn() throws {
        var random = RandomStream(seed: 4)
        let configuration = InstanceSegmenterConfiguration(
            encoder: DenseEncoderConfiguration(width: 4),
            head: QueryHead.Configuration(queries: 4, blocks: 1), classes: 3,
            input: PictureInput(height: 32, width: 32))
        try InstanceSegmenter(configuration, random: &random)
            .write(to: folder.path("objects"), card: "")
        try film("new.mp4")
        let result = try segment(
            "@new.mp4", "--model", "@objects", "--threshold", "0", "--every", "10")
        #expect(result.code == 0, "\(result)")
        #expect(masks("new") == ["000000.png", "000010.png", "000020.png"])
        struct COCO: Decodable {
            struct Picture: Decodable { let id: Int }
            let images: [Picture]
        }
        let coco = try JSONDecoder().decode(
            COCO.self, from: Data(folder.bytes(of: "out/coco/new.json")))
        #expect(coco.images.map(\.id) == [0, 10, 20])
        let tiles = try segment("@new.mp4", "--model", "@objects", "--tile", "32x32")
        #expect(tiles.code == 2 && tiles.error.contains("--tile: for foreground"), "\(tiles)")
    }

    @Test func optionsWithoutEffectAreRefused() throws {
        try film("new.mp4")
        try PNG.write(Tensor<UInt8>.zeros([30, 40, 3]), to: folder.path("a.png"))
        for (input, option, value) in [
            ("@new.mp4", "--size", "32x32"), ("@new.mp4", "--crop", "32x32"),
            ("@a.png", "--pad", "64x64"), ("@a.png", "--every", "2"), ("@a.png", "--from", "1"),
            ("@a.png", "--smooth", "3"),
        ] {
            let result = try segment(input, option, value)
            #expect(result.code == 2 && result.error.contains(option + ": for"), "\(result)")
        }
        let skipping = try segment("@new.mp4", "--skip-existing")
        #expect(skipping.code == 2 && skipping.error.contains("films are segmented as a whole"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("out/masks")))
    }
}
