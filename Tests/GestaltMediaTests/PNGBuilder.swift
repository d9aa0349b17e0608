/// Makes PNG files by hand, chunk by chunk, so that the decoder is not judged by our encoder.
struct PNGBuilder {
    var width: Int
    var height: Int
    var bitDepth: UInt8 = 8
    /// 0 gray, 2 RGB, 3 palette, 4 gray with transparency, 6 RGBA.
    var colorType: UInt8
    /// PLTE: three bytes a color.
    var palette: [UInt8] = []
    /// tRNS: transparency of the first palette entries.
    var transparency: [UInt8] = []
    /// Chunks in front of PLTE, and between the pixels and IEND.
    var leading: [(name: String, data: [UInt8])] = []
    var trailing: [(name: String, data: [UInt8])] = []
    /// Stores Adam7's seven passes; for whole bytes a pixel.
    var isInterlaced = false
    /// Packed rows without filter bytes.
    var rows: [[UInt8]]

    var bytes: [UInt8] {
        let header =
            Self.big(UInt32(width)) + Self.big(UInt32(height))
            + [bitDepth, colorType, 0, 0, isInterlaced ? 1 : 0]
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += Self.chunk("IHDR", header)
        for chunk in leading { file += Self.chunk(chunk.name, chunk.data) }
        if !palette.isEmpty { file += Self.chunk("PLTE", palette) }
        if !transparency.isEmpty { file += Self.chunk("tRNS", transparency) }
        let stored = isInterlaced ? passes : rows
        file += Self.chunk("IDAT", Self.stored(stored.flatMap { [0] + $0 }))
        for chunk in trailing { file += Self.chunk(chunk.name, chunk.data) }
        return file + Self.chunk("IEND", [])
    }

    /// The rows of Adam7's passes: first column and row, steps right and down.
    private var passes: [[UInt8]] {
        let size = rows[0].count / width
        let order = [
            (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
            (0, 1, 1, 2),
        ]
        return order.flatMap { x, y, right, down in
            x >= width
                ? []
                : stride(from: y, to: height, by: down).map { row in
                    stride(from: x, to: width, by: right).flatMap { column in
                        rows[row][(column * size)..<((column + 1) * size)]
                    }
                }
        }
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return big(UInt32(data.count)) + body + big(crc32(body))
    }

    /// A zlib stream with one stored block.
    static func stored(_ data: [UInt8]) -> [UInt8] {
        let count = UInt16(data.count)
        let low = [UInt8(count & 0xFF), UInt8(count >> 8)]
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in data {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return [0x78, 0x01, 0x01] + low + low.map { ~$0 } + data + big(b << 16 | a)
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~crc
    }

    static func big(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// The file with every chunk's checksum made right again, so that a mutation inside a chunk
    /// gets past the check and reaches the decoder.
    static func rechecked(_ file: [UInt8]) -> [UInt8] {
        var file = file
        var place = 8
        while place + 12 <= file.count {
            let length = file[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            let end = place + 8 + length
            guard end + 4 <= file.count else { break }
            file.replaceSubrange(end..<(end + 4), with: big(crc32(Array(file[(place + 4)..<end]))))
            place = end + 4
        }
        return file
    }
}
