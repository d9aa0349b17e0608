import Foundation
import GestaltData
import GestaltFilm
import GestaltFitting
import GestaltSegHeads
import GestaltTensor
import Synchronization
import TestSupport
import Testing

@Suite struct FilmSegmentationTests {
    /// A network with random weights.
    private static func model(classes: Int = 1) -> Segmenter {
        var random = RandomStream(seed: 4)
        return Segmenter(
            SegmenterConfiguration(
                encoder: DenseEncoderConfiguration(width: 4), head: .linear, classes: classes,
                input: PictureInput(height: 16, width: 24)), random: &random)
    }

    private static func picture(_ number: Int) -> Tensor<UInt8> {
        Tensor(
            shape: [30, 40, 3],
            scalars: (0..<3600).map { UInt8(truncatingIfNeeded: $0 * (number + 3) / 7) })
    }

    /// Frames 0, 2, 4, … of a film without a file.
    private func frames(_ count: Int, _ read: @escaping (Int) -> Void = { _ in }) -> FrameFunction {
        let next = Mutex(0)
        return FrameFunction {
            let number = next.withLock { next in
                defer { next += 1 }
                return next
            }
            guard number < count else { return nil }
            read(number)
            return FilmFrame(
                number: 2 * number, time: Double(number) / 12.5, pixels: Self.picture(number))
        }
    }

    private final class Collected: MaskOutput {
        let path = "memory"
        var frames: [MaskedFrame] = []
        var ending = ""
        var pause = false
        /// The number of frames read, while the first one was being written.
        var readWhileWriting = 0
        let read = Mutex(0)

        func append(_ frame: MaskedFrame) {
            if pause, frames.isEmpty {
                Thread.sleep(forTimeInterval: 0.3)
                readWhileWriting = read.withLock { $0 }
            }
            frames.append(frame)
        }
        func finish() { ending += "finished" }
        func cancel() { ending += "cancelled" }
    }

    @Test(arguments: [1, 3, 4])
    func masksAreThoseOfTheFramesInOrder(batch: Int) throws {
        var job = try FilmSegmentation(of: Self.model(classes: 3))
        job.batch = batch
        let output = Collected()
        #expect(try job.run(frames(10), to: [output]) == 10)
        #expect(output.ending == "finished")
        #expect(output.frames.map(\.frame.number) == (0..<10).map { 2 * $0 })
        #expect(output.frames.map(\.frame.time) == (0..<10).map { Double($0) / 12.5 })
        for (number, frame) in output.frames.enumerated() {
            let expected = Self.model(classes: 3).segment(image: Self.picture(number))
            #expect(frame.labels.scalars == expected.scalars, "frame \(number), batch \(batch)")
        }
    }

    @Test func aSlowWriterHoldsTheReaderBack() throws {
        var job = try FilmSegmentation(of: Self.model())
        job.batch = 2
        let output = Collected()
        output.pause = true
        try job.run(frames(200) { _ in output.read.withLock { $0 += 1 } }, to: [output])
        // Two queues of two batches, a batch in the network, which is a frame for each thread at
        // least, and a frame in each of three hands.
        let inNetwork = max(2, Runtime.threads)
        #expect(output.readWhileWriting <= 2 * 4 + inNetwork + 3, "\(output.readWhileWriting)")
        #expect(output.frames.count == 200)
    }

    private struct Failure: Error {}

    @Test func errorsEndTheWorkAndCancelTheOutputs() throws {
        let job = try FilmSegmentation(of: Self.model())
        for failing in ["reader", "progress"] {
            let output = Collected()
            let broken = FrameFunction { throw Failure() }
            #expect(throws: Failure.self) {
                if failing == "reader" {
                    try job.run(broken, to: [output])
                } else {
                    try job.run(frames(100), to: [output]) { _ in throw Failure() }
                }
            }
            #expect(output.ending == "cancelled", "\(failing)")
        }
    }

    @Test func filesHaveMasksTimesAndRunLengths() throws {
        let folder = TemporaryFolder()
        let job = try FilmSegmentation(of: Self.model(classes: 3))
        let outputs = try job.outputs(["masks", "coco"], film: "new", folder: folder.path)
        try job.run(frames(4), to: outputs)
        #expect(
            (try FileManager.default.contentsOfDirectory(atPath: folder.path("masks/new"))).sorted()
                == ["000000.png", "000002.png", "000004.png", "000006.png"])
        let times = String(decoding: folder.bytes(of: "times/new.csv"), as: UTF8.self)
        #expect(times.split(separator: "\n")[2] == "2,0.080000,000002.png")
        struct COCO: Decodable {
            struct Picture: Decodable {
                let id: Int
                let fileName: String
                let frame: Int
                let seconds: Double
            }
            struct Annotation: Decodable {
                struct Runs: Decodable {
                    let size: [Int]
                    let counts: String
                }
                let imageId: Int
                let categoryId: Int
                let area: Int
                let bbox: [Int]
                let segmentation: Runs
            }
            struct Category: Decodable {
                let id: Int
                let name: String
            }
            let images: [Picture]
            let annotations: [Annotation]
            let categories: [Category]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let coco = try decoder.decode(
            COCO.self, from: Data(folder.bytes(of: "coco/new.json")))
        #expect(coco.images.map(\.id) == [0, 2, 4, 6] && coco.categories.map(\.id) == [1, 2])
        #expect(coco.images[3].fileName == "new/000006.png" && coco.images[3].frame == 6)
        let labels = Self.model(classes: 3).segment(image: Self.picture(1)).scalars
        for label in 1...2 {
            let area = labels.count { Int($0) == label }
            let found = coco.annotations.first { $0.imageId == 2 && $0.categoryId == label }
            #expect(found?.area ?? 0 == area)
            #expect(found.map { $0.segmentation.size == [30, 40] } ?? true)
        }
        #expect(!folder.names.contains("new.json.pictures"))
        #expect(throws: (any Error).self) {
            try job.outputs(["mask"], film: "new", folder: folder.path)
        }
    }

    @Test func tilesThatAgreeBlendToTheSame() throws {
        let tiling = Tiling(size: FrameSize(height: 20, width: 16)!)
        let tiles = tiling.tiles(height: 50, width: 37)
        #expect(
            tiles.count > 6 && tiles.allSatisfy { $0.rows.count == 20 && $0.columns.count == 16 })
        #expect(Set(tiles.flatMap(\.rows)) == Set(0..<50))
        #expect(Set(tiles.flatMap(\.columns)) == Set(0..<37))
        let maps = Tensor<Float>(repeating: 0.25, shape: [tiles.count, 10, 8, 2])
        let blended = tiling.blended(maps, height: 50, width: 37)
        #expect(blended.shape == [50, 37, 2])
        #expect(blended.scalars.allSatisfy { abs($0 - 0.25) < 1e-6 })
        // Without a seam: a ramp over the overlap of two tiles that do not agree.
        let two = Tiling(size: FrameSize(height: 8, width: 8)!, overlap: 0.5)
        #expect(two.tiles(height: 8, width: 12).count == 2)
        let step = two.blended(
            Tensor(shape: [2, 1, 1, 1], scalars: [0, 1]), height: 8, width: 12)
        let row = (0..<12).map { step[scalar: 3, $0, 0] }
        #expect(row == row.sorted() && row.first == 0 && row.last == 1)
        #expect(zip(row, row.dropFirst()).allSatisfy { $1 - $0 < 0.3 })
    }

    @Test func aFilmInTilesHasMasksOfItsSize() throws {
        var job = try FilmSegmentation(of: Self.model())
        job.tiling = Tiling(size: FrameSize(height: 16, width: 24)!)
        let output = Collected()
        try job.run(frames(3), to: [output])
        #expect(output.frames.allSatisfy { $0.labels.shape == [30, 40] })
    }

    @Test func averagesFollowMotionAndBeginAnewElsewhere() {
        // A bright square that moves by three pixels a frame over a dark picture.
        func picture(_ left: Int) -> Tensor<UInt8> {
            var scalars = [UInt8](repeating: 20, count: 32 * 32 * 3)
            for y in 8..<16 {
                for x in left..<left + 8 {
                    for k in 0..<3 { scalars[(y * 32 + x) * 3 + k] = UInt8(150 + 8 * (x - left)) }
                }
            }
            return Tensor(shape: [32, 32, 3], scalars: scalars)
        }
        func maps(_ left: Int, _ value: Float) -> Tensor<Float> {
            var scalars = [Float](repeating: 0, count: 32 * 32)
            for y in 8..<16 { for x in left..<left + 8 { scalars[y * 32 + x] = value } }
            return Tensor(shape: [32, 32, 1], scalars: scalars)
        }
        var average = MotionSmoothing(frames: 2).start
        #expect(average.add(maps(8, 1), of: picture(8)).scalars == maps(8, 1).scalars)
        let second = average.add(maps(11, 0.5), of: picture(11))
        #expect(abs(second[scalar: 10, 12, 0] - 0.75) < 0.01, "the square brings its average along")
        #expect(second[scalar: 10, 8, 0] < 0.01, "what it uncovers does not keep it")
        var none = MotionSmoothing(frames: 1).start
        _ = none.add(maps(8, 1), of: picture(8))
        #expect(none.add(maps(11, 0.5), of: picture(11)).scalars == maps(11, 0.5).scalars)
    }
}
