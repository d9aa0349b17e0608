import GestaltMetrics
import GestaltTensor
import Testing

@Suite struct AreaFidelityTests {
    private let shape: Shape = [2, 3, 12, 14, 3]
    private let prediction: Tensor<Float>
    private let truth: Tensor<Float>

    init() {
        var numbers = Numbers(seed: 6)
        (prediction, truth) = (numbers.picture(shape), numbers.picture(shape))
    }

    private func area(_ isInside: (Int, Int, Int) -> Bool) -> Tensor<Bool> {
        var scalars: [Bool] = []
        for image in 0..<6 {
            for pixel in 0..<12 * 14 {
                scalars.append(isInside(image % 3, pixel / 14, pixel % 14))
            }
        }
        return Tensor(shape: [2, 3, 12, 14], scalars: scalars)
    }

    @Test func ofTheWholeFrameItIsTheWholeScore() throws {
        var (found, ratio, similarity) = (
            AreaFidelity(frames: 3), PeakSignalToNoise(), StructuralSimilarity()
        )
        found.add(prediction: prediction, truth: truth, area: area { _, _, _ in true })
        ratio.add(prediction: prediction, truth: truth)
        try similarity.add(prediction: prediction, truth: truth)
        #expect(found.share == 1)
        #expect(meansAgree(try #require(found.psnr), ratio.overSet))
        #expect(meansAgree(try #require(found.ssim), similarity.mean))
        for (one, other) in zip(found.psnrOfFrames, ratio.ofPlaces(period: 3)) {
            #expect(meansAgree(try #require(one), other))
        }
        for (one, other) in zip(found.ssimOfFrames, similarity.ofPlaces(period: 3)) {
            #expect(meansAgree(try #require(one), other))
        }
    }

    @Test func partsAreMerged() {
        let inside = area { frame, row, _ in row > frame }
        var (whole, parts) = (AreaFidelity(frames: 3), AreaFidelity(frames: 3))
        whole.add(prediction: prediction, truth: truth, area: inside)
        for clip in 0..<2 {
            var part = AreaFidelity(frames: 3)
            part.add(
                prediction: prediction[clip..<clip + 1], truth: truth[clip..<clip + 1],
                area: inside[clip..<clip + 1])
            parts.merge(part)
        }
        #expect(whole == parts)
    }

    /// An error of 0.1 inside, of 1 outside; the first frame has no area.
    @Test func errorsOutsideDoNotCount() throws {
        let inside = area { frame, row, _ in frame > 0 && row < 6 }
        let error = inside.cast(to: Float.self).expanded(axis: 4) * -0.9 + 1
        var found = AreaFidelity(frames: 3, withSSIM: false)
        found.add(prediction: truth + error.broadcast(to: shape), truth: truth, area: inside)
        #expect(abs(try #require(found.psnr) - 20) < 1e-3)
        #expect(found.psnrOfFrames[0] == nil && found.psnrOfFrames[1] != nil)
        #expect(found.ssim == nil && found.ssimOfFrames.allSatisfy { $0 == nil })
        #expect(abs(found.share - 1.0 / 3) < 1e-12)
    }

    /// Of two window positions in a row one is in the area: its similarity alone counts.
    @Test func similarityIsThatOfWindowsInTheMiddle() throws {
        var similarity = StructuralSimilarity()
        try similarity.add(
            prediction: prediction[0..., 0..., 1..<12, 2..<13],
            truth: truth[0..., 0..., 1..<12, 2..<13])
        var found = AreaFidelity(frames: 3)
        found.add(
            prediction: prediction, truth: truth,
            area: area { _, row, column in row == 6 && column == 7 })
        #expect(meansAgree(try #require(found.ssim), similarity.mean))
    }
}
