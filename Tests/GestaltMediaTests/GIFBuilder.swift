/// Makes GIF files by hand: frames anywhere on the canvas, disposal, local colors, interlace.
///
/// Indices are below 128 and every code has 8 bits: the table is cleared before codes grow.
struct GIFBuilder {
    struct Frame {
        var left = 0
        var top = 0
        var width: Int
        var height: Int
        var indices: [UInt8]
        var disposal = 0
        var delay = 0
        var transparent: UInt8?
        var palette: [UInt8] = []
        var isInterlaced = false
    }

    var width: Int
    var height: Int
    /// Two, four, eight, … colors of three bytes.
    var palette: [UInt8] = []
    var background: UInt8 = 0
    var frames: [Frame]
    var hasTrailer = true

    var bytes: [UInt8] {
        var file = Array("GIF89a".utf8) + word(width) + word(height)
        file += [flags(palette), background, 0] + palette
        for frame in frames { file += block(frame) }
        return file + (hasTrailer ? [0x3B] : [])
    }

    private func block(_ frame: Frame) -> [UInt8] {
        let control =
            [0x21, 0xF9, 4, UInt8(frame.disposal << 2) | (frame.transparent == nil ? 0 : 1)]
            + word(frame.delay) + [frame.transparent ?? 0, 0]
        let head =
            [0x2C] + word(frame.left) + word(frame.top) + word(frame.width) + word(frame.height)
            + [flags(frame.palette) | (frame.isInterlaced ? 0x40 : 0)] + frame.palette
        return control + head + data(frame)
    }

    /// 128 clears the table, 129 ends.
    private func data(_ frame: Frame) -> [UInt8] {
        var rows = Array(0..<frame.height)
        if frame.isInterlaced {
            rows = [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { first, step in
                Array(stride(from: first, to: frame.height, by: step))
            }
        }
        let pixels = rows.flatMap { frame.indices[($0 * frame.width)..<(($0 + 1) * frame.width)] }
        var codes: [UInt8] = []
        for start in stride(from: 0, to: pixels.count, by: 100) {
            codes += [128] + pixels[start..<min(pixels.count, start + 100)]
        }
        codes.append(129)
        var result: [UInt8] = [7]
        for start in stride(from: 0, to: codes.count, by: 255) {
            let piece = codes[start..<min(codes.count, start + 255)]
            result += [UInt8(piece.count)] + piece
        }
        return result + [0]
    }

    private func flags(_ palette: [UInt8]) -> UInt8 {
        palette.isEmpty ? 0 : 0x80 | UInt8((palette.count / 3).trailingZeroBitCount - 1)
    }

    private func word(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
}
