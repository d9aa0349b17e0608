import Foundation
import GestaltData
import GestaltMetrics
import GestaltRecipes
import GestaltRobotPush
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct EvaluationTests {
    private func data() throws -> DataSet {
        RobotPush.register()
        return try DataSet.open("synthetic:3", options: ClipOptions(masks: .required))
    }

    @Test func truthScoresOneAndNothingZero() throws {
        let data = try data()
        let perfect = try SegmentationReport(on: data, every: 10, classCount: 3) { frames in
            stacked(
                frames.compactMap { data.clips[$0.clip].masks?[$0.frame] }
                    .map { $0.limited(to: 2) }, axis: 0)
        }
        #expect(perfect.imageCount == 9 && perfect.clipCount == 3)
        #expect(perfect.perImage.iou == 1 && perfect.micro.iou == 1 && perfect.boundaryF == 1)
        #expect(perfect.classes.map(\.label) == [1, 2])
        #expect(perfect.classes.allSatisfy { $0.micro.iou == 1 })
        #expect(perfect.confidence == nil)
        let empty = try SegmentationReport(on: data, every: 10) { frames in
            .zeros([frames.count, 64, 64])
        }
        #expect(empty.perImage.iou == 0 && empty.micro.recall == 0 && empty.boundaryF == 0)
        #expect(empty.classes.isEmpty)
    }

    @Test func meanMaskBeatsNothing() throws {
        let data = try data()
        let mean = try MeanMask(of: data)
        #expect(mean.share.scalars.allSatisfy { (0...1).contains($0) })
        let share = try #require(data.foregroundShare)
        let average = Double(mean.share.mean().scalar)
        #expect(abs(average - share) < sumTolerance(Float.self, length: 4096, magnitude: 1))
        let usual = try mean.report(on: data, every: 10)
        let fitted = try MeanMask.fitted(to: data, every: 10).report(on: data, every: 10)
        #expect(usual.perImage.iou > 0)
        #expect(fitted.perImage.iou >= usual.perImage.iou)
    }

    /// The figures stated beside the recordings, to their last digit.
    @Test(.tags(.peer), .enabled(if: OutsideFiles.data.isThere, "\(OutsideFiles.data.message)"))
    func meanMaskOfTheRecordings() throws {
        let path = try #require(OutsideFiles.data.file("robot-push")?.path)
        let mean = try MeanMask(of: DataSet.open(path, split: .train))
        let report = try mean.report(on: DataSet.open(path, split: .test))
        #expect(report.imageCount == 360)
        #expect((report.perImage.iou * 1000).rounded() == 314)
        #expect((report.micro.iou * 1000).rounded() == 309)
        #expect(try #require(report.confidence).lower < report.perImage.iou)
    }

    @Test func framesWithoutMasksAreRefused() throws {
        RobotPush.register()
        let bare = try DataSet.open("synthetic:1", options: ClipOptions(masks: .ignored))
        #expect(throws: ClipError.self) { try MeanMask(of: bare) }
        #expect(throws: ClipError.self) {
            try SegmentationReport(on: bare) { .zeros([$0.count, 64, 64]) }
        }
    }

    /// Each frame of a clip stands in the middle of a slot of its window, clip ends included.
    @Test func windowsPutTheFrameInTheMiddleOfASlot() {
        var random = RandomStream(seed: 0)
        let tokenizer = VQVAE(
            SmallRecipes.tokenizer(steps: 1).configuration, random: &random)
        let encoder = TokenizerEncoder(tokenizer, mode: .clip)
        let frames = LabeledFrameEncoder(encoder, window: 16)
        let middles = encoder.labeledFrames(clipLength: 16)
        for frame in 0..<30 {
            let place = frames.place(frame, clipLength: 30)
            #expect(place.start + middles[place.slot] == frame, "frame \(frame)")
            let beyond = max(0, -place.start) + max(0, place.start - 14)
            #expect(beyond == [0: 2, 1: 1, 29: 1][frame, default: 0], "frame \(frame): \(place)")
        }
        #expect(frames.place(15, clipLength: 30).slot == 1)
    }

    @Test func latentBatchesRepeatAndFlipTogether() throws {
        let data = try data()
        var random = RandomStream(seed: 0)
        let tokenizer = VQVAE(
            SmallRecipes.tokenizer(steps: 1).configuration, random: &random)
        let labeled = LabeledFrames.spread(5, over: data.lengths)
        let encoder = LabeledFrameEncoder(TokenizerEncoder(tokenizer))
        let batches = try LatentBatches(
            encoder: encoder, clips: data.clips, frames: labeled, batchSize: 4, seed: 2)
        #expect(batches.latents.tensor.shape[0] == 10)
        let first = batches.masks[0..<5]
        #expect(batches.masks[5..<10] == first.flipped(axis: -1))
        let (one, again) = (batches.batch(at: 3), batches.batch(at: 3))
        #expect(one.masks == again.masks && one.latent.tensor == again.latent.tensor)
        // Over many steps each frame comes in both forms.
        let rows = Set(
            (0..<40).flatMap { step in
                (0..<4).map { batches.batch(at: step).masks[$0].scalars }
            })
        #expect(rows.count == 10)
    }
}

extension Tensor where Scalar == UInt8 {
    fileprivate func limited(to last: UInt8) -> Tensor<UInt8> {
        Tensor(shape: shape, scalars: scalars.map { Swift.min($0, last) })
    }
}
