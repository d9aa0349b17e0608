/// The conversion of frames in halved chroma planes, as nearly all films store them, to RGB.
///
/// `ffmpeg` could do it; but then each frame is twice as long in the pipe, and its single thread
/// converts as well as decodes. Chroma is repeated, as `ffmpeg` does it by default.
struct PlanarPixels {
    let height: Int
    let width: Int
    private let tables: ChannelTables

    /// - Parameters:
    ///   - red: the weight of red in luma.
    ///   - blue: the weight of blue in luma.
    init(height: Int, width: Int, red: Double, blue: Double, isFullRange: Bool) {
        (self.height, self.width) = (height, width)
        tables = ChannelTables(red: red, blue: blue, isFullRange: isFullRange)
    }

    /// Bytes of a frame: luma, then two planes of half the rows and columns, rounded up.
    var byteCount: Int { height * width + 2 * chromaHeight * chromaWidth }

    private var chromaHeight: Int { (height + 1) / 2 }
    private var chromaWidth: Int { (width + 1) / 2 }

    /// Converts a frame.
    ///
    /// - Precondition: `planes` has ``byteCount`` bytes, `pixels` three for each pixel.
    func convert(
        _ planes: UnsafePointer<UInt8>, to pixels: UnsafeMutablePointer<UInt8>
    ) {
        let blue = planes + height * width
        let red = blue + chromaHeight * chromaWidth
        for row in 0..<height {
            convertRow(
                luma: planes + row * width, blue: blue + row / 2 * chromaWidth,
                red: red + row / 2 * chromaWidth, to: pixels + row * width * 3)
        }
    }

    private func convertRow(
        luma: UnsafePointer<UInt8>, blue: UnsafePointer<UInt8>, red: UnsafePointer<UInt8>,
        to pixels: UnsafeMutablePointer<UInt8>
    ) {
        let t = tables
        var target = pixels
        for column in 0..<chromaWidth {
            let (cb, cr) = (Int32(blue[column]) &- 128, Int32(red[column]) &- 128)
            let r = t.redOfRed &* cr &+ t.offset
            let g = t.greenOfBlue &* cb &+ t.greenOfRed &* cr &+ t.offset
            let b = t.blueOfBlue &* cb &+ t.offset
            for place in column &* 2..<min(column &* 2 &+ 2, width) {
                let y = t.luma &* Int32(luma[place])
                target[0] = ChannelTables.byte(y &+ r)
                target[1] = ChannelTables.byte(y &+ g)
                target[2] = ChannelTables.byte(y &+ b)
                target += 3
            }
        }
    }
}

/// The factors of a matrix in units of 2⁻¹⁴.
private struct ChannelTables {
    let luma: Int32
    /// A half, for rounding, less the black level.
    let offset: Int32
    let redOfRed: Int32
    let greenOfBlue: Int32
    let greenOfRed: Int32
    let blueOfBlue: Int32

    private static let bits: Int32 = 14

    init(red: Double, blue: Double, isFullRange: Bool) {
        let green = 1 - red - blue
        let (luma, chroma) = isFullRange ? (1, 1) : (255.0 / 219, 255.0 / 224)
        func fixed(_ value: Double) -> Int32 {
            Int32((value * Double(1 << Self.bits)).rounded())
        }
        self.luma = fixed(luma)
        offset = (1 << (Self.bits - 1)) - (isFullRange ? 0 : 16 * fixed(luma))
        redOfRed = fixed(chroma * 2 * (1 - red))
        blueOfBlue = fixed(chroma * 2 * (1 - blue))
        greenOfBlue = -fixed(chroma * 2 * (1 - blue) * blue / green)
        greenOfRed = -fixed(chroma * 2 * (1 - red) * red / green)
    }

    @inline(__always)
    static func byte(_ value: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(value >> bits, 0), 255))
    }
}
