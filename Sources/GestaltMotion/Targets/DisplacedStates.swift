/// A color, 0…255.
struct PixelColor {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    init(_ color: UnsafePointer<UInt8>) { self.init(color[0], color[1], color[2]) }

    /// The largest difference of the channels in grey steps.
    @inline(__always)
    func difference(_ other: PixelColor) -> Int {
        max(
            abs(Int(red) - Int(other.red)),
            max(abs(Int(green) - Int(other.green)), abs(Int(blue) - Int(other.blue))))
    }

    /// Returns whether one of the colors is the other one in the shade: all channels are darker by
    /// the same factor, up to `spread`, and not darker than a shadow makes them.
    func isShade(of other: PixelColor, spread: Float) -> Bool {
        let isDarker = sum < other.sum
        let (dark, light) = isDarker ? (self, other) : (other, self)
        let red = Self.ratio(dark.red, light.red)
        let green = Self.ratio(dark.green, light.green)
        let blue = Self.ratio(dark.blue, light.blue)
        let least = min(red, min(green, blue))
        return max(red, max(green, blue)) - least < spread && least > Self.deepestShade
    }

    /// The least ratio of shaded to lit: darker colors are dark objects.
    private static let deepestShade: Float = 0.3

    private var sum: Int { Int(red) + Int(green) + Int(blue) }

    /// Returns the ratio of two values; the 4 grey steps keep it steady near black.
    private static func ratio(_ dark: UInt8, _ light: UInt8) -> Float {
        (Float(dark) + 4) / (Float(light) + 4)
    }
}

/// Consecutive frames in which a pixel keeps its color.
struct PixelState {
    let frames: Range<Int>
    /// The mean color.
    let color: PixelColor
}

/// The states of displaced pixels, pixel by pixel in row-major order.
struct DisplacedStates {
    private(set) var states: [PixelState] = []
    /// The displaced pixels, and where the states of each begin in ``states``.
    private(set) var pixels: [(pixel: Int, start: Int)] = []

    mutating func append(_ state: PixelState, pixel: Int) {
        if pixels.last?.pixel != pixel { pixels.append((pixel, states.count)) }
        states.append(state)
    }

    /// The positions in ``states`` of those of the displaced pixel with this index in ``pixels``.
    func range(_ index: Int) -> Range<Int> {
        let end = index + 1 < pixels.count ? pixels[index + 1].start : states.count
        return pixels[index].start..<end
    }
}
