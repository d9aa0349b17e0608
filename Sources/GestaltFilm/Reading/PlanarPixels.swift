internal import CFilm

/// The conversion of frames in halved chroma planes, as nearly all films store them, to RGB.
///
/// `ffmpeg` could do it; but then each frame is twice as long in the pipe, and its single thread
/// converts as well as decodes. Chroma is repeated, as `ffmpeg` does it by default.
package struct PlanarPixels: Sendable {
    package let height: Int
    package let width: Int
    private let matrix: Matrix

    /// - Parameters:
    ///   - red: the weight of red in luma.
    ///   - blue: the weight of blue in luma.
    package init(height: Int, width: Int, red: Double, blue: Double, isFullRange: Bool) {
        (self.height, self.width) = (height, width)
        matrix = Matrix(red: red, blue: blue, isFullRange: isFullRange)
    }

    /// Bytes of a frame: luma, then two planes of half the rows and columns, rounded up.
    package var byteCount: Int { height * width + 2 * chromaHeight * chromaWidth }

    private var chromaHeight: Int { (height + 1) / 2 }
    private var chromaWidth: Int { (width + 1) / 2 }

    /// Converts a frame.
    ///
    /// - Precondition: `planes` has ``byteCount`` bytes, `pixels` three for each pixel.
    package func convert(
        _ planes: UnsafePointer<UInt8>, to pixels: UnsafeMutablePointer<UInt8>
    ) {
        let blue = planes + height * width
        let red = blue + chromaHeight * chromaWidth
        var factors = matrix.factors
        for row in 0..<height {
            gf_rgb_row(
                planes + row * width, blue + row / 2 * chromaWidth, red + row / 2 * chromaWidth,
                pixels + row * width * 3, width, &factors)
        }
    }
}

/// The factors of a matrix as the kernel takes them: levels of 1/64, fractions of 2⁻¹⁶.
private struct Matrix: Sendable {
    private let offset: Int16
    private let luma: Int16
    private let redOfRed: Int16
    private let greenOfBlue: Int16
    private let greenOfRed: Int16
    private let blueOfBlue: Int16

    init(red: Double, blue: Double, isFullRange: Bool) {
        let green = 1 - red - blue
        let (luma, chroma) = isFullRange ? (1, 1) : (255.0 / 219, 255.0 / 224)
        func fixed(_ value: Double) -> Int16 { Int16(value.rounded()) }
        let unit = 64.0 * 256
        offset = fixed(32 - (isFullRange ? 0 : 16 * luma * 64))
        self.luma = fixed((luma - 1) * 64 * 512)
        redOfRed = fixed(chroma * 2 * (1 - red) * unit)
        greenOfBlue = fixed(-chroma * 2 * (1 - blue) * blue / green * unit)
        greenOfRed = fixed(-chroma * 2 * (1 - red) * red / green * unit)
        blueOfBlue = fixed((chroma * 2 * (1 - blue) - 1) * unit)
    }

    var factors: gf_matrix {
        gf_matrix(
            offset: offset, luma: luma, red_of_red: redOfRed, green_of_blue: greenOfBlue,
            green_of_red: greenOfRed, blue_of_blue: blueOfBlue)
    }
}
