import Foundation
import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltModels
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct SegmentCommandTests {
    private let folder = TemporaryFolder()
    private let model: String

    init() throws {
        var random = RandomStream(seed: 3)
        model = folder.path("unet")
        try UNet(.demo, random: &random).write(to: model, card: "")
    }

    private func picture(_ path: String, height: Int = 40, width: Int = 60) throws {
        let whole = folder.path(path)
        try FileManager.default.createDirectory(
            at: URL(filePath: whole).deletingLastPathComponent(), withIntermediateDirectories: true)
        var random = RandomStream(seed: UInt64(path.utf8.reduce(0) { $0 + Int($1) }))
        let values: Tensor<Float> = random.uniform([height, width, 3], in: -0.5..<0.5)
        try Image.write(values.pixelBytes(), to: whole)
    }

    private func segment(_ arguments: String...) throws -> Program.Result {
        try Program.run(
            list: ["segment"] + arguments.map { $0.replacing("@", with: folder.path + "/") }
                + ["--output", folder.path("out")]
                + (arguments.contains("--model") ? [] : ["--model", model]))
    }

    private func results(_ kind: String) -> [String] {
        FileManager.default.enumerator(atPath: folder.path("out/" + kind))?
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".png") }.sorted() ?? []
    }

    /// One broken picture: the others are done, the bad one is named, exit code 1.
    @Test func onebad() throws {
        for name in ["d/a.png", "d/b.jpg", "d/c.png", "d/d.jpg"] { try picture(name) }
        let bytes = try Data(contentsOf: URL(filePath: folder.path("d/b.jpg")))
        try bytes.prefix(bytes.count / 2).prefix(100).write(
            to: URL(filePath: folder.path("d/b.jpg")))
        let result = try segment("@d", "@none.png")
        #expect(result.code == 1, "\(result)")
        #expect(results("masks") == ["d/a.png", "d/c.png", "d/d.png"])
        #expect(results("overlays") == ["d/a.png", "d/c.png", "d/d.png"])
        #expect(result.error.contains("2 could not be segmented"), "\(result.error)")
        #expect(result.error.contains("d/b.jpg: ") && result.error.contains("none.png: no such"))
        #expect(!result.error.contains("a.png:"))
    }

    @Test func severalInputsNamesKeptEqualToTheLibrarysMasks() throws {
        for name in ["d/clip1/1.png", "d/clip1/2.png", "d/clip2/1.png", "big.png"] {
            try picture(name, height: name == "big.png" ? 90 : 40)
        }
        try NPY.write(Tensor<UInt8>.zeros([2, 40, 60, 3]), to: folder.path("film.npy"))
        let result = try segment("@d", "@big.png", "@film.npy")
        #expect(result.code == 0, "\(result)")
        #expect(
            results("masks") == [
                "big.png", "d/clip1/1.png", "d/clip1/2.png", "d/clip2/1.png", "film/0000.png",
                "film/0001.png",
            ])
        #expect(result.output.contains("6 pictures"), "\(result)")
        #expect(result.error.contains("sees pictures at 64 × 64"), "\(result.error)")
        let network = try UNet(folder: model)
        for name in ["big", "d/clip1/2"] {
            let mask = try PNG.read(folder.path("out/masks/\(name).png"), as: .gray)
            let image = try Image.read(folder.path("\(name).png"))
            #expect(mask.flattened() == (network.segment(image: image) * 255).flattened())
        }
    }

    @Test func skipExistingMasksOnlyJsonQuiet() throws {
        try picture("d/a.png")
        try picture("d/b.png")
        #expect(try segment("@d/a.png", "--masks-only").code == 0)
        #expect(results("masks") == ["a.png"] && results("overlays").isEmpty)
        let result = try segment("@d", "--skip-existing", "--json", "--quiet")
        #expect(result.code == 0 && result.error.isEmpty, "\(result)")
        let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let counts = report as? [String: Any]
        #expect(counts?["pictures"] as? Int == 1 && counts?["existing"] as? Int == 1)
    }

    @Test func severalClassesIdsInTheMasksAndNoThreshold() throws {
        var random = RandomStream(seed: 3)
        var sizes = UNetConfiguration.demo
        sizes.classes = 3
        try UNet(sizes, random: &random).write(to: folder.path("classes"), card: "")
        try picture("a.png")
        let refused = try segment("@a.png", "--model", "@classes", "--threshold", "0.3")
        #expect(refused.code == 2 && refused.error.contains("3 classes"), "\(refused)")
        #expect(refused.error.contains("Usage: gestalt segment"))
        let result = try segment("@a.png", "--model", "@classes")
        #expect(result.code == 0, "\(result)")
        let mask = try PNG.readIndices(folder.path("out/masks/a.png"))
        #expect(mask.scalars.allSatisfy { $0 < 3 })
    }

    @Test func aHeadOnClipsSegmentsClipsEachFrameAsEvaluationDoes() throws {
        var random = RandomStream(seed: 5)
        let sizes = VQVAEConfiguration(
            strides: .init(time: 2, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 6,
            codeCount: 16,
            blocks: 1, dataVariance: 0.06)
        let head = Segmenter(
            SegmenterConfiguration(
                encoder: TokenizerEncoder.Configuration(
                    tokenizer: sizes, mode: .clip, source: "continuous"),
                head: .linear, input: PictureInput(height: 16, width: 24)),
            random: &random)
        try head.write(to: folder.path("head"), card: "")
        for index in 0..<5 { try picture("d/clip/\(index).png") }
        try picture("single.png")
        let result = try segment("@d", "@single.png", "--model", "@head", "--masks-only")
        #expect(result.code == 1 && result.error.contains("single"), "\(result)")
        #expect(results("masks") == (0..<5).map { "d/clip/\($0).png" })
    }

    @Test func aResultThatCannotBeWrittenEndsTheWorkWithItsName() throws {
        try picture("d/a.png")
        _ = try folder.write([1], as: "out")
        let result = try segment("@d")
        #expect(result.code == 1 && result.error.contains("out: cannot create"), "\(result)")
    }
}
