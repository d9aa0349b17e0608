import GestaltTensor

extension Transformation {
    /// Blurs, adds noise and cuts rectangles out of pictures `[height, width, 3]`, one after the
    /// other in `pixels`.
    func degrade(_ pixels: UnsafeMutableBufferPointer<Float>) {
        guard let base = pixels.baseAddress else { return }
        let size = height * width * 3
        if blur > 0 {
            let gaussian = GaussianBlur(sigma: blur)
            for start in stride(from: 0, to: pixels.count, by: size) {
                gaussian.apply(to: base + start, height: height, width: width)
            }
        }
        if noise > 0 { addNoise(pixels) }
        guard !cutOuts.isEmpty else { return }
        for start in stride(from: 0, to: pixels.count, by: size) { cutOut(base + start) }
    }

    private func addNoise(_ pixels: UnsafeMutableBufferPointer<Float>) {
        var random = RandomStream(seed: noiseSeed)
        let noise: Tensor<Float> = random.normal([pixels.count], standardDeviation: noise / 255)
        noise.withScalars { noise in
            for index in 0..<pixels.count {
                pixels[index] = max(-0.5, min(0.5, pixels[index] + noise[index]))
            }
        }
    }

    private func cutOut(_ picture: UnsafeMutablePointer<Float>) {
        var sum = SIMD3<Float>.zero
        for pixel in 0..<(height * width) {
            sum += SIMD3(picture[pixel * 3], picture[pixel * 3 + 1], picture[pixel * 3 + 2])
        }
        let mean = sum / Float(height * width)
        for region in cutOuts.map({ $0.clamped(height: height, width: width) }) {
            for y in region.rows {
                for x in region.columns {
                    let place = picture + (y * width + x) * 3
                    for channel in 0..<3 { place[channel] = mean[channel] }
                }
            }
        }
    }
}
