import Foundation
import GestaltData
import GestaltMedia
import GestaltTensor
import Testing

/// What happens to colors alone.
@Suite struct ColorAugmentationTests {
    private func frames(_ height: Int = 8, _ width: Int = 10) -> Tensor<UInt8> {
        Tensor(
            shape: [height, width, 3],
            scalars: (0..<(height * width * 3)).map { UInt8(80 + $0 * 37 % 97) })
    }

    private func change(_ set: (inout Transformation) -> Void) -> Transformation {
        var change = Transformation(height: 8, width: 10)
        set(&change)
        return change
    }

    private func luma(_ frames: Tensor<Float>) -> Tensor<Float> {
        frames[..., 0] * 0.299 + frames[..., 1] * 0.587 + frames[..., 2] * 0.114
    }

    private func farthest(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Float {
        zip(a.scalars, b.scalars).map { abs($0 - $1) }.max() ?? 0
    }

    @Test func turnedHuesKeepTheirLuma() {
        let plain = frames().centeredPixels()
        let turned = change { $0.hue = 40 }.frames(frames())
        #expect(farthest(luma(turned), luma(plain)) < 1e-6)
        #expect(farthest(turned, plain) > 0.05)
        // A whole turn is none; half a turn mirrors the chroma: 2 · luma − color.
        #expect(farthest(change { $0.hue = 360 }.frames(frames()), plain) < 1e-6)
        let opposite = change { $0.hue = 180 }.frames(frames())
        let expected = luma(plain).reshaped([8, 10, 1]) * 2 - plain
        #expect(farthest(opposite, expected) < 1e-6)
    }

    @Test func grayscaleIsDrawnAsOftenAsSet() {
        let augmentation = Augmentation(saturation: 0.5, grayscale: 0.25)
        var random = DrawSequence(state: 5)
        let gray = (0..<2000).filter { _ in
            augmentation.draw(height: 8, width: 10, using: &random).saturation == 0
        }.count
        #expect((430...570).contains(gray), "\(gray)")
    }

    @Test func blurSpreadsAPointByTheGaussian() {
        var point = Tensor<UInt8>.zeros([15, 15, 3])
        point[7, 7] = Tensor<UInt8>(repeating: 255, shape: [3])
        var change = Transformation(height: 15, width: 15)
        change.blur = 1
        let blurred = change.frames(point)[..., 1] + 0.5
        func density(_ x: Int) -> Double { exp(-Double(x * x) / 2) }
        let sum = (-3...3).map(density).reduce(0, +)
        for (y, x) in [(7, 7), (7, 8), (6, 9), (10, 10), (7, 11)] {
            let inside = abs(y - 7) <= 3 && abs(x - 7) <= 3
            let expected = inside ? density(y - 7) * density(x - 7) / (sum * sum) : 0
            #expect(abs(Double(blurred[scalar: y, x]) - expected) < 1e-6, "\(y), \(x)")
        }
        // A uniform picture stays.
        let even = Tensor<UInt8>(repeating: 200, shape: [15, 15, 3])
        #expect(farthest(change.frames(even), even.centeredPixels()) < 1e-6)
    }

    @Test func noiseHasItsDeviationAndItsSeed() {
        var noisy = Transformation(height: 64, width: 64)
        (noisy.noise, noisy.noiseSeed) = (10, 3)
        let gray = Tensor<UInt8>(repeating: 128, shape: [64, 64, 3])
        let noise = (noisy.frames(gray) - gray.centeredPixels()).scalars.map { Double($0) * 255 }
        let mean = noise.reduce(0, +) / Double(noise.count)
        let deviation = (noise.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(noise.count))
            .squareRoot()
        // 12288 numbers: standard errors of 0.09 and 0.06.
        #expect(abs(mean) < 0.4 && abs(deviation - 10) < 0.3, "\(mean), \(deviation)")
        #expect(noisy.frames(gray) == noisy.frames(gray))
        var other = noisy
        other.noiseSeed = 4
        #expect(other.frames(gray) != noisy.frames(gray))
    }

    @Test func cutOutsHaveThePicturesMeanAndMasksStay() {
        let region = PixelRegion(rows: 1..<4, columns: 2..<30)
        let cut = change { $0.cutOuts = [region] }
        let plain = frames().centeredPixels()
        let result = cut.frames(frames())
        let mean = plain.mean(axes: [0, 1])
        for y in 0..<8 {
            for x in 0..<10 {
                let expected = (1..<4).contains(y) && x >= 2 ? mean : plain[y, x]
                #expect(farthest(result[y, x], expected) < 1e-6, "\(y), \(x)")
            }
        }
        let masks = Tensor<UInt8>(shape: [8, 10], scalars: (0..<80).map { $0 })
        #expect(cut.masks(masks) == masks)
    }

    @Test(arguments: 0..<20)
    func strongPicturesStayInRange(seed: UInt64) {
        var random = DrawSequence(state: seed)
        let change = Augmentation.strong.draw(height: 8, width: 10, using: &random)
        #expect(change.frames(frames()).scalars.allSatisfy { (-0.5...0.5).contains($0) })
        for region in change.cutOuts {
            #expect(region.rows.upperBound <= 8 && region.columns.upperBound <= 10)
            #expect(!region.rows.isEmpty && !region.columns.isEmpty)
        }
        #expect(Augmentation.strong.scale.contains(change.scale))
    }
}
