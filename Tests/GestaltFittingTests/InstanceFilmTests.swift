import Foundation
import GestaltData
import GestaltFilm
import GestaltFitting
import GestaltMedia
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

/// Objects in films.
@Suite struct InstanceFilmTests {
    /// Finds a red object of category 1 and a green one of category 2; which of them it is surer
    /// of depends on the blue of the first pixel.
    private struct Colors: InstanceModel {
        var input: PictureInput { PictureInput(height: 16, width: 24) }
        var classes: Int { 3 }
        var sizeMultiple: Int { 1 }

        func loss(
            of frames: Tensor<Float>, _ targets: InstanceTargets, _ context: Context
        ) -> InstanceLoss {
            InstanceLoss(total: .zeros([]))
        }

        func proposals(_ frames: Tensor<Float>) -> [InstanceProposals] {
            (0..<frames.shape[0]).map { number in
                let pixels = frames[number].scalars
                let masks = (0..<pixels.count / 3).flatMap { place in
                    (0..<2).map { pixels[3 * place + $0] > 0.25 ? Float(1) : 0 }
                }
                let isSwapped = pixels[2] > 0.25
                return InstanceProposals(
                    masks: Tensor(shape: [16, 24, 2], scalars: masks), classes: [1, 2],
                    scores: isSwapped ? [0.6, 0.9] : [0.9, 0.6])
            }
        }

        mutating func visit(_ visitor: inout some ParameterVisitor) {}
    }

    /// A red square that moves, a green one that rests.
    private func picture(_ number: Int) -> Tensor<UInt8> {
        var canvas = Canvas(height: 16, width: 24, background: Color(0, 0, 0))
        if number != 2 {
            canvas.fill(x: 4 + number, y: 2, width: 6, height: 6, with: Color(255, 0, 0))
        }
        canvas.fill(x: 12, y: 10, width: 5, height: 5, with: Color(0, 255, 0))
        canvas.fill(x: 0, y: 0, width: 1, height: 1, with: Color(0, 0, number == 1 ? 255 : 0))
        return canvas.image
    }

    private func frames(_ count: Int) -> FrameFunction {
        let numbers = (0..<count).makeIterator()
        let source = Numbers(numbers)
        return FrameFunction {
            source.next().map {
                FilmFrame(number: $0, time: Double($0) / 10, pixels: picture($0))
            }
        }
    }

    private final class Numbers {
        private var numbers: Range<Int>.Iterator
        init(_ numbers: Range<Int>.Iterator) { self.numbers = numbers }
        func next() -> Int? { numbers.next() }
    }

    private final class Collected: MaskOutput {
        let path = "memory"
        var frames: [MaskedFrame] = []
        func append(_ frame: MaskedFrame) { frames.append(frame) }
        func finish() {}
        func cancel() {}
    }

    @Test func anObjectKeepsItsNumberWhileItsMasksOverlap() throws {
        let output = Collected()
        try FilmSegmentation(of: Colors()).run(frames(4), to: [output])
        let tracks = output.frames.map { frame in
            (frame.objects ?? []).reduce(into: [UInt8: Int]()) { $0[$1.category] = $1.track }
        }
        // The red one is away in frame 2, and another one afterwards.
        #expect(tracks == [[1: 1, 2: 2], [1: 1, 2: 2], [2: 2], [1: 3, 2: 2]])
        for (number, frame) in output.frames.enumerated() {
            let ids = frame.objects.map {
                Dictionary(uniqueKeysWithValues: $0.map { ($0.category, $0.id) })
            }
            #expect(frame.labels.shape == [16, 24])
            #expect(frame.labels[scalar: 12, 14] == ids?[2], "frame \(number)")
            #expect(frame.labels[scalar: 4, 7 + number] == ids?[1] ?? 0, "frame \(number)")
            #expect(frame.labels[scalar: 9, 1] == 0)
        }
        #expect(Set(output.frames.map { $0.labels[scalar: 12, 14] }).count == 1)
    }

    @Test func filesHaveAnAnnotationForEachObject() throws {
        let folder = TemporaryFolder()
        let job = FilmSegmentation(
            of: Colors(),
            categories: [.init(name: "background", color: "#000000")]
                + ["cup", "ball"].map { .init(name: $0, color: "#FF0000") })
        try job.run(
            frames(4), to: job.outputs(["masks", "coco"], film: "new", folder: folder.path))
        struct COCO: Decodable {
            struct Annotation: Decodable {
                let imageId: Int, categoryId: Int, trackId: Int, area: Int
                let score: Double
            }
            struct Category: Decodable { let name: String }
            let annotations: [Annotation], categories: [Category]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let coco = try decoder.decode(COCO.self, from: Data(folder.bytes(of: "coco/new.json")))
        #expect(coco.categories.map(\.name) == ["cup", "ball"])
        #expect(coco.annotations.map(\.imageId) == [0, 0, 1, 1, 2, 3, 3])
        let cups = coco.annotations.filter { $0.categoryId == 1 }
        #expect(cups.map(\.trackId) == [1, 1, 3] && cups.map(\.area) == [36, 36, 36])
        #expect(cups.map(\.score) == [0.9, 0.6, 0.9])
        let mask = try PNG.readIndices(folder.path("masks/new/000001.png"))
        #expect(Set(mask.scalars) == [0, 1, 2])
    }

    @Test func aThresholdDropsObjectsAndTilesAreRefused() throws {
        var job = FilmSegmentation(of: Colors())
        job.threshold = 0.7
        let output = Collected()
        try job.run(frames(2), to: [output])
        #expect(output.frames.map { $0.objects?.map(\.category) } == [[1], [2]])
        job.tiling = Tiling(size: FrameSize(height: 8, width: 8)!)
        #expect(throws: ConfigurationError.self) { try job.run(frames(1), to: [Collected()]) }
        job.tiling = nil
        job.smoothing = MotionSmoothing(frames: 3)
        #expect(throws: ConfigurationError.self) { try job.run(frames(1), to: [Collected()]) }
    }
}
