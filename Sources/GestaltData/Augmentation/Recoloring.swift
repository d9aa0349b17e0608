import Foundation

/// A change of colors: saturation and hue about the pixel's own gray, then contrast about middle
/// gray, then brightness; numbers −0.5…0.5, clamped.
struct Recoloring {
    let brightness: Float
    let contrast: Float
    let saturation: Float
    /// In degrees.
    let hue: Float

    /// Nil for a change that leaves all colors as they are.
    init?(_ change: Transformation) {
        guard
            change.brightness != 0 || change.contrast != 1 || change.saturation != 1
                || change.hue != 0
        else { return nil }
        (brightness, contrast) = (change.brightness, change.contrast)
        (saturation, hue) = (change.saturation, change.hue)
    }

    /// Changes pixels of three channels in place.
    func apply(to pixels: UnsafeMutableBufferPointer<Float>) {
        if hue == 0 {
            apply(to: pixels) { $0 }
        } else {
            let turn = HueTurn(degrees: hue)
            apply(to: pixels) { turn.chroma($0) }
        }
    }

    @inline(__always)
    private func apply(
        to pixels: UnsafeMutableBufferPointer<Float>, _ turned: (SIMD3<Float>) -> SIMD3<Float>
    ) {
        for start in stride(from: 0, to: pixels.count, by: 3) {
            let color = SIMD3(pixels[start], pixels[start + 1], pixels[start + 2])
            // Luma of ITU-R BT.601.
            let gray = 0.299 * color.x + 0.587 * color.y + 0.114 * color.z
            let vivid = gray + turned(color - gray) * saturation
            let changed = (vivid * contrast + brightness)
                .clamped(lowerBound: SIMD3(repeating: -0.5), upperBound: SIMD3(repeating: 0.5))
            for channel in 0..<3 { pixels[start + channel] = changed[channel] }
        }
    }
}

/// A rotation of the chroma plane of ITU-R BT.601, `U = 0.492 (B − Y)` and `V = 0.877 (R − Y)`,
/// from U towards V; the luma `Y` stays.
private struct HueTurn {
    private let cosine: Float
    private let redFromBlue: Float
    private let blueFromRed: Float

    init(degrees: Float) {
        let radians = Double(degrees) * .pi / 180
        let sine = Float(sin(radians))
        cosine = Float(cos(radians))
        redFromBlue = sine * (0.492 / 0.877)
        blueFromRed = -sine * (0.877 / 0.492)
    }

    /// - Parameter chroma: a color less its luma.
    @inline(__always)
    func chroma(_ chroma: SIMD3<Float>) -> SIMD3<Float> {
        let red = cosine * chroma.x + redFromBlue * chroma.z
        let blue = cosine * chroma.z + blueFromRed * chroma.x
        // The luma of a chroma is 0.
        return SIMD3(red, -(0.299 * red + 0.114 * blue) / 0.587, blue)
    }
}
