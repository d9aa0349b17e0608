import Foundation
import GestaltMetrics
import GestaltTensor
import Testing

@Suite struct FidelityTests {
    @Test func decibelsByHand() {
        // Errors of 0.1 and 0.01 of the range: 20 and 40 dB; both together 10·log₁₀(2/0.0101).
        var ratio = PeakSignalToNoise(dataRange: 1)
        ratio.add(
            prediction: Tensor<Float>(repeating: 0.1, shape: [1, 8, 8, 3]),
            truth: .zeros([1, 8, 8, 3]))
        ratio.add(
            prediction: Tensor<Float>(repeating: 0.01, shape: [8, 8, 3]), truth: .zeros([8, 8, 3]))
        let ofFloats = 1e-5  // 0.1 as a Float is off by 1.5e-9, times 20/ln 10 over 0.1
        #expect(abs(ratio.perImage - 30) < ofFloats)
        #expect(abs(ratio.overSet - 22.967) < 1e-3)
        #expect(ratio.overSet <= ratio.perImage)
    }

    @Test func rangeOfBytes() {
        var ratio = PeakSignalToNoise(dataRange: 255)
        ratio.add(
            prediction: Tensor<Float>(repeating: 25.5, shape: [4, 4, 1]), truth: .zeros([4, 4, 1]))
        #expect(meansAgree(ratio.perImage, 20))
    }

    @Test func equalPicturesStandAtTheCeiling() throws {
        var ratio = PeakSignalToNoise()
        ratio.add(prediction: Tensor<Float>.ones([2, 4, 4, 3]), truth: .ones([2, 4, 4, 3]))
        #expect(ratio.perImage == 100 && ratio.overSet == 100)
        let data = try JSONEncoder().encode(ratio)
        #expect(try JSONDecoder().decode(PeakSignalToNoise.self, from: data) == ratio)
    }

    @Test func videosAreTheirFrames() throws {
        var numbers = Numbers(seed: 4)
        let (x, y) = (numbers.picture([2, 3, 12, 13, 3]), numbers.picture([2, 3, 12, 13, 3]))
        var (whole, frames) = (PeakSignalToNoise(), PeakSignalToNoise())
        var (similar, similarFrames) = (StructuralSimilarity(), StructuralSimilarity())
        whole.add(prediction: x, truth: y)
        try similar.add(prediction: x, truth: y)
        for clip in 0..<2 {
            frames.add(prediction: x[clip], truth: y[clip])
            try similarFrames.add(prediction: x[clip], truth: y[clip])
        }
        #expect(whole == frames && whole.errors.count == 6)
        #expect(similar == similarFrames && similar.values.count == 6)
    }

    @Test(arguments: [Double(1), 255])
    func similarityAgainstTheWindowInTwoDimensions(range: Double) throws {
        var numbers = Numbers(seed: 8)
        let shape: Shape = [14, 17, 2]
        let x = numbers.picture(shape)
        // Related pictures, so that the covariance counts.
        let noise = numbers.picture(shape)
        let y = Tensor<Float>(
            shape: shape, scalars: zip(x.scalars, noise.scalars).map { 0.7 * $0 + 0.3 * $1 })
        func scaled(_ picture: Tensor<Float>) -> Tensor<Float> {
            Tensor(shape: shape, scalars: picture.scalars.map { $0 * Float(range) })
        }
        func plane(_ picture: Tensor<Float>, _ channel: Int) -> [[Double]] {
            (0..<14).map { i in (0..<17).map { Double(picture[scalar: i, $0, channel]) } }
        }
        let (a, b) = (scaled(x), scaled(y))
        var similarity = StructuralSimilarity(dataRange: range)
        try similarity.add(prediction: a, truth: b)
        let expected = (0..<2).reduce(0.0) {
            $0 + Naive.similarity(plane(a, $1), plane(b, $1), range: range) / 2
        }
        // Variances as differences of squares lose about range²·ε against c₂ = 9e-4·range².
        #expect(abs(similarity.mean - expected) < 1e-10)
        #expect(similarity.mean > 0.5 && similarity.mean < 1)
    }

    @Test func similarityOfEqualAndFlatPictures() throws {
        var numbers = Numbers(seed: 2)
        let picture = numbers.picture([3, 16, 16, 3])
        var equal = StructuralSimilarity()
        try equal.add(prediction: picture, truth: picture)
        #expect(meansAgree(equal.mean, 1))
        // Flat pictures leave the luminance term alone: (2·0.5·0.25 + c₁) / (0.25 + 0.0625 + c₁).
        var flat = StructuralSimilarity()
        try flat.add(
            prediction: Tensor<Float>(repeating: 0.5, shape: [11, 11, 1]),
            truth: .init(repeating: 0.25, shape: [11, 11, 1]))
        #expect(abs(flat.mean - 0.2501 / 0.3126) < 1e-9)
    }

    @Test(arguments: [(10, 16), (16, 10), (8, 8), (1, 1), (0, 0)])
    func picturesBelowTheWindow(height: Int, width: Int) {
        var similarity = StructuralSimilarity()
        let pictures = Tensor<Float>.zeros([2, height, width, 3])
        #expect(!StructuralSimilarity.fits(height: height, width: width))
        #expect(throws: FidelityError.belowWindow(height: height, width: width, side: 11)) {
            try similarity.add(prediction: pictures, truth: pictures)
        }
        #expect(similarity.values.isEmpty && similarity.mean.isNaN)
    }

    @Test(arguments: [[0, 16, 16, 3], [2, 16, 16, 0]] as [Shape])
    func noPictureAtAll(_ shape: Shape) throws {
        var (ratio, similarity) = (PeakSignalToNoise(), StructuralSimilarity())
        ratio.add(prediction: .zeros(shape), truth: .zeros(shape))
        try similarity.add(prediction: .zeros(shape), truth: .zeros(shape))
        #expect(ratio.perImage.isNaN && ratio.overSet.isNaN && similarity.mean.isNaN)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude * 2])
    func whatIsNotFiniteHasNoScoreOnEitherSide(value: Float) throws {
        var numbers = Numbers(seed: 6)
        let truth = numbers.picture([2, 12, 12, 3])
        var prediction = truth
        prediction[scalar: 1, 5, 5, 0] = value
        for (a, b) in [(prediction, truth), (truth, prediction), (prediction, prediction)] {
            var (ratio, similarity) = (PeakSignalToNoise(), StructuralSimilarity())
            ratio.add(prediction: a, truth: b)
            try similarity.add(prediction: a, truth: b)
            #expect(ratio.overSet.isNaN && ratio.perImage.isNaN && similarity.mean.isNaN)
            // The picture without it keeps its score.
            #expect(ratio.errors[0] == 0 && meansAgree(similarity.values[0], 1))
        }
    }
}

@Suite struct CodeUsageTests {
    @Test func byHand() {
        var usage = CodeUsage(codeCount: 8)
        #expect(usage.perplexity == 1 && usage.usage == 0)
        usage.add(Tensor<Int32>(shape: [2, 2], scalars: [0, 1, 2, 3]))
        #expect(meansAgree(usage.perplexity, 4) && usage.usage == 0.5 && usage.usedCount == 4)
        usage.add(Tensor<Int32>([0, 0, 0, 0]))
        // Shares 5/8, 1/8, 1/8, 1/8.
        #expect(abs(usage.perplexity - 2.9257) < 1e-4)
    }

    @Test func partsMerge() {
        var (first, second, whole) = (
            CodeUsage(codeCount: 4), CodeUsage(codeCount: 4), CodeUsage(codeCount: 4)
        )
        first.add(Tensor<Int32>([0, 3, 3]))
        second.add(Tensor<Int32>([1, 3]))
        whole.add(Tensor<Int32>([1, 3, 0, 3, 3]))
        second.merge(first)
        #expect(second == whole)
    }

    @Test func codesOutsideTheBookStop() async {
        await #expect(processExitsWith: .failure) {
            var usage = CodeUsage(codeCount: 4)
            usage.add(Tensor<Int32>([4]))
        }
    }
}

@Suite struct PlaceTests {
    @Test func ratiosOfPlaces() {
        var fidelity = PeakSignalToNoise()
        let truth = Tensor<Float>.zeros([2, 2, 1, 1, 1])
        fidelity.add(
            prediction: Tensor(shape: [2, 2, 1, 1, 1], scalars: [0.1, 1, 0.1, 0]), truth: truth)
        let places = fidelity.ofPlaces(period: 2)
        #expect(abs(places[0] - 20) < 1e-5)
        // Mean error 1/2.
        #expect(abs(places[1] - 3.0103) < 1e-4)
    }
}
