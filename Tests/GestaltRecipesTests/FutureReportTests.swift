import GestaltData
import GestaltMedia
import GestaltRecipes
import GestaltRobotPush
import GestaltTensor
import Testing

@Suite("Scores of sampled futures")
struct FutureReportTests {
    private let set: DataSet

    init() throws { set = try DataSet.sample(.test) }

    private func report(
        _ sampler: @escaping FutureReport.Sampler
    ) throws -> FutureReport {
        try FutureReport(
            on: set, length: 16, given: 1, random: RandomStream(seed: 3), sampler: sampler)
    }

    /// The true windows, by their conditioning frame.
    private func truth(of frames: Tensor<Float>) throws -> Tensor<Float> {
        for index in 0..<set.count {
            let clip = try set.clip(at: index).window(0..<16).frames.centeredPixels()
            if clip[0].scalars == frames[0][0].scalars { return clip + 0.5 }
        }
        Issue.record("no clip starts with the conditioning frame")
        return frames
    }

    @Test("The true future scores 1, and its PSNR is the meter's ceiling")
    func truthIsBest() throws {
        let scores = try report { frames, _ in
            let clip = try truth(of: frames)
            return clip.reshaped(Shape([1] + clip.shape.dimensions))
        }
        #expect(scores.clipCount == set.count && scores.sampleCount == 1)
        #expect(scores.offsets.map(\.offset) == Array(1...15))
        for offset in scores.offsets {
            #expect(offset.movingIoU.mean == 1 && offset.movingIoU.best == 1)
            #expect(offset.psnr.mean == 100)
        }
    }

    @Test("A future in which nothing moves scores what its baseline states")
    func stillFuture() throws {
        let scores = try report { frames, _ in
            let still = (frames[0][0] + 0.5).reshaped(
                Shape([1, 1] + frames.shape.dimensions.dropFirst(2)))
            return still.broadcast(to: Shape([1, 16] + still.shape.dimensions.dropFirst(2)))
        }
        for offset in scores.offsets {
            #expect(offset.movingIoU.mean == offset.stillIoU)
            #expect(abs(offset.psnr.mean - offset.stillPSNR) < 1e-9)
        }
        let last = try #require(scores.offsets.last)
        #expect(last.stillIoU < 1, "in 16 frames something moves")
        #expect(last.otherIoU > 0 && last.otherIoU < 1)
    }

    @Test("Of a good and a bad sample the best is the good one, the mean between them")
    func bestOfTwo() throws {
        let scores = try report { frames, _ in
            let clip = try truth(of: frames)
            let bad = Tensor<Float>.zeros(clip.shape)
            return stacked([clip, bad], axis: 0)
        }
        for offset in scores.offsets {
            #expect(offset.psnr.best == 100 && offset.psnr.mean < 100)
            #expect(offset.movingIoU.best == 1)
            #expect(offset.movingIoU.mean == (1 + offset.stillIoU) / 2)
        }
    }
}
