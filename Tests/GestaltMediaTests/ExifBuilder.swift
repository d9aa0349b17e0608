/// Exif data by hand, with an orientation among other entries.
struct ExifBuilder {
    var orientation: Int
    var isBig = false
    /// 3 short, 4 long.
    var type = 3

    /// As it lies in a chunk of PNG or WebP: a TIFF file without pixels.
    var data: [UInt8] {
        let entries = number(2, 2) + entry(0x010F, 2, 1, 0x41) + entry(0x0112, type, 1, orientation)
        return (isBig ? [0x4D, 0x4D] : [0x49, 0x49]) + number(42, 2) + number(8, 4) + entries
            + number(0, 4)
    }

    /// As a segment of JPEG.
    var segment: [UInt8] {
        let body = Array("Exif".utf8) + [0, 0] + data
        return [0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }

    /// A JPEG file with the segment after its start mark.
    func inserted(into jpeg: [UInt8]) -> [UInt8] { Array(jpeg[..<2]) + segment + jpeg[2...] }

    func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: Int) -> [UInt8] {
        let padding = type == 3 ? number(value, 2) + number(0, 2) : number(value, 4)
        return number(tag, 2) + number(type, 2) + number(count, 4) + padding
    }

    func number(_ value: Int, _ count: Int) -> [UInt8] {
        let low = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBig ? low.reversed() : low
    }
}
