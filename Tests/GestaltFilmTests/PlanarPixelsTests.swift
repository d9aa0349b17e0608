import GestaltFilm
import Testing

@Suite struct PlanarPixelsTests {
    /// Weights of red and blue, and the range.
    static let cases = [
        (0.299, 0.114, false), (0.299, 0.114, true), (0.2126, 0.0722, false),
        (0.2126, 0.0722, true),
    ]

    @Test("all values of luma and chroma are within a level of exact arithmetic", arguments: cases)
    func allValues(red: Double, blue: Double, isFullRange: Bool) {
        let planar = PlanarPixels(
            height: 2, width: 512, red: red, blue: blue, isFullRange: isFullRange)
        var planes = [UInt8](repeating: 0, count: planar.byteCount)
        for column in 0..<512 { planes[column] = UInt8(column / 2) }
        var pixels = [UInt8](repeating: 0, count: 2 * 512 * 3)
        var worst = 0.0
        for cb in stride(from: 0, through: 255, by: 5) {
            for cr in stride(from: 0, through: 255, by: 3) {
                for column in 0..<256 {
                    planes[1024 + column] = UInt8(cb)
                    planes[1024 + 256 + column] = UInt8(cr)
                }
                planar.convert(planes, to: &pixels)
                for luma in 0..<256 {
                    let exact = rgb(luma, cb, cr, red, blue, isFullRange)
                    for channel in 0..<3 {
                        let found = Double(pixels[luma * 6 + channel])
                        worst = max(worst, abs(found - exact[channel]))
                    }
                }
            }
        }
        #expect(worst <= 1.01)
    }

    @Test(
        "widths around those of vectors, odd ones too", arguments: [1, 2, 15, 16, 17, 31, 33, 75])
    func widths(width: Int) {
        let planar = PlanarPixels(
            height: 3, width: width, red: 0.299, blue: 0.114, isFullRange: true)
        #expect(planar.byteCount == 3 * width + 4 * ((width + 1) / 2))
        let planes = (0..<planar.byteCount).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var pixels = [UInt8](repeating: 0, count: 9 * width)
        planar.convert(planes, to: &pixels)
        let half = (width + 1) / 2
        for row in 0..<3 {
            for column in 0..<width {
                let place = 3 * width + row / 2 * half + column / 2
                let exact = rgb(
                    Int(planes[row * width + column]), Int(planes[place]),
                    Int(planes[place + 2 * half]), 0.299, 0.114, true)
                for channel in 0..<3 {
                    let found = Double(pixels[(row * width + column) * 3 + channel])
                    #expect(abs(found - exact[channel]) <= 1.01)
                }
            }
        }
    }

    /// The definition of ITU-R BT.601 and BT.709.
    private func rgb(
        _ luma: Int, _ cb: Int, _ cr: Int, _ red: Double, _ blue: Double, _ isFullRange: Bool
    ) -> [Double] {
        let y = isFullRange ? Double(luma) : (Double(luma) - 16) * 255 / 219
        let scale = isFullRange ? 1 : 255.0 / 224
        let (b, r) = (Double(cb - 128) * scale, Double(cr - 128) * scale)
        let green = 1 - red - blue
        return [
            y + 2 * (1 - red) * r,
            y - 2 * (1 - red) * red / green * r - 2 * (1 - blue) * blue / green * b,
            y + 2 * (1 - blue) * b,
        ].map { min(max($0, 0), 255).rounded() }
    }
}
