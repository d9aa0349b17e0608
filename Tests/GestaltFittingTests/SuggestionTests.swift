import Foundation
import GestaltData
import GestaltFitting
import GestaltIO
import GestaltImport
import GestaltMedia
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

@Suite struct SuggestionTests {
    private func suggestions() -> FrameSuggestions {
        var random = RandomStream(seed: 4)
        return FrameSuggestions(
            of: Segmenter(
                SegmenterConfiguration(
                    encoder: DenseEncoderConfiguration(width: 4), head: .linear,
                    input: PictureInput(height: 32, width: 32)), random: &random))
    }

    /// A clip in which every picture occurs three times.
    private func set(labeled: [Int]) -> DataSet {
        var random = RandomStream(seed: 1)
        let coarse: [Tensor<Float>] = (0..<10).map { _ in random.uniform([4, 4, 3]) }
        let pictures = (0..<30).map {
            (coarse[$0 / 3].resized(height: 32, width: 32) * 255).cast(to: UInt8.self)
        }
        let masks = (0..<30).map {
            Tensor<UInt8>(
                repeating: labeled.contains($0) ? 0 : Clip.ignoredLabel, shape: [32, 32])
        }
        let clip = Clip(
            name: "clip", frames: stacked(pictures, axis: 0), masks: stacked(masks, axis: 0))
        return DataSet(name: "test", clips: [clip])
    }

    @Test func noTwoFramesLookAlike() throws {
        var suggestions = suggestions()
        suggestions.count = 6
        let chosen = try suggestions.frames(in: set(labeled: [4]))
        #expect(chosen.count == 6)
        let pictures = chosen.map { $0.frame / 3 }
        #expect(Set(pictures).count == 6, "\(chosen)")
        #expect(!pictures.contains(1), "like the labeled one")
        #expect(chosen == (try suggestions.frames(in: set(labeled: [4]))))
        #expect(chosen.allSatisfy { (0...1).contains($0.uncertainty) && $0.distance ?? 1 > 0 })
    }

    @Test func thereAreNoMoreThanDifferentFrames() throws {
        var suggestions = suggestions()
        suggestions.count = 100
        let chosen = try suggestions.frames(in: set(labeled: []))
        #expect(chosen.count == 10 && Set(chosen.map { $0.frame / 3 }).count == 10)
        #expect(chosen[0].distance == nil && chosen[1].distance != nil)
        #expect(try suggestions.frames(in: set(labeled: Array(0..<30))).isEmpty)
    }

    /// Films of one name in several folders: a picture of each.
    @Test(arguments: [
        (["a/cam.mp4", "b/cam.mp4"], ["a/cam.mp4/000000.png", "b/cam.mp4/000000.png"]),
        (["a/left.mp4", "b/right.mp4"], ["left_000000.png", "right_000000.png"]),
    ])
    func picturesAreNamedAfterTheirFilms(_ films: [String], _ names: [String]) throws {
        let frame = Tensor<UInt8>.zeros([1, 8, 8, 3])
        let set = DataSet(
            name: "test", clips: films.map { Clip(name: $0 + "#0", frames: frame) })
        let suggestions = films.enumerated().map { index, film in
            Suggestion(
                clip: index, name: film + "#0", frame: 0, film: film, number: 0, uncertainty: 0.5)
        }
        let folder = TemporaryFolder()
        let target = SuggestionFolder(folder.path("next"))
        try target.write(suggestions, of: set, categories: [])
        for name in names {
            #expect(FileManager.default.fileExists(atPath: "\(target.images)/\(name)"), "\(name)")
        }
        #expect(throws: FileFailure.self) {
            try target.write(suggestions, of: set, categories: [])
        }
    }

    /// A film of the same name that is not among the suggestions would fit their pictures, too.
    @Test func picturesAreNamedAmongAllSources() throws {
        let other = """
            [{"name": "b/cam.mkv", "path": "", "kind": "film", "checksum": "", "key": "",
              "splits": {"blocks": [{"split": "validation", "start": 0}]}, "shards": [],
              "problems": []}]
            """
        let set = DataSet(
            name: "test",
            clips: [Clip(name: "cam.mp4#0", frames: Tensor<UInt8>.zeros([1, 8, 8, 3]))])
        let folder = TemporaryFolder()
        var target = SuggestionFolder(folder.path("next"))
        target.sources = try JSONDecoder().decode(
            [SetManifest.Source].self, from: Data(other.utf8))
        try target.write(
            [
                Suggestion(
                    clip: 0, name: "cam.mp4#0", frame: 0, film: "cam.mp4", number: 0,
                    uncertainty: 0.5)
            ], of: set, categories: [])
        #expect(FileManager.default.fileExists(atPath: target.images + "/cam.mp4/000000.png"))
    }

    /// One object of each picture: the brighter a pixel, the likelier it belongs to it.
    private struct Brightness: InstanceModel {
        let input = PictureInput(height: 32, width: 32)
        let classes = 2
        let sizeMultiple = 1

        func loss(
            of frames: Tensor<Float>, _ targets: InstanceTargets, _ context: Context
        ) -> InstanceLoss { InstanceLoss(total: Tensor(0)) }

        func proposals(_ frames: Tensor<Float>) -> [InstanceProposals] {
            let masks = frames.mean(axes: [3], keepingAxes: true) + 0.5
            return (0..<frames.shape[0]).map {
                InstanceProposals(masks: masks[$0].contiguous(), classes: [1], scores: [0.9])
            }
        }

        mutating func visit(_ visitor: inout some ParameterVisitor) {}
    }

    @Test func aModelOfObjectsSuggestsAsWell() throws {
        var suggestions = FrameSuggestions(of: Brightness())
        suggestions.count = 6
        let chosen = try suggestions.frames(in: set(labeled: [4]))
        #expect(chosen.count == 6 && Set(chosen.map { $0.frame / 3 }).count == 6, "\(chosen)")
        #expect(chosen.allSatisfy { (0.1...1).contains($0.uncertainty) }, "\(chosen)")
    }
}
