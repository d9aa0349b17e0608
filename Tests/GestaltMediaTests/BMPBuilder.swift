/// Makes BMP files by hand: any header, palette, bit fields, runs.
struct BMPBuilder {
    var width: Int
    var height: Int
    var bits: Int
    /// Of the second header: 12, 40, 56, 108 or 124.
    var headerSize = 40
    /// 0 none, 1 and 2 runs of 8 and 4 bits, 3 bit fields.
    var compression = 0
    var isTopDown = false
    /// Red, green, blue.
    var palette: [[UInt8]] = []
    var masks: [UInt32] = []
    /// As they lie in the file.
    var data: [UInt8]

    var bytes: [UInt8] {
        let isOld = headerSize == 12
        var header = low(headerSize, 4)
        header += low(width, isOld ? 2 : 4)
        header += low(isTopDown ? -height : height, isOld ? 2 : 4) + low(1, 2) + low(bits, 2)
        if !isOld {
            header += low(compression, 4) + low(data.count, 4) + low(0, 8)
            header += low(palette.count, 4) + low(0, 4)
        }
        for mask in masks { header += low(Int(mask), 4) }
        let missing = headerSize - header.count
        if missing > 0 { header += [UInt8](repeating: 0, count: missing) }
        for color in palette { header += color.reversed() + (isOld ? [] : [0]) }
        let start = 14 + header.count
        return Array("BM".utf8) + low(start + data.count, 4) + low(0, 4) + low(start, 4) + header
            + data
    }

    private func low(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
